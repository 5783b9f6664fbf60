"""The server of the page, on this machine alone."""

import contextlib
import socket
import webbrowser
from collections.abc import Iterator
from typing import Any

import uvicorn

from ..errors import UsageError

HOST = "127.0.0.1"


@contextlib.contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Yields a socket that takes connections from this machine.

    Args:
        port: The port; 0 for any that is free.

    Raises:
        UsageError: If the port cannot be had.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"--port {port} cannot be had ({error.strerror}). Choose "
                "another, or 0 for any that is free."
            ) from error
        # A browser that comes before the server is ready waits.
        listener.listen()
        yield listener


def serve(application: Any, listener: socket.socket, *, browser: bool) -> None:
    """Serves an application until the process is interrupted.

    Args:
        application: An ASGI application.
        listener: From `listening`.
        browser: Whether to open the page in the user's browser.
    """
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    print(f"The page is at {address}. Ctrl+C ends it.", flush=True)
    if browser:
        webbrowser.open(address)
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            # Work that a page waits for is not waited for.
            timeout_graceful_shutdown=1,
        )
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
