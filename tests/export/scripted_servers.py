"""Servers that answer what a test tells them, right or wrong.

They describe a model of 3 bits. `honest` answers as it would.
"""

import concurrent.futures
import contextlib
import http.server
import json
import pathlib
import ssl
import threading

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

SHAPE = (3,)
TLS = pathlib.Path(__file__).parent / "tls"
CERTIFICATE, KEY = TLS / "certificate.pem", TLS / "key.pem"

_FLOAT, _INT = types_pb2.DT_FLOAT, types_pb2.DT_INT32
_LONG, _BOOL = types_pb2.DT_INT64, types_pb2.DT_BOOL
_TEXT = types_pb2.DT_STRING
_EVENTS = (_FLOAT, (-1, *SHAPE))
_DRAWN = {"events": (_INT, (-1, *SHAPE)), "log_prob": (_FLOAT, (-1,))}
_SEED = {"seed": (_LONG, ()), "first": (_LONG, ())}
_TEMPERATURE = {"temperature": (_FLOAT, ())}
_DESCRIBED = {
    "log_prob": ({"events": _EVENTS}, {"log_prob": (_FLOAT, (-1,))}),
    "log_prob_per_dim": ({"events": _EVENTS}, {"log_prob_per_dim": _EVENTS}),
    "sample": ({"num_samples": (_INT, ()), **_SEED, **_TEMPERATURE}, _DRAWN),
    "sample_seeds": ({"seeds": (_LONG, (-1,)), **_TEMPERATURE}, _DRAWN),
    "complete": (
        {"events": _EVENTS, "known": (_BOOL, (-1, *SHAPE)), **_SEED},
        {"events": (_INT, (-1, *SHAPE))},
    ),
    "info": (
        {"request": (_INT, (-1,))},
        {
            "max_num_samples": (_INT, (-1,)),
            "num_levels": (_INT, (-1,)),
            "result": (_TEXT, (-1,)),
        },
    ),
}


def definitions():
    """Returns the `SignatureDef`s of the model by name."""
    return described(_DESCRIBED)


def described(signatures):
    """Returns `SignatureDef`s by name.

    Args:
        signatures: Pairs of inputs and outputs by name, each a dtype and a
            shape by name.
    """
    found = {}
    for name, kinds in signatures.items():
        found[name] = meta_graph_pb2.SignatureDef()
        for kind, specs in zip(("inputs", "outputs"), kinds, strict=True):
            for key, (dtype, shape) in specs.items():
                info = getattr(found[name], kind)[key]
                info.dtype = dtype
                info.tensor_shape.SetInParent()
                for size in shape:
                    info.tensor_shape.dim.add().size = size
    return found


def honest(signature, inputs):
    """Returns what the model answers: all bits are 0, at -1 nat each."""
    if signature == "info":
        facts = {"max_num_samples": 4, "num_levels": 2}
        numbers = {name: np.full(1, n, "int32") for name, n in facts.items()}
        return {**numbers, "result": np.array([b"{}"])}
    events = inputs.get("events")
    if events is None:
        seeds = inputs.get("seeds")
        count = inputs["num_samples"] if seeds is None else len(seeds)
        events = np.zeros((int(count), *SHAPE))
    answer = {
        "events": events.astype("int32"),
        "log_prob": np.full(len(events), -3.0, "float32"),
        "log_prob_per_dim": np.full(events.shape, -1.0, "float32"),
    }
    return {name: answer[name] for name in _DESCRIBED[signature][1]}


