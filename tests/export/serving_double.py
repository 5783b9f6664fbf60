"""A test double of TF-Serving: its messages, and the SavedModel in Python.

It stands in for the server's protocol, not for the server: requests are
checked against the signature as the server does it, and run by TensorFlow's
Python loader. It can be told to be unavailable for a while, or slow.
"""

import concurrent.futures
import contextlib
import http.server
import json
import re
import threading
import time
import urllib.parse

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

NUM_THREADS = 16


class RefusedError(Exception):
    """INVALID_ARGUMENT, or status 400."""


class MissingError(RefusedError):
    """NOT_FOUND, or status 404."""


class ServedModel:
    """One version of one model.

    Attributes:
        version: Its number; requests for another one are refused.
        failures: Number of the next requests that find no server.
        pause: Seconds that an answer takes longer.
        headers: Those of the last request, by names in lower case.
    """

    def __init__(self, name, path):
        self.name = name
        self.version = 1
        self.headers = {}
        self.loaded = tf.saved_model.load(path)
        model = saved_model_pb2.SavedModel.FromString(
            (path / "saved_model.pb").read_bytes()
        )
        self.definitions = model.meta_graphs[0].signature_def
        self.failures = 0
        self.pause = 0.0

    def is_available(self):
        self.failures -= 1
        return self.failures < 0

    def metadata(self):
        found = get_model_metadata_pb2.SignatureDefMap()
        for name, definition in self.definitions.items():
            found.signature_def[name].CopyFrom(definition)
        return found

    def predict(self, request):
        time.sleep(self.pause)
        signature = request.model_spec.signature_name or "serving_default"
        asked = request.model_spec.version.value or self.version
        if (request.model_spec.name, asked) != (self.name, self.version):
            raise MissingError("Servable not found for request")
        if signature not in self.loaded.signatures:
            raise RefusedError(f'Serving signature key "{signature}" not found')
        expected = set(self.definitions[signature].inputs)
        if set(request.inputs) != expected:
            raise RefusedError("input size does not match signature")
        try:
            answer = self.loaded.signatures[signature](
                **{
                    name: tf.constant(tf.make_ndarray(value))
                    for name, value in request.inputs.items()
                }
            )
        except tf.errors.OpError as error:
            raise RefusedError(error.message) from error
        response = predict_pb2.PredictResponse()
        for name, value in answer.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return response

    def request(self, path, body):
        """Returns the request that a path and a JSON body stand for."""
        name, version = re.fullmatch(
            r"/v1/models/([^/]+?)(?:/versions/(\d+))?:predict", path
        ).groups()
        signature = body.get("signature_name", "serving_default")
        request = predict_pb2.PredictRequest()
        request.model_spec.name = urllib.parse.unquote(name)
        request.model_spec.version.value = int(version or 0)
        request.model_spec.signature_name = signature
        definition = self.definitions[signature]
        # The server cannot take requests without inputs over REST.
        if not definition.inputs:
            raise RefusedError("Failed to get input map for signature")
        for name, info in definition.inputs.items():
            if name not in body["inputs"]:
                raise RefusedError(f"Missing named input: {name} in 'inputs'")
            value = np.array(
                body["inputs"][name], tf.as_dtype(info.dtype).as_numpy_dtype
            )
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        return request


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, model):
        self.model = model

    def Predict(self, request, context):  # noqa: N802
        self._check_available(context)
        try:
            return self.model.predict(request)
        except MissingError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        except RefusedError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    def GetModelMetadata(self, request, context):  # noqa: N802
        self._check_available(context)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.version.value = self.model.version
        response.metadata["signature_def"].Pack(self.model.metadata())
        return response

    def _check_available(self, context):
        self.model.headers = dict(context.invocation_metadata())
        if not self.model.is_available():
            context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")


def handler_of(model):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            found = json_format.MessageToDict(
                model.metadata(), preserving_proto_field_name=True
            )
            spec = {"name": model.name, "version": str(model.version)}
            metadata = {"signature_def": found}
            self._answer(lambda: {"model_spec": spec, "metadata": metadata})

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            self._answer(lambda: self._predicted(body))

        def _predicted(self, body):
            outputs = {
                name: _as_lists(tf.make_ndarray(value))
                for name, value in model.predict(
                    model.request(self.path, body)
                ).outputs.items()
            }
            if len(outputs) == 1:
                (outputs,) = outputs.values()
            return {"outputs": outputs}

        def _answer(self, function):
            model.headers = {k.lower(): v for k, v in self.headers.items()}
            status, body = 503, {"error": "not yet"}
            if model.is_available():
                try:
                    status, body = 200, function()
                except RefusedError as error:
                    status = 404 if isinstance(error, MissingError) else 400
                    body = {"error": str(error)}
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


def _as_lists(array):
    if array.dtype == object:
        return [value.decode() for value in array]
    return array.tolist()


@contextlib.contextmanager
def grpc_server(model):
    """Yields the address of a gRPC server."""
    pool = concurrent.futures.ThreadPoolExecutor(NUM_THREADS)
    server = grpc.server(pool)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        Service(model), server
    )
    port = server.add_insecure_port("localhost:0")
    server.start()
    try:
        yield f"localhost:{port}"
    finally:
        server.stop(None).wait()
        pool.shutdown()


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


@contextlib.contextmanager
def rest_server(model):
    """Yields the address of a REST server."""
    server = _Server(("localhost", 0), handler_of(model))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
