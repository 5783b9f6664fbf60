"""Serving files of a model, which say how to serve it and how to ask it.

They are written for the official image of TF-Serving, which finds the directory
of the model at /models/NAME.
"""

import json
import pathlib
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping

from tf_autoregressive.files import replace_text
from tf_autoregressive.sampling_options import OPTIONS

from .reference import Exchange
from .versions import REQUESTS

_CONFIG = "models.config"
_LATER = ("batching.config", "compose.yaml", "README.md")

_MODELS = """\
# For tensorflow_model_server --model_config_file.
model_config_list {{
  config {{
    name: "{name}"
    base_path: "/models/{name}"
    model_platform: "tensorflow"
  }}
}}
"""

_BATCHING = """\
# For tensorflow_model_server --enable_batching --batching_parameters_file:
# requests that arrive together are scored together.
max_batch_size { value: 128 }
batch_timeout_micros { value: 2000 }
max_enqueued_batches { value: 256 }
num_batch_threads { value: 4 }
"""

_COMPOSE = """\
services:
  {name}:
    image: &image ${{TF_SERVING_IMAGE:-tensorflow/serving:latest}}
    command: --model_config_file=/models/{name}/models.config{xla}
    volumes: &volumes [".:/models/{name}:ro"]
    ports: ["8500:8500", "8501:8501"]
  # Scores requests of many clients together, and does nothing but score: what
  # has no batch axis is refused, so it cannot warm up with all signatures.
  {name}-batching:
    profiles: [batching]
    image: *image
    command: >-
      --model_config_file=/models/{name}/models.config{xla}
      --enable_model_warmup=false
      --enable_batching
      --batching_parameters_file=/models/{name}/batching.config
    volumes: *volumes
    ports: ["8510:8500", "8511:8501"]
"""

_XLA_FLAG = "--xla_cpu_compilation_enabled"
_XLA_NOTE = """
Compiled with XLA, which the server must have, and which compiles anew for
every batch size: {}.
"""

_README = """\
# {name}

A model of tf_autoregressive for TF-Serving. Start a server in this directory,
gRPC at port 8500 and REST at port 8501, with either of

```console
docker run --rm -p 8500:8500 -p 8501:8501 \\
  -v "$PWD:/models/{name}:ro" tensorflow/serving \\
  --model_config_file=/models/{name}/models.config{xla}
docker compose up
```
{note}
A version that is exported while the server runs takes the place of the old
one. `tfar verify .` checks the newest version against answers that the model
gave before it was exported.

`docker compose --profile batching up` also starts a server at ports 8510 and
8511 that batches: there only signatures whose inputs all have a batch axis
work, which `sample` and `complete` are not.

A request names all inputs of its signature. `first` is the number of samples
of the seed that are left out: 0, or what earlier requests have drawn. Options
of a draw stand below with the number that switches them off.

Bad requests end in INVALID_ARGUMENT, over REST in status 400, with a message
that names the input. REST requests are in `requests/`.

With tf_autoregressive installed:

```python
from tf_autoregressive import export

with export.Client("localhost:8500", "{name}") as client:
    client.info()
```

For gRPC with `pip install tensorflow-serving-api` alone:

```python
import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

channel = grpc.insecure_channel("localhost:8500")
stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)


def ask(signature, **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "{name}"
    request.model_spec.signature_name = signature
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    outputs = stub.Predict(request, timeout=60).outputs
    return {{key: tf.make_ndarray(value) for key, value in outputs.items()}}
```

{sections}"""

_SECTION = """\
## {signature}

{inputs}
{outputs}

```console
curl -d @requests/{signature}.json \\
  http://localhost:8501/v1/models/{name}:predict
```

```python
ask(
    "{signature}",
{arguments}
)
```
"""


def check_ours(path: pathlib.Path) -> None:
    """Checks that only files of earlier exports are replaced.

    Raises:
        ValueError: If there is one.
    """
    # This file is the first that an export writes. Without it, the others are
    # not ours.
    if (path / _CONFIG).exists():
        return
    foreign = [n for n in _LATER if (path / n).exists()]
    if foreign:
        raise ValueError(
            "`path` must be a new directory or that of a served model. "
            f"Received: {path}, whose {', '.join(foreign)} would be replaced"
        )


def write(
    path: pathlib.Path,
    name: str,
    functions: Mapping[str, Callable],
    found: list[Exchange],
    compiled: Collection[str] = (),
) -> None:
    """Writes the files that stand beside the versions of a model.

    `models.config`, `batching.config`, `compose.yaml`, `README.md`, and in
    `requests/` the body of a REST request for each signature.

    Args:
        path: The directory of the model.
        name: The name that it is served by.
        functions: The signatures, graphs by name.
        found: `reference.Exchange`s, at least one for each signature.
        compiled: Names of the signatures that need a server with XLA.
    """
    xla = _XLA_FLAG if compiled else ""
    requests = {exchange.signature: exchange.inputs for exchange in found[::-1]}
    (path / REQUESTS).mkdir(exist_ok=True)
    for signature, inputs in requests.items():
        lists = {name: _as_lists(value) for name, value in inputs.items()}
        body = json.dumps({"signature_name": signature, "inputs": lists})
        replace_text(path / REQUESTS / f"{signature}.json", f"{body}\n")
    sections = [
        _section(name, signature, functions[signature], requests[signature])
        for signature in functions
    ]
    replace_text(path / _CONFIG, _MODELS.format(name=name))
    later = (
        _BATCHING,
        _COMPOSE.format(name=name, xla=f" {xla}" * bool(xla)),
        _README.format(
            name=name,
            xla=f" \\\n  {xla}" if xla else "",
            note=_XLA_NOTE.format(", ".join(sorted(compiled))) * bool(xla),
            sections="\n".join(sections),
        ),
    )
    for file, text in zip(_LATER, later, strict=True):
        replace_text(path / file, text)


def _as_lists(value):
    if value.dtype.kind == "S":
        return [text.decode() for text in value.tolist()]
    return value.tolist()


def _section(name, signature, function, inputs):
    _, specs = function.structured_input_signature
    return _SECTION.format(
        name=name,
        signature=signature,
        inputs="\n".join(_line("takes", k, s) for k, s in specs.items()),
        outputs="\n".join(
            _line("gives", key, tensor)
            for key, tensor in function.structured_outputs.items()
        ),
        arguments="\n".join(
            f"    {key}={_literal(value)}," for key, value in inputs.items()
        ),
    )


def _line(verb, key, spec):
    sizes = ", ".join("batch" if n is None else str(n) for n in spec.shape)
    line = f"- {verb} `{key}`: {spec.dtype.name} [{sizes}]"
    if key not in OPTIONS:
        return line
    option = OPTIONS[key]
    return f"{line}. {option.help} {option.off} switches it off."


def _literal(value):
    if value.dtype.kind == "S":
        return f"np.array({value.tolist()}, object)"
    dtype = f'"{value.dtype}"'
    if value.size > 1:
        return f"np.zeros({value.shape}, {dtype})"
    return f"np.array({value.tolist()}, {dtype})"
