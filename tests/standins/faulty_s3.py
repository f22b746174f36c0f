"""A server in place of S3 that answers as a test writes down, byte by byte, and records what it received."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader

# Instead of a response. A reset is what a function sees whose environment was frozen while the server closed.
CLOSES, RESETS = b"closes", b"resets"


def response(status: int, content: bytes = b"", **headers: str) -> bytes:
    """headers: with _ for -."""
    named = {"content-length": str(len(content))} | {name.replace("_", "-"): each for name, each in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} said\r\n{lines}\r\n".encode() + content


# A response to GET, and for the headers that it reads, to PUT.
FOUND = response(200, b"picture", etag='"1"', last_modified="Thu, 26 Nov 2026 12:00:00 GMT", x_amz_meta_owner="a%20b")


def error(status: int, code: str) -> bytes:
    return response(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>said</Message></Error>".encode())


@dataclass
class FaultyS3:
    """script: the responses, in order; after the last one, it closes each connection. received: the requests.
    connections: how many were opened. after: responses after which it closes, although it has not said so.
    impatient: requests of which it reads only the headers, without what is sent after them. asks: whether it asks for a
    body that waits for it.

    tls: with which certificate and versions of TLS it speaks; None for HTTP. is_proxy: speaks it in the tunnels that it
    is asked for. unfinished: why handshakes failed. abrupt: whether connections end without TLS saying so.
    """

    script: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    connections: int = 0
    after: set[int] = field(default_factory=set)
    impatient: set[int] = field(default_factory=set)
    asks: bool = True
    tls: ssl.SSLContext | None = None
    is_proxy: bool = False
    unfinished: list[str] = field(default_factory=list)
    abrupt: bool = False

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._conversations: list[threading.Thread] = []
        self.closed = threading.Semaphore(0)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self._port}" if self.tls and not self.is_proxy else f"http://127.0.0.1:{self._port}"

    def reset(self) -> None:
        """As at the start. The client must have closed its connections."""
        while self._conversations:
            self._conversations.pop().join(60)
        for each in (self.script, self.received, self.after, self.impatient, self.unfinished):
            each.clear()
        self.connections, self.asks, self.tls, self.is_proxy, self.abrupt = 0, True, None, False, False

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                conversation = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._conversations.append(conversation)
                conversation.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), ExitStack() as opened:
            opened.enter_context(connection)
            if self.is_proxy:
                self.received.append(self._request(connection.makefile("rb"), connection))
                connection.sendall(b"HTTP/1.1 200 connected\r\n\r\n")
            if self.tls:
                connection = opened.enter_context(self._encrypted(connection, self.tls))
            self._converse(connection, opened.enter_context(connection.makefile("rb")))
            if isinstance(connection, ssl.SSLSocket) and not self.abrupt:
                connection.settimeout(0)
                with suppress(ssl.SSLWantReadError):  # because the client has not said goodbye yet
                    connection.unwrap()
            connection.shutdown(socket.SHUT_RDWR)
        self.closed.release()

    def _encrypted(self, connection: socket.socket, tls: ssl.SSLContext) -> ssl.SSLSocket:
        try:
            return tls.wrap_socket(connection, server_side=True)
        except OSError as error:
            self.unfinished.append(str(error))
            raise

    def _converse(self, connection: socket.socket, incoming: BufferedReader) -> None:
        while request := self._request(incoming, connection):
            self.received.append(request)
            number = len(self.received)
            answer = self.script.pop(0) if self.script else CLOSES
            if answer == RESETS:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                raise ConnectionResetError
            if answer == CLOSES:
                return
            connection.sendall(answer)
            if number in self.after:
                return

    def _request(self, incoming: BufferedReader, connection: socket.socket) -> bytes:
        head = b""
        while line := incoming.readline():
            head += line
            if line == b"\r\n":
                break
        found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if found is None or len(self.received) + 1 in self.impatient:
            return head
        if self.asks and b"expect: 100-continue" in head:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return head + incoming.read(int(found[1]))


@contextmanager
def faulty_s3() -> Iterator[FaultyS3]:
    standin = FaultyS3()
    try:
        yield standin
    finally:
        standin.stop()
