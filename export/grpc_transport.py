"""Requests to TF-Serving over gRPC."""

import numpy as np
import tensorflow as tf

from .errors import RequestError
from .errors import UnavailableError


class GRPCTransport:
    """Asks one model of one server.

    Args:
        address: Host and port, as `localhost:8500`.
        model: Name of the model.
        timeout: Seconds that an answer may take.

    Raises:
        ImportError: If tensorflow-serving-api is not installed.
    """

    def __init__(self, address: str, model: str, timeout: float):
        import grpc
        from tensorflow_serving.apis import prediction_service_pb2_grpc

        self._model = model
        self._timeout = timeout
        # Batches of images exceed the 4 MB that gRPC allows by itself.
        unlimited = [
            ("grpc.max_send_message_length", -1),
            ("grpc.max_receive_message_length", -1),
        ]
        self._channel = grpc.insecure_channel(address, unlimited)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )

    def close(self):
        """Closes the connection."""
        self._channel.close()

    def signatures(self) -> dict[str, dict[str, np.dtype]]:
        """Returns the dtypes of the inputs of each signature."""
        from tensorflow_serving.apis import get_model_metadata_pb2

        request = get_model_metadata_pb2.GetModelMetadataRequest()
        request.model_spec.name = self._model
        request.metadata_field.append("signature_def")
        response = self._call(self._stub.GetModelMetadata, request)
        found = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(found)
        return {
            signature: {
                name: np.dtype(tf.as_dtype(info.dtype).as_numpy_dtype)
                for name, info in definition.inputs.items()
            }
            for signature, definition in found.signature_def.items()
            # Without inputs there is only what initializes the model.
            if definition.inputs
        }

    def ask(self, signature: str, inputs: dict) -> dict[str, np.ndarray]:
        """Returns the answer to a request, arrays by name.

        Raises:
            RequestError: If the server refuses it.
            UnavailableError: If no server answers.
            TimeoutError: If the answer takes too long.
        """
        from tensorflow_serving.apis import predict_pb2

        request = predict_pb2.PredictRequest()
        request.model_spec.name = self._model
        request.model_spec.signature_name = signature
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        response = self._call(self._stub.Predict, request)
        return {
            name: tf.make_ndarray(value)
            for name, value in response.outputs.items()
        }

    def _call(self, method, request):
        import grpc

        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            raise _translated(error, grpc.StatusCode) from error


def _translated(error, codes):
    kinds = {
        codes.UNAVAILABLE: UnavailableError,
        codes.DEADLINE_EXCEEDED: TimeoutError,
    }
    return kinds.get(error.code(), RequestError)(error.details())
