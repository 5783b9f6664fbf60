"""A server of the page in a thread of its own."""

import contextlib
import threading
from collections.abc import Iterator

import uvicorn

from trainers.demo.application import application
from trainers.demo.serving import listening


@contextlib.contextmanager
def served(models) -> Iterator[str]:
    """Yields the address of a page with these models."""
    config = uvicorn.Config(
        application(models), log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with listening(0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
