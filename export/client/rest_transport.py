"""Requests to TF-Serving over REST."""

import json
import pathlib
import re
import ssl
import urllib.parse

import numpy as np
import urllib3
from google.protobuf import json_format
from tensorflow.core.protobuf import meta_graph_pb2

from ..conversion import converted
from .connections import pool_of
from .deadline import Deadline
from .errors import AnswerError
from .errors import NotFoundError
from .errors import RequestError
from .errors import UnavailableError
from .errors import excerpt
from .served import Served
from .served import signatures_of
from .transport import Transport

_NOT_READY = (429, 502, 503, 504)
_PIECE = 2**20


class RESTTransport(Transport):
    """Asks one model of one server over REST.

    Args:
        address: URL of the server, as `http://localhost:8501`.
        model: Name of the model.
        headers: Headers that every request carries, texts by name.
        ca: PEM file of the certificates to trust, `None` for those of the
            system.
        max_answer_bytes: The largest answer that is read.

    Raises:
        ValueError: If `address` is not a URL.
    """

    def __init__(
        self,
        address: str,
        model: str,
        *,
        headers: dict[str, str],
        ca: pathlib.Path | None,
        max_answer_bytes: int,
    ) -> None:
        try:
            url = urllib3.util.parse_url(address)
        except urllib3.exceptions.LocationParseError as error:
            raise ValueError(f"`host` must be a URL: {error}") from error
        if not url.host or url.query or url.fragment:
            raise ValueError("`host` must be a URL of a server alone.")
        super().__init__(url._replace(auth=None).url, max_answer_bytes)
        prefix = (url.path or "").rstrip("/")
        # A name that is not quoted could reach other paths.
        name = urllib.parse.quote(model, safe="")
        self._path = f"{prefix}/v1/models/{name}"
        self._headers = {
            # A compressed answer could take any size.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            **_authorization(url.auth),
            **headers,
        }
        context = None
        if url.scheme == "https":
            context = ssl.create_default_context(cafile=ca)
        self._pool = pool_of(url.host, url.port, context)

    def close(self) -> None:
        self._pool.close()

    def served(self, deadline: Deadline) -> Served:
        body = _object(self._call("GET", f"{self._path}/metadata", deadline))
        try:
            found = body["metadata"]["signature_def"]["signature_def"]
            definitions = {
                name: json_format.ParseDict(
                    definition,
                    meta_graph_pb2.SignatureDef(),
                    ignore_unknown_fields=True,
                )
                for name, definition in found.items()
            }
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
            json_format.Error,
        ) as error:
            raise AnswerError(
                f"The server does not describe signatures: {error!r}"
            ) from error
        return Served(_version(body), signatures_of(definitions))

    def _outputs(self, name, signature, inputs, version, deadline):
        body = {
            "signature_name": name,
            "inputs": {key: v.tolist() for key, v in inputs.items()},
        }
        path = self._path
        if version is not None:
            path += f"/versions/{version}"
        # NaN is not JSON, but the server has more to say about it.
        text = json.dumps(body)
        data = self._call("POST", f"{path}:predict", deadline, text)
        values = _object(data).get("outputs")
        if signature.has_only_numbers and (b"true" in data or b"false" in data):
            # NumPy takes booleans among numbers for 1 and 0.
            raise AnswerError("The answer must hold numbers. Received: bools")
        if len(signature.outputs) == 1:
            # The server leaves out the name of an only output.
            values = dict.fromkeys(signature.outputs, values)
        return values if isinstance(values, dict) else {}

    def _array(self, name, output, spec, num_rows):
        if spec.dtype == object:
            array = _strings(name, output)
        else:
            array = _numbers(name, output, spec.dtype)
        spec.check(name, array.dtype, array.shape, num_rows)
        return array

    def _call(self, method, path, deadline, text=None):
        """Returns the body of an answer."""
        try:
            response = self._pool.urlopen(
                method,
                path,
                body=text,
                headers=self._headers,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(total=deadline.remaining()),
                preload_content=False,
                decode_content=False,
            )
            with response:
                data = self._read(response)
        except urllib3.exceptions.NewConnectionError as error:
            raise UnavailableError(f"{self.address}: {error}") from error
        except urllib3.exceptions.TimeoutError as error:
            raise deadline.error() from error
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"{self.address}: {error}") from error
        if response.status != 200:
            raise _refusal(response, data)
        return data

    def _read(self, response):
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise AnswerError("The answer is compressed, unlike requested.")
        data = bytearray()
        # The body is read up to the empty piece, because a body that was cut
        # off is noticed only there.
        while piece := response.read(_PIECE):
            data += piece
            if len(data) > self._max_answer_bytes:
                raise self._too_large()
        return bytes(data)


def _version(metadata):
    """Returns the version that answers, `None` if the server leaves it out."""
    spec = metadata.get("model_spec")
    version = str(spec.get("version")) if isinstance(spec, dict) else ""
    return int(version) if re.fullmatch("[1-9][0-9]{0,18}", version) else None


def _authorization(auth):
    """Returns the header for `user:password` in a URL."""
    if auth is None:
        return {}
    return urllib3.util.make_headers(basic_auth=urllib.parse.unquote(auth))


def _refusal(response, data):
    """Returns the error for an answer of another status than 200."""
    message = excerpt(_message(data))
    if response.status in _NOT_READY:
        return UnavailableError(f"status {response.status}: {message}")
    if response.status == 404:
        return NotFoundError(message)
    if 400 <= response.status < 500:
        return RequestError(message)
    if 300 <= response.status < 400:
        place = excerpt(response.headers.get("Location", ""))
        return AnswerError(
            f"The server redirects to {place or 'another place'}, which is not "
            f"followed (status {response.status})."
        )
    return AnswerError(f"status {response.status}: {message}")


def _message(data):
    text = data.decode("utf-8", errors="replace")
    try:
        return str(json.loads(text)["error"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return text or "no message"


def _object(data):
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"The answer is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise AnswerError("The answer is not a JSON object.")
    return body


def _strings(name, values):
    """Returns UTF-8, as gRPC has it."""
    array = np.array(values, object)
    try:
        encoded = [text.encode() for text in array.ravel()]
    except (AttributeError, UnicodeEncodeError) as error:
        raise AnswerError(
            f"The answer's `{name}` must hold texts. {error}"
        ) from error
    return np.array(encoded, object).reshape(array.shape)


def _numbers(name, values, dtype):
    try:
        array = np.array(values)
        if array.dtype.kind not in "iuf":
            raise ValueError(f"Received: dtype {array.dtype}")
        return converted(name, array, dtype)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise AnswerError(
            f"The answer's `{name}` must hold numbers. {error}"
        ) from error
