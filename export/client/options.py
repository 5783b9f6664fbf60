"""The arguments of a client, checked before anything is sent."""

import math
import pathlib
import re
import ssl
from collections import abc

from .grpc_transport import GRPCTransport
from .rest_transport import RESTTransport
from .transport import Transport

_TLS = ("grpcs://", "https://")
_REST = ("http://", "https://")
# The transports make these headers themselves; others would break a request.
_RESERVED = {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
}


def transport_to(
    host: str,
    model: str,
    *,
    ca: str | pathlib.Path | None,
    token: str | None,
    headers: abc.Mapping[str, str],
    max_answer_bytes: int,
) -> Transport:
    """Returns the `Transport` to a model.

    The arguments are those of `Client`.

    Raises:
        ValueError: If an argument is not as `Client` takes it.
        ImportError: If tensorflow-serving-api is needed and not installed.
    """
    _check_host(host)
    _check_model(model)
    if not isinstance(headers, abc.Mapping):
        raise ValueError(
            "`headers` must be a dictionary. Received: "
            f"{type(headers).__name__}"
        )
    if not isinstance(ca, (str, pathlib.Path, type(None))):
        raise ValueError(f"`ca` must be a path. Received: ca={ca!r}")
    if token is not None:
        headers = {**headers, "Authorization": f"Bearer {token}"}
    for name, value in headers.items():
        _check_header(name, value)
    transport = RESTTransport if host.startswith(_REST) else GRPCTransport
    return transport(
        host,
        model,
        ca=None if ca is None else _certificates(pathlib.Path(ca), host),
        headers=dict(headers),
        max_answer_bytes=max_answer_bytes,
    )


def check_timeout(timeout: float) -> None:
    """Checks a number of seconds.

    Raises:
        ValueError: If it is not a finite number above 0.
    """
    is_number = isinstance(timeout, (int, float)) and not isinstance(
        timeout, bool
    )
    if not is_number or not 0.0 < timeout < math.inf:
        raise ValueError(
            "`timeout` must be a finite number of seconds above 0. "
            f"Received: timeout={timeout!r}"
        )


def _check_host(host):
    if not isinstance(host, str) or not re.fullmatch(r"[!-~]+", host):
        # The message leaves out `host`, which may hold a password.
        raise ValueError(
            "`host` must be as localhost:8500 or http://localhost:8501, of "
            "printable ASCII without spaces."
        )


def _check_model(model):
    is_name = isinstance(model, str) and model not in ("", ".", "..")
    if not is_name or any("\ud800" <= letter <= "\udfff" for letter in model):
        raise ValueError(
            "`model` must be the name of a model on the server. "
            f"Received: model={model!r}"
        )


def _check_header(name, value):
    # The message leaves out the value, which may be a password or a token.
    if not isinstance(name, str) or not re.fullmatch("[A-Za-z0-9_.-]+", name):
        raise ValueError(
            "`headers` must have names of letters, digits, `_`, `-` and `.`. "
            f"Received: {name!r}"
        )
    if name.lower() in _RESERVED or name.lower().startswith("grpc-"):
        raise ValueError(
            f"`headers` must leave {name!r} to the client, which sets it."
        )
    if not isinstance(value, str) or not re.fullmatch("[ -~]*", value):
        raise ValueError(
            f"`{name}` of `headers`, or the token in it, must be a text of "
            "printable ASCII."
        )


def _certificates(ca, host):
    if not host.startswith(_TLS):
        raise ValueError(
            f"`ca` needs TLS: `host` must begin with {' or '.join(_TLS)}."
        )
    try:
        ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"`ca` must be a PEM file of certificates. {ca}: {error}"
        ) from error
    return ca
