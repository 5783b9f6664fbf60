"""The web application: a page, and what it asks for."""

import contextlib
import json
import pathlib
import sys
import traceback
from collections.abc import AsyncIterator
from collections.abc import Sequence
from typing import Any

import anyio
import pydantic
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.responses import Response
from starlette.responses import StreamingResponse
from starlette.routing import Mount
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from ..errors import UsageError
from . import tabs
from . import warming
from .shown import Shown
from .turns import Turns

_PAGE = pathlib.Path(__file__).parent / "page"
_MOST_BYTES = 2**25
# A page of another origin that a browser has open must not reach this server:
# neither under another name, nor with a form, whose type is not this one.
_HOSTS = ["127.0.0.1", "localhost"]
_TYPE = "application/json"
_POLICY = "default-src 'self'; img-src 'self' data: blob:; media-src blob:"


def application(models: Sequence[Shown]) -> Starlette:
    """Returns the application that shows some models.

    Args:
        models: The models, which the page knows by their numbers.
    """
    answers = _Answers(models)
    return Starlette(
        routes=[
            Route("/api/models", answers.models),
            Route(
                "/api/{number:int}/{action}", answers.action, methods=["POST"]
            ),
            Mount("/", _Page(directory=_PAGE, html=True)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
        lifespan=answers.lifespan,
    )


class _Page(StaticFiles):
    """The files of the page, which load nothing from other servers."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = _POLICY
        # An update of the package has to be seen.
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Answers:
    def __init__(self, models: Sequence[Shown]) -> None:
        self._models, self._turns = models, Turns()

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Warms the models up while the page is served."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._warm)
            yield
            tasks.cancel_scope.cancel()

    async def _warm(self):
        for shown in self._models:
            for work in warming.works(shown):
                async for _ in self._turns.messages(work):
                    await self._turns.until_idle()

    async def models(self, request: Request) -> Response:
        """Answers with the models and what they can do."""
        return JSONResponse(
            [
                {**shown.description(), "actions": tabs.offered(shown)}
                for shown in self._models
            ]
        )

    async def action(self, request: Request) -> Response:
        """Answers with messages, one JSON object a line."""
        try:
            shown, module = self._found(**request.path_params)
            # The page sends the context of a model that takes one.
            shown = shown.given(request.query_params.get("context"))
            asked = _asked(module, await _body(request))
        except UsageError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        work = module.run(shown, asked)
        return StreamingResponse(
            self._lines(work),
            media_type="application/x-ndjson",
            # It comes where the page has gone, too.
            background=BackgroundTask(work.close),
        )

    def _found(self, number, action):
        if number >= len(self._models):
            raise UsageError(f"There is no model {number}: load the page anew.")
        shown = self._models[number]
        if action not in tabs.offered(shown):
            raise UsageError(f"{shown.name} cannot do this: {action}.")
        return shown, tabs.ACTIONS[action]

    async def _lines(self, work) -> AsyncIterator[str]:
        if self._turns.num_waiting:
            yield _line({"waiting": self._turns.num_waiting})
        try:
            async for message in self._turns.messages(work):
                yield _line(message)
        except (ValueError, OSError, ImportError) as error:
            yield _line({"error": str(error)})
        except Exception:
            print(traceback.format_exc(), file=sys.stderr)
            yield _line(
                {
                    "error": "This is a fault of the program: the terminal "
                    "says more."
                }
            )


def _line(message):
    return json.dumps(message, allow_nan=False) + "\n"


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type") != _TYPE:
        raise UsageError(f"A request must have the type {_TYPE}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise UsageError(
                "The file is too large: the page takes up to "
                f"{_MOST_BYTES * 3 // 4 // 2**20} MiB."
            )
    return body


def _asked(module, body):
    try:
        return module.Asked.model_validate_json(body)
    except pydantic.ValidationError as error:
        raise UsageError(_sentence(error)) from error


def _sentence(error: pydantic.ValidationError) -> str:
    """Returns the first complaint as a sentence."""
    first = error.errors()[0]
    name = " ".join(str(part) for part in first["loc"]).replace("_", "-")
    rule = first["msg"].replace("Input should be", "must be")
    return f"{name or 'The request'}: {rule}."
