"""Requests to TF-Serving over gRPC."""

import pathlib

import numpy as np
import tensorflow as tf

from .deadline import Deadline
from .errors import AnswerError
from .errors import NotFoundError
from .errors import RequestError
from .errors import UnavailableError
from .errors import excerpt
from .served import Served
from .served import signatures_of
from .transport import Transport

_TLS = "grpcs://"


class GRPCTransport(Transport):
    """Asks one model of one server over gRPC.

    Args:
        address: Host and port, as `localhost:8500`; with `grpcs://` before
            them over TLS.
        model: Name of the model.
        headers: Headers that every request carries, texts by name.
        ca: PEM file of the certificates to trust, `None` for those of gRPC.
        max_answer_bytes: The largest answer that is read.

    Raises:
        ImportError: If tensorflow-serving-api is not installed.
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
        import grpc
        from tensorflow_serving.apis import prediction_service_pb2_grpc

        super().__init__(address, max_answer_bytes)
        self._model = model
        self._metadata = [
            (name.lower(), value) for name, value in headers.items()
        ]
        options = [
            # Batches of images exceed the 4 MB that gRPC allows by itself.
            ("grpc.max_send_message_length", -1),
            ("grpc.max_receive_message_length", max_answer_bytes),
        ]
        if address.startswith(_TLS):
            credentials = grpc.ssl_channel_credentials(ca and ca.read_bytes())
            self._channel = grpc.secure_channel(
                address.removeprefix(_TLS), credentials, options
            )
        else:
            self._channel = grpc.insecure_channel(address, options)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )

    def close(self) -> None:
        self._channel.close()

    def served(self, deadline: Deadline) -> Served:
        from tensorflow_serving.apis import get_model_metadata_pb2

        request = get_model_metadata_pb2.GetModelMetadataRequest()
        request.model_spec.name = self._model
        request.metadata_field.append("signature_def")
        response = self._call(self._stub.GetModelMetadata, request, deadline)
        found = get_model_metadata_pb2.SignatureDefMap()
        if not response.metadata["signature_def"].Unpack(found):
            raise AnswerError("The server does not describe signatures.")
        version = response.model_spec.version.value or None
        return Served(version, signatures_of(found.signature_def))

    def _outputs(self, name, signature, inputs, version, deadline):
        from tensorflow_serving.apis import predict_pb2

        request = predict_pb2.PredictRequest()
        request.model_spec.name = self._model
        request.model_spec.signature_name = name
        if version is not None:
            request.model_spec.version.value = version
        for key, value in inputs.items():
            request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
        return self._call(self._stub.Predict, request, deadline).outputs

    def _array(self, name, output, spec, num_rows):
        # The size of an output is checked before it takes memory.
        try:
            dtype = np.dtype(tf.as_dtype(output.dtype).as_numpy_dtype)
            shape = tuple(dim.size for dim in output.tensor_shape.dim)
            spec.check(name, dtype, shape, num_rows)
            return tf.make_ndarray(output)
        except (TypeError, ValueError) as error:
            if isinstance(error, AnswerError):
                raise
            raise AnswerError(
                f"The answer's `{name}` is not a tensor: {error}"
            ) from error

    def _call(self, method, request, deadline):
        import grpc

        try:
            return method(
                request, timeout=deadline.remaining(), metadata=self._metadata
            )
        except grpc.RpcError as error:
            raise self._translated(error, grpc.StatusCode, deadline) from error

    def _translated(self, error, codes, deadline):
        code, details = error.code(), excerpt(error.details() or "")
        if code == codes.DEADLINE_EXCEEDED:
            return deadline.error()
        if "larger than max" in details and "SERVER" not in details:
            return self._too_large()
        kinds = {
            codes.UNAVAILABLE: UnavailableError,
            codes.NOT_FOUND: NotFoundError,
            # The fault does not lie in the request.
            codes.CANCELLED: AnswerError,
            codes.DATA_LOSS: AnswerError,
            codes.INTERNAL: AnswerError,
            codes.UNIMPLEMENTED: AnswerError,
            codes.UNKNOWN: AnswerError,
        }
        return kinds.get(code, RequestError)(details or code.name)
