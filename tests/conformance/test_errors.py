"""Bad input ends in an error that names the argument and the rule."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.conftest import dataset
from tests.conformance.draws import run_eagerly
from tests.zoo import BY_NAME
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import RNADE
from tf_autoregressive.models import DeepNADE

BINARY, LEVELS, REAL = (
    BY_NAME[name] for name in ("fvsbn", "fvsbn-categorical", "rnade")
)
LABELS, VECTOR, MAP = (
    BY_NAME[name] for name in ("made-labels", "nade-vector", "made-map")
)


def zeros(case, num_events=3, dtype="float32"):
    return np.zeros((num_events, *case.event_shape), dtype)


def with_value(case, value, dtype="float32"):
    x = zeros(case, dtype=dtype)
    x[1].flat[-1] = value
    return x


BAD_VALUES = [
    (BINARY, with_value(BINARY, 2, "uint8"), r"integers in \[0, 1\].*: 2"),
    (BINARY, with_value(BINARY, -1, "int32"), r"integers in \[0, 1\].*: -1"),
    (BINARY, with_value(BINARY, 0.5), r"integers in \[0, 1\].*: 0.5"),
    (BINARY, with_value(BINARY, np.nan), r"integers in \[0, 1\].*: nan"),
    (BINARY, with_value(BINARY, np.inf), r"integers in \[0, 1\].*: inf"),
    (LEVELS, with_value(LEVELS, 3, "int64"), r"integers in \[0, 2\].*: 3"),
    (LEVELS, with_value(LEVELS, 1.001), r"integers in \[0, 2\].*: 1.001"),
    (REAL, with_value(REAL, np.nan), "finite numbers.*: nan"),
    (REAL, with_value(REAL, -np.inf), "finite numbers.*: -inf"),
]
BAD_SHAPES = [
    (BINARY, np.zeros((2, 6), "uint8"), r"\(2, 3, 1\).*\(2, 6\)"),
    (BINARY, np.zeros((2, 3, 1), "uint8"), r"\(2, 3, 1\).*\(2, 3, 1\)"),
    (BINARY, np.zeros((4, 3, 2, 1), "uint8"), r"\(4, 3, 2, 1\)"),
    (REAL, np.zeros((4, 2), "float32"), r"\(3,\).*\(4, 2\)"),
    (BINARY, zeros(BINARY, 0), r"at least one example.*\(0, 2, 3, 1\)"),
    (BINARY, zeros(BINARY, dtype="complex64"), "dtype=complex64"),
    (BINARY, np.full((2, 2, 3, 1), "a"), "`x`"),
]


@pytest.mark.parametrize(("case", "x", "message"), BAD_VALUES + BAD_SHAPES)
def test_events_are_checked(case, model, x, message):
    for use in (
        model,
        model.log_prob,
        model.log_prob_per_dim,
        model.parameters_for,
        lambda x: model.complete(x, np.ones(case.event_shape, bool), seed=0),
    ):
        with run_eagerly(), pytest.raises(ValueError, match=message) as error:
            use(x)
        assert "`x`" in str(error.value)


# The joint distribution of real values has a density everywhere.
@pytest.mark.parametrize(
    ("case", "x", "message"), [bad for bad in BAD_VALUES if bad[0] is not REAL]
)
@pytest.mark.parametrize("convert", [np.asarray, tf.constant])
def test_the_joint_checks_values(case, model, x, message, convert):
    joint = model.joint()
    for use in (joint.log_prob, joint.prob):
        with run_eagerly(), pytest.raises(ValueError, match=f"`x`.*{message}"):
            use(convert(x))


@pytest.mark.parametrize("convert", [np.asarray, tf.constant])
@pytest.mark.parametrize(
    "case", [BINARY, LEVELS, BY_NAME["made-logistics"], LABELS], ids=repr
)
def test_the_conditionals_check_values(case, model, rng, convert):
    x, context = case.batch(rng, 3)
    conditionals = model(x, context=context)
    scaled = convert(x - 0.5)
    for use in (conditionals.log_prob, conditionals.prob):
        assert use(x).shape == (3,)
        with pytest.raises(ValueError, match=r"`value` must hold integers in"):
            use(scaled)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "x", "message"), BAD_VALUES)
def test_values_are_checked_in_graphs(case, model, x, message):
    score = tf.function(model.log_prob)
    with pytest.raises(tf.errors.InvalidArgumentError, match="`x` must hold"):
        score(tf.constant(x))


@pytest.mark.parametrize(("case", "x", "message"), BAD_SHAPES[:5])
def test_shapes_are_checked_in_graphs(case, model, x, message):
    with pytest.raises(ValueError, match=message):
        tf.function(model.log_prob)(tf.constant(x))


def compiled(case, *, jit_compile):
    model = case.make()
    model.compile("sgd", jit_compile=jit_compile)
    return model


def uses(model):
    return (
        lambda data: model.fit(data, verbose=0),
        lambda data: model.evaluate(data, verbose=0),
        lambda data: model.predict(data, verbose=0),
    )


@pytest.mark.parametrize("jit_compile", [False, True], ids=["plain", "xla"])
@pytest.mark.parametrize(("case", "x"), [BAD_VALUES[2][:2]])
def test_values_of_datasets_are_checked(case, x, jit_compile):
    model = compiled(case, jit_compile=jit_compile)
    before = [np.array(w) for w in model.weights]
    for use in uses(model):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="`x` must hold"
        ):
            use(dataset(x))
    for one, other in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("jit_compile", [False, True], ids=["plain", "xla"])
def test_values_of_arrays_are_checked(jit_compile):
    model = compiled(BINARY, jit_compile=jit_compile)
    good, bad = zeros(BINARY), with_value(BINARY, 0.5)
    for use in uses(model):
        with pytest.raises(ValueError, match="`x` must hold"):
            use(bad)
    with pytest.raises(ValueError, match="`x` must hold"):
        model.fit(good, validation_data=bad, verbose=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="`x` must hold"):
        model.fit(good, validation_data=dataset(bad), verbose=0)


@pytest.mark.parametrize("jit_compile", [False, True], ids=["plain", "xla"])
def test_contexts_of_datasets_are_checked(jit_compile):
    model = compiled(LABELS, jit_compile=jit_compile)
    data = dataset(zeros(LABELS), np.array([0, 1, 3]))
    for use in uses(model):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="`context` must be"
        ):
            use(data)


@pytest.mark.parametrize("jit_compile", [False, True], ids=["plain", "xla"])
def test_contexts_of_arrays_are_checked(jit_compile):
    model = compiled(LABELS, jit_compile=jit_compile)
    for use in (model.fit, model.evaluate):
        with pytest.raises(
            (ValueError, tf.errors.InvalidArgumentError),
            match="`context` must be",
        ):
            use(zeros(LABELS), np.array([0, 1, 3]), verbose=0)


def test_shapes_of_datasets_are_checked():
    model = compiled(BINARY, jit_compile=False)
    for use in uses(model):
        with pytest.raises(
            ValueError, match=r"`x` must have shape.*\(2, 3, 1\)"
        ):
            use(dataset(np.zeros((4, 6), "uint8")))


def test_contexts_of_datasets_are_expected_or_not():
    x, labels = zeros(BINARY), np.arange(3)
    for use in uses(compiled(BINARY, jit_compile=False)):
        with pytest.raises(ValueError, match="`context` was given"):
            use(dataset(x, labels))
    for use in uses(compiled(LABELS, jit_compile=False)):
        with pytest.raises(ValueError, match="`context` is missing"):
            use(dataset(zeros(LABELS)))


def test_an_empty_dataset_is_refused():
    for use in uses(compiled(BINARY, jit_compile=False)):
        with pytest.raises(ValueError, match="dataset is empty"):
            use(dataset(zeros(BINARY, 0)))


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_dataset_that_turns_out_empty_is_refused():
    data = dataset(zeros(BINARY)).filter(lambda x: False)
    for use in uses(compiled(BINARY, jit_compile=False)):
        with pytest.raises(ValueError, match=r"empty|no data|No data"):
            use(data)


def test_a_dataset_of_quadruples_is_refused():
    data = tf.data.Dataset.from_tensors((zeros(BINARY),) * 4)
    for use in uses(compiled(BINARY, jit_compile=False)):
        with pytest.raises(ValueError, match=r"`x`, `\(x, context\)`.*4"):
            use(data)


BAD_CONTEXTS = [
    (BINARY, np.zeros(3, "int32"), "`context` was given.*takes none"),
    (LABELS, None, r"`context` is missing.*labels \[batch\] in \[0, 2\]"),
    (LABELS, np.array([0, 1, 3]), r"labels.*\[0, 2\].*Received: 3"),
    (LABELS, np.array([0, -1, 2]), r"labels.*\[0, 2\].*Received: -1"),
    (LABELS, np.zeros(3, "float32"), "labels.*float32"),
    (LABELS, np.zeros(2, "int32"), r"\(2,\) for batch size 3"),
    (LABELS, np.zeros((3, 1), "int32"), r"\(3, 1\)"),
    (VECTOR, None, r"`context` is missing.*finite numbers"),
    (VECTOR, np.zeros((3, 3), "float32"), r"\(2,\).*\(3, 3\)"),
    (VECTOR, np.zeros((4, 2), "float32"), r"\(4, 2\) for batch size 3"),
    (VECTOR, np.full((3, 2), np.nan, "float32"), "finite.*Received: nan"),
    (MAP, np.zeros((3, 2, 2), "float32"), r"\(2, 2, 1\).*3, 2, 2\)"),
]


@pytest.mark.parametrize(("case", "context", "message"), BAD_CONTEXTS)
def test_contexts_are_checked(case, model, context, message):
    x = zeros(case, dtype="uint8")
    known = np.ones(case.event_shape, bool)
    for use in (
        lambda: model(x, context=context),
        lambda: model.log_prob(x, context=context),
        lambda: model.log_prob_per_dim(x, context=context),
        lambda: model.parameters_for(x, context=context),
        lambda: model.sample(3, seed=0, context=context),
        lambda: model.complete(x, known, seed=0, context=context),
    ):
        with run_eagerly(), pytest.raises(ValueError, match=message) as error:
            use()
        assert "`context`" in str(error.value)


ORDERED = [FVSBN, MADE, NADE, DeepNADE, RNADE]
BAD_ARGUMENTS = [
    *[
        (model, {"ordering": ordering}, f"`ordering` must be.*{received}")
        for model in ORDERED
        for ordering, received in (
            ([0, 1, 2, 2], "permutation of the 4"),
            ([1, 2, 3, 4], "permutation of the 4"),
            ([0, 1, 2], "Received 3 entries"),
            ("spiral", "natural.*'spiral'"),
        )
    ],
    (MADE, {"distribution": "poisson"}, "`distribution`.*bernoulli.*poisson"),
    (MADE, {"num_levels": 3}, "`num_levels` must be 2.*num_levels=3"),
    (
        MADE,
        {"num_levels": 2.5},
        "`num_levels` must be an integer.*num_levels=2.5",
    ),
    (
        MADE,
        {"distribution": "categorical", "num_levels": 1},
        "`num_levels` must be .* at least 2.*num_levels=1",
    ),
    (
        MADE,
        {"distribution": "gaussian_mixture", "num_levels": 4},
        "`num_levels` must be None.*num_levels=4",
    ),
    (RNADE, {"num_components": 0}, "`num_components`.*num_components=0"),
    (MADE, {"units": (8, 0)}, r"`units`.*units=\(8, 0\)"),
    (MADE, {"num_masks": 0}, "num_masks=0"),
    (NADE, {"units": 0}, "`units`.*units=0"),
    (DeepNADE, {"units": ()}, r"`units`.*units=\(\)"),
    (DeepNADE, {"num_orderings": 0}, "num_orderings=0"),
    (MADE, {"num_classes": 0}, "`num_classes`.*num_classes=0"),
    (
        MADE,
        {"num_classes": 2, "context_shape": (3,)},
        "`num_classes` and `context_shape`.*num_classes=2",
    ),
    (MADE, {"activation": "swoosh"}, "swoosh"),
    (NADE, {"activation": "swoosh"}, "swoosh"),
]


@pytest.mark.parametrize(("constructor", "options", "message"), BAD_ARGUMENTS)
def test_arguments_of_models_are_checked(constructor, options, message):
    with pytest.raises(ValueError, match=message):
        constructor((4,), **options)


@pytest.mark.parametrize("event_shape", [(), (0,), (3, -1), (2.0,), (None, 3)])
def test_event_shapes_are_checked(event_shape):
    with pytest.raises(ValueError, match=r"`event_shape`.*event_shape="):
        FVSBN(event_shape)


def test_a_keyword_that_no_model_has_is_refused():
    with pytest.raises((TypeError, ValueError), match="num_layers"):
        MADE((4,), num_layers=3)


def test_options_come_by_keyword():
    with pytest.raises(TypeError, match="positional"):
        MADE((4,), (8,))


BAD_OPTIONS = [
    ({"method": "quick"}, '`method` must be "incremental" or "full".*quick'),
    (
        {"temperature": 0.0},
        "`temperature` must be a number of at least 1e-06 and.*=0.0",
    ),
    ({"temperature": -1.0}, "`temperature` must be a number.*=-1.0"),
    ({"temperature": float("nan")}, "`temperature` must be a number.*=nan"),
    ({"temperature": 1e-40}, "`temperature` must be a number.*=1e-40"),
    ({"temperature": "1"}, "`temperature` must be a number.*='1'"),
    ({"temperature": float("inf")}, r"at most 1e\+30.*=inf"),
    ({"temperature": True}, "`temperature` must be a number.*=True"),
    ({"top_p": "x"}, "`top_p` must be a number above 0 and at most 1.*='x'"),
    ({"top_k": 0}, "`top_k` must be an integer of at least 1.*=0"),
    ({"top_p": 0.0}, "`top_p` must be a number above 0.*=0.0"),
    ({"top_p": 1.1}, "`top_p` must be a number above 0.*=1.1"),
    ({"seed": 1.5}, "`seed` must be"),
    ({"seed": [1, 2, 3]}, r"`seed` must be.*\(3,\)"),
    ({"seed": np.array([0.0, 1.0])}, "`seed` must be.*float64"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS)
@pytest.mark.parametrize("case", [BINARY], ids=repr)
def test_options_of_drawing_are_checked(case, model, options, message):
    known = np.ones(case.event_shape, bool)
    for use in (
        lambda **options: model.sample(2, **options),
        lambda **options: model.complete(zeros(case), known, **options),
    ):
        with pytest.raises(ValueError, match=message):
            use(**options)


@pytest.mark.parametrize(
    "num_samples", [0, -1, 2.5, True, tf.constant(0), tf.constant([2])]
)
@pytest.mark.parametrize("case", [BINARY], ids=repr)
def test_the_number_of_samples_is_checked(case, model, num_samples):
    with pytest.raises(ValueError, match="`num_samples`"):
        model.sample(num_samples, seed=0)


@pytest.mark.parametrize("case", [REAL], ids=repr)
def test_real_values_have_no_top(case, model):
    for options in ({"top_k": 2}, {"top_p": 0.5}):
        with pytest.raises(
            ValueError,
            match=r"not a sampling option of .* has temperature\.",
        ):
            model.sample(2, seed=0, **options)


@pytest.mark.parametrize("case", [BY_NAME["user-model"]], ids=repr)
def test_a_model_without_steps_has_no_incremental_method(case, model):
    with pytest.raises(ValueError, match=r'RunningSum.*method="full"'):
        model.sample(2, seed=0, method="incremental")


BAD_KNOWN = [
    (np.ones((2, 3, 1), "int32"), "`known` must be bool.*int32"),
    (np.ones((3, 2, 1), bool), r"`known`.*\(2, 3, 1\).*\(3, 2, 1\)"),
    (np.ones((2, 2, 3, 1), bool), r"`known`.*\(2, 2, 3, 1\)"),
    (np.ones(6, bool), r"`known`.*\(6,\)"),
]


@pytest.mark.parametrize(("known", "message"), BAD_KNOWN)
@pytest.mark.parametrize("case", [BINARY], ids=repr)
def test_what_is_known_is_checked(case, model, known, message):
    with pytest.raises(ValueError, match=message):
        model.complete(zeros(case), known, seed=0)
