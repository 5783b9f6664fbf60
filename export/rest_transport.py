"""Requests to TF-Serving over REST."""

import json

import numpy as np
import requests
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from .errors import RequestError
from .errors import UnavailableError

_NOT_READY = (502, 503, 504)


class RESTTransport:
    """Asks one model of one server.

    Args:
        address: URL of the server, as `http://localhost:8501`.
        model: Name of the model.
        timeout: Seconds that an answer may take.
    """

    def __init__(self, address: str, model: str, timeout: float):
        self._url = f"{address.rstrip('/')}/v1/models/{model}"
        self._timeout = timeout
        self._session = requests.Session()
        self._dtypes = None

    def close(self):
        """Closes the connection."""
        self._session.close()

    def signatures(self) -> dict[str, dict[str, np.dtype]]:
        """Returns the dtypes of the inputs of each signature."""
        body = self._call("GET", f"{self._url}/metadata")
        found = body["metadata"]["signature_def"]["signature_def"]
        self._dtypes = {
            signature: {
                kind: {
                    name: _dtype(info["dtype"])
                    for name, info in definition[kind].items()
                }
                for kind in ("inputs", "outputs")
            }
            for signature, definition in found.items()
            # Without inputs there is only what initializes the model.
            if definition.get("inputs")
        }
        return {name: kinds["inputs"] for name, kinds in self._dtypes.items()}

    def ask(self, signature: str, inputs: dict) -> dict[str, np.ndarray]:
        """Returns the answer to a request, arrays by name.

        Raises:
            RequestError: If the server refuses it.
            UnavailableError: If no server answers.
            TimeoutError: If the answer takes too long.
        """
        if self._dtypes is None:
            self.signatures()
        body = {
            "signature_name": signature,
            "inputs": {name: v.tolist() for name, v in inputs.items()},
        }
        # `requests` refuses NaN, about which the server has more to say.
        text = json.dumps(body)
        answer = self._call("POST", f"{self._url}:predict", data=text)
        dtypes, values = self._dtypes[signature]["outputs"], answer["outputs"]
        if len(dtypes) == 1:
            # The server leaves out the name of an only output.
            values = dict.fromkeys(dtypes, values)
        return {
            name: np.array(values[name], _parsed(dtype))
            for name, dtype in dtypes.items()
        }

    def _call(self, method, url, **options):
        try:
            response = self._session.request(
                method, url, timeout=self._timeout, **options
            )
        except requests.Timeout as error:
            raise TimeoutError(str(error)) from error
        except requests.ConnectionError as error:
            raise UnavailableError(str(error)) from error
        if response.status_code in _NOT_READY:
            raise UnavailableError(response.text)
        if not response.ok:
            raise RequestError(_message(response))
        return response.json()


def _dtype(name):
    """Returns the dtype that the server calls `DT_INT32` and so on."""
    number = types_pb2.DataType.Value(name)
    return np.dtype(tf.as_dtype(number).as_numpy_dtype)


def _parsed(dtype):
    # Strings, of whatever length.
    return None if dtype.kind == "O" else dtype


def _message(response):
    try:
        return response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}: {response.text}"
