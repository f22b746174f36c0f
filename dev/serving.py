"""The HTTP server of the emulator and of the page: uvicorn, whose parser is in C, because on this machine all of AWS is
one process that answers every call."""

from typing import Any

import uvicorn

from dev.isolation import App

BACKLOG = 1024  # connections that may wait to be accepted; the system's own limit may be lower


def server(app: App, **options: Any) -> uvicorn.Server:
    """options: of uvicorn's configuration. It passes a WebSocket's handshake on as a request."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=1,
            **options,
        )
    )