@contextlib.contextmanager
def grpc_server(
    answer=honest, *, tls=False, version=lambda: 1, model=None, headers=None
):
    """Yields the address of a server over gRPC.

    Args:
        answer: A function of a signature's name and inputs by name to outputs
            by name, arrays or `TensorProto`s; or to a `grpc.StatusCode`.
        tls: Whether to speak TLS.
        version: Returns which version is served; others are not found.
        model: `SignatureDef`s by name, by default `definitions()`.
        headers: A dictionary, to which those of requests are added.
    """

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
        def GetModelMetadata(self, request, context):  # noqa: N802
            response = get_model_metadata_pb2.GetModelMetadataResponse()
            response.model_spec.version.value = version()
            found = get_model_metadata_pb2.SignatureDefMap()
            for name, definition in (model or definitions()).items():
                found.signature_def[name].CopyFrom(definition)
            response.metadata["signature_def"].Pack(found)
            return response

        def Predict(self, request, context):  # noqa: N802
            if headers is not None:
                headers.update(context.invocation_metadata())
            asked = request.model_spec.version.value
            if asked not in (0, version()):
                context.abort(grpc.StatusCode.NOT_FOUND, "not found")
            inputs = {
                name: tf.make_ndarray(value)
                for name, value in request.inputs.items()
            }
            outputs = answer(request.model_spec.signature_name, inputs)
            if isinstance(outputs, grpc.StatusCode):
                context.abort(outputs, "scripted")
            response = predict_pb2.PredictResponse()
            for name, value in outputs.items():
                if isinstance(value, np.ndarray):
                    value = tf.make_tensor_proto(value)
                response.outputs[name].CopyFrom(value)
            return response

    pool = concurrent.futures.ThreadPoolExecutor(4)
    server = grpc.server(pool)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        Service(), server
    )
    if tls:
        credentials = grpc.ssl_server_credentials(
            [(KEY.read_bytes(), CERTIFICATE.read_bytes())]
        )
        port = server.add_secure_port("localhost:0", credentials)
    else:
        port = server.add_insecure_port("localhost:0")
    server.start()
    try:
        yield f"{'grpcs://' * tls}localhost:{port}"
    finally:
        server.stop(None).wait()
        pool.shutdown()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The server answers in one packet, because two would wait for each other.
    wbufsize = -1

    def do_GET(self):
        self._note()
        found = {
            name: json_format.MessageToDict(
                definition, preserving_proto_field_name=True
            )
            for name, definition in self.model.items()
        }
        self._send(
            200,
            {
                "model_spec": {"version": str(self.version())},
                "metadata": {"signature_def": {"signature_def": found}},
            },
        )

    def do_POST(self):
        self._note()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.raw is not None:
            self._send_raw()
            return
        _, _, asked = self.path.partition("/versions/")
        if asked and asked != f"{self.version()}:predict":
            self._send(404, {"error": "not found"})
            return
        body = json.loads(body)
        signature = body["signature_name"]
        inputs = {k: np.array(v) for k, v in body["inputs"].items()}
        outputs = {
            name: _as_json(value)
            for name, value in self.answer(signature, inputs).items()
        }
        if len(outputs) == 1:
            (outputs,) = outputs.values()
        self._send(200, {"outputs": outputs})

    def _send(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _send_raw(self):
        self.close_connection = True
        with contextlib.suppress(OSError):
            for piece in self.raw():
                self.wfile.write(piece)
                self.wfile.flush()

    def _note(self):
        self.paths.append(self.path)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def rest_server(
    answer=honest,
    *,
    tls=False,
    version=lambda: 1,
    model=None,
    raw=None,
    paths=None,
):
    """Yields the address of a server over REST.

    Args:
        answer: As in `grpc_server`, but outputs may be what JSON can hold.
        tls: As in `grpc_server`.
        version: As in `grpc_server`.
        model: As in `grpc_server`.
        raw: The bytes of an answer to a request to predict, headers and all,
            in pieces; the connection is closed behind them.
        paths: A list, to which what is asked for is added.
    """

    class Handler(_Handler):
        pass

    Handler.answer = staticmethod(answer)
    Handler.version = staticmethod(version)
    Handler.raw = raw and staticmethod(raw)
    Handler.model = model or definitions()
    Handler.paths = [] if paths is None else paths
    server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(
        target=server.serve_forever,
        kwargs={"poll_interval": 0.01},
        daemon=True,
    )
    thread.start()
    try:
        port = server.server_address[1]
        yield f"http{'s' * tls}://localhost:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _as_json(value):
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind == "S":
        return [text.decode() for text in value]
    return value.tolist()
