"""The page and the API on one origin: the files of frontend/, and the API's paths passed on."""

import http.client
import socket
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dev.emulator import ROOT

FRONTEND = ROOT / "frontend"
API_PATHS = ("/uploads", "/limits")

# Sent on; every other header is between the browser and this server.
_REQUEST_HEADERS = ("accept", "content-type", "origin", "x-api-key")
_RESPONSE_HEADERS = ("cache-control", "content-type", "retry-after", "vary")


class Server(ThreadingHTTPServer):
    """Serves on localhost until stop(). url: of the page."""

    daemon_threads = True

    def __init__(self, port: int, api_url: str, bucket_origin: str):
        """bucket_origin: where pictures go and thumbnails come from; the only foreign place the page may use."""
        self.api_url = api_url
        self.bucket_origin = bucket_origin
        self.url = f"http://localhost:{port}/"
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, name="page", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(SimpleHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
    }

    def __init__(self, *arguments: Any):
        super().__init__(*arguments, directory=str(FRONTEND))

    def do_GET(self) -> None:
        if self._is_api():
            self._pass_on()
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self._pass_on()

    def do_OPTIONS(self) -> None:
        self._pass_on()

    def _is_api(self) -> bool:
        path = urlsplit(self.path).path
        return any(path == prefix or path.startswith(prefix + "/") for prefix in API_PATHS)

    def _pass_on(self) -> None:
        api = urlsplit(self.server.api_url)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection(api.hostname or "", api.port, timeout=40)
        try:
            headers = {name: self.headers[name] for name in _REQUEST_HEADERS if name in self.headers}
            connection.request(self.command, api.path.rstrip("/") + self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        except OSError as error:
            self.send_error(502, "The emulator does not answer", str(error))
            return
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() in _RESPONSE_HEADERS or name.lower().startswith("access-control-"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 (the base class's)
        self.send_error(404)

    def send_head(self) -> Any:
        if Path(urlsplit(self.path).path).suffix in (".yaml", ".md"):  # lie beside the page, and are not part of it
            self.send_error(404)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        if not self._is_api():
            buckets = self.server.bucket_origin
            self.send_header("Cache-Control", "no-cache")  # an edited page shows at the next reload
            # As strict as at the edge, so that a violation shows here first.
            self.send_header(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
                f"frame-ancestors 'none'; connect-src 'self' {buckets}; img-src 'self' blob: data: {buckets}",
            )
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 (the base class's name)
        """Quiet: what the service does is in its own log."""


def is_taken(port: int) -> bool:
    """Whether something listens on the port already, by either protocol that `localhost` may mean."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((address, port)) == 0:
                    return True
        except OSError:
            continue  # a machine without IPv6
    return False
