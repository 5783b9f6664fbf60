"""Models of the zoo, exported once and shared by the tests of a case."""

import sys

import pytest

from export.saved_models import checker
from tests.zoo import BY_NAME


class Exported:
    """A model, the version that it was exported to, and its signatures."""

    def __init__(self, case, model, path):
        import tensorflow as tf

        self.case = case
        self.model = model
        self.path = path
        # The model is kept, because the signatures hold its weights by weak
        # references.
        self.loaded = tf.saved_model.load(path)
        self.signatures = self.loaded.signatures

    def ask(self, signature, **inputs):
        """Returns the answer to a request, NumPy arrays by name."""
        import tensorflow as tf

        function = self.signatures[signature]
        _, specs = function.structured_input_signature
        tensors = {
            name: tf.constant(value, specs[name].dtype)
            for name, value in inputs.items()
        }
        answer = function(**tensors)
        return {name: tensor.numpy() for name, tensor in answer.items()}


@pytest.fixture
def exported(case, seed, shared, tmp_path_factory):
    """The case's model, exported with its training result."""
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from export import export_model

    key = ("exported", case.name, seed)
    if key not in shared:
        model = case.build(seed)
        path = tmp_path_factory.mktemp("models") / case.name
        version = export_model(
            model, path, result={"test": {"nats": 1.5}}, max_num_samples=64
        )
        shared[key] = Exported(case, model, version)
    return shared[key]


@pytest.fixture(scope="session")
def shared_by_all():
    return {}


@pytest.fixture
def fvsbn(seed, shared_by_all, tmp_path_factory):
    """The simplest model, exported once a session: many modules ask for it."""
    return exported.__wrapped__(
        BY_NAME["fvsbn"], seed, shared_by_all, tmp_path_factory
    )


@pytest.fixture
def verify_here(monkeypatch):
    """Does what `verify` does in a process of its own, which starts slowly."""
    # The checker changes it for the whole process.
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    return lambda path: checker.main(str(path)) == 0


@pytest.fixture(scope="session")
def sequence_detector(tmp_path_factory):
    """A calibrated detector of sequences, fresh ones, and its export."""
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from export import export_model
    from tf_autoregressive import anomaly

    model = BY_NAME["char-rnn"].build(0)
    x = model.sample(139, seed=7).numpy()
    detector = anomaly.Detector(model, "conditional_surprise")
    detector.calibrate(x[:99])
    path = tmp_path_factory.mktemp("models") / "sequences"
    return detector, x[99:], export_model(model, path, detector=detector)
