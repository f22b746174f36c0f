"""A server that simulates the service, including S3, as unreliable as a test needs.

The page itself is the real one, from frontend/. For normal conditions there is the real service (`stack`).
"""

import io
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit

from PIL import Image

from operate.site import FRONTEND
from thumbs import formats

# The purpose of a request.
LIMITS, SIGN, POST, STATUS, MANIFEST, THUMBNAIL = "limits", "sign", "post", "status", "manifest", "thumbnail"
HELD = 600  # seconds for which a test may hold a response back: longer than it waits for what it expects meanwhile

_PATHS = (
    (LIMITS, "GET", r"/limits"),
    (SIGN, "POST", r"/uploads"),
    (STATUS, "GET", r"/uploads/(?P<job>\w+)"),
    (POST, "POST", r"/storage/(?P<job>\w+)"),
    (MANIFEST, "GET", r"/storage/(?P<job>\w+)/manifest\.json"),
    (THUMBNAIL, "GET", r"/storage/(?P<job>\w+)/(?P<size>\w+)\.webp"),
)
_SIZES = {"small": 160, "medium": 320, "large": 640}


def _webp(side: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (side, side * 3 // 4), (90, 140, 130)).save(content, "WEBP")
    return content.getvalue()


_THUMBNAILS = {size: _webp(side) for size, side in _SIZES.items()}


@dataclass(frozen=True)
class Asked:
    """A received request. at: seconds, on a clock of its own. job: from the path, or ""."""

    kind: str
    at: float
    job: str


# Answers a request in its own way: with (status, headers, body), with None to break the connection, or with ...
# (Ellipsis) as usual. Called when the whole request has arrived.
Weather = Callable[["_Handler"], Any]


@dataclass
class Standin:
    """url: of the page. weather: by kind of request, what happens instead of the usual. arrived: jobs with a file.
    moving: a file of two frames, which every thumbnail then is.
    types: the content types that manifests name, each for every size.
    offers: what GET /limits says instead of, or in addition to, the usual."""

    weather: dict[str, Weather] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    jobs: int = 0
    moving: bytes = b""
    types: tuple[str, ...] = ("image/webp",)
    offers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.standin = self
        self.url = f"http://localhost:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fair(self) -> None:
        """Normal behaviour, with an empty memory."""
        self.weather.clear()
        self.asked.clear()
        self.arrived.clear()
        self.moving = b""
        self.types = ("image/webp",)
        self.offers.clear()

    def count(self, kind: str) -> int:
        return sum(asked.kind == kind for asked in self.asked)

    def times(self, kind: str) -> list[float]:
        return [asked.at for asked in self.asked if asked.kind == kind]


def problem(status: int, **headers: str) -> Weather:
    """Answers so. headers: with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (status, {"content-type": "application/problem+json"} | named, f'{{"status": {status}}}'.encode())


def first(times: int, weather: Weather) -> Weather:
    """Bad for this many requests, then normal."""
    left = iter(range(times))
    return lambda handler: ... if next(left, None) is None else weather(handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    standin: Standin

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that disconnects is not an error."""


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".svg": "image/svg+xml"}

    def __init__(self, *arguments: Any):
        super().__init__(*arguments, directory=str(FRONTEND))

    @property
    def standin(self) -> Standin:
        return cast(_Server, self.server).standin

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for kind, method, pattern in _PATHS:
            if self.command == method and (found := re.fullmatch(pattern, path)):
                groups = found.groupdict()
                self.standin.asked.append(Asked(kind, time.monotonic(), groups.get("job", "")))
                if kind == POST:
                    self.standin.arrived.add(groups["job"])
                weather = self.standin.weather.get(kind)
                answer = weather(self) if weather else ...
                if answer is ...:
                    answer = getattr(self, f"_{kind}")(body, **groups)
                return self._send(answer)
        return super().do_GET()

    def _send(self, answer: tuple[int, dict[str, str], bytes] | None) -> None:
        if answer is None:
            # In the middle of the response, because without any response browsers retry automatically.
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in ({"cache-control": "no-store"} | headers | {"content-length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _json(self, content: Any, status: int = 200) -> tuple[int, dict[str, str], bytes]:
        return status, {"content-type": "application/json"}, json.dumps(content).encode()

    def _limits(self, _: bytes) -> Any:
        types = {name: accepted.extensions for accepted in formats.INPUTS for name in accepted.types}
        sizes = [{"name": name, "width": side, "height": side, "crop": False} for name, side in _SIZES.items()]
        accepted = formats.ACCEPTED_LABELS
        numbers = {"maxFiles": 25, "maxUploadBytes": 20_000_000, "maxMegapixels": 50, "keepOriginalsDays": 1}
        return self._json({**numbers, "types": types, "accepted": accepted, "sizes": sizes} | self.standin.offers)

    def _sign(self, body: bytes) -> Any:
        uploads = []
        for _ in json.loads(body)["files"]:
            self.standin.jobs += 1
            job, storage = f"job{self.standin.jobs}", f"{self.standin.url}storage/"
            expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))
            form = {"url": f"{storage}{job}", "fields": {"key": job}}
            uploads.append({"job": job, "upload": form, "result": f"{storage}{job}/manifest.json", "expires": expires})
        return self._json({"uploads": uploads}, 201)

    def _post(self, _: bytes, job: str) -> Any:
        return 204, {}, b""

    def _status(self, _: bytes, job: str) -> Any:
        if job not in self.standin.arrived:
            return 404, {}, b"{}"
        return self._manifest(_, job)

    def _manifest(self, _: bytes, job: str) -> Any:
        thumbnails = [
            {
                "size": size,
                "width": side,
                "height": side * 3 // 4,
                "type": kind,
                "bytes": len(_THUMBNAILS[size]),
            }
            | ({"frames": 2} if self.standin.moving else {})
            | {"key": f"{job}/{size}.webp", "url": f"{self.standin.url}storage/{job}/{size}.webp"}
            for kind in self.standin.types
            for size, side in _SIZES.items()
        ]
        original = {"format": "JPEG", "width": 1200, "height": 900, "bytes": 24_000, "frames": 1}
        facts = {"job": job, "status": "done", "reason": None, "original": original, "placeholder": None}
        return self._json({**facts, "thumbnails": thumbnails})

    def _thumbnail(self, _: bytes, job: str, size: str) -> Any:
        return 200, {"content-type": "image/webp"}, self.standin.moving or _THUMBNAILS[size]

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(timestamp, usegmt=True)

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""
