"""The data of `fit` and `evaluate`, and their results."""

import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import CharCNN

WEIGHT = np.array([1.0, 0.0, 2.0, 0.0, 1.0])


@pytest.fixture
def model(rng):
    model = FVSBN((6,))
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=True)
    return model


@pytest.fixture
def x(rng):
    return rng.integers(2, size=(5, 6))


@pytest.fixture
def plain(model):
    """The model, compiled neither by XLA nor into graphs."""
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    return model


def weighted_nats(model, x):
    return -np.average(model.log_prob(x), weights=WEIGHT)


def test_weights_of_arrays_count_in_the_mean(model, x):
    loss, _ = model.evaluate(x, sample_weight=WEIGHT, verbose=0)
    np.testing.assert_allclose(loss, weighted_nats(model, x), rtol=1e-5)


def test_weights_of_arrays_count_in_training(model, x):
    expected = weighted_nats(model, x)
    fitted = model.fit(
        x,
        sample_weight=WEIGHT,
        validation_data=(x, None, WEIGHT),
        verbose=0,
    )
    np.testing.assert_allclose(fitted.history["loss"], [expected], rtol=1e-5)
    after = weighted_nats(model, x)
    np.testing.assert_allclose(fitted.history["val_loss"], [after], rtol=1e-5)


def test_examples_without_weight_change_nothing(model, x):
    before = model.get_weights()
    changed = np.where(WEIGHT[:, None] > 0, x, 1 - x)
    model.fit(x, sample_weight=WEIGHT, verbose=0)
    after = model.get_weights()
    model.set_weights(before)
    model.fit(changed, sample_weight=WEIGHT, verbose=0)
    for one, other in zip(after, model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    "form", [tf.constant, lambda x: {"x": x}, lambda x: {"x": tf.constant(x)}]
)
@pytest.mark.parametrize("value", [0.5, 7.0])
def test_bad_values_are_refused_under_xla_too(model, x, form, value):
    bad = x.astype("float32")
    bad[2, 3] = value
    for use in (model.fit, model.evaluate, model.predict):
        with pytest.raises(ValueError, match=r"`x` must hold integers in"):
            use(form(bad), verbose=0)
    with pytest.raises(ValueError, match=r"`x` must hold integers in"):
        model.fit(x, validation_data=(form(bad),), verbose=0)


class Batches(keras.utils.PyDataset):
    """One batch, as Keras's own kind of dataset."""

    def __init__(self, batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.batch


class TorchTensor:
    """The part of a PyTorch tensor that NumPy and Keras see."""

    def __init__(self, values):
        self.values = values
        self.shape, self.dtype = values.shape, values.dtype

    def cpu(self):
        return self.values

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.fixture
def loader_of(monkeypatch):
    """Returns a maker of a stand-in for PyTorch's DataLoader of a batch."""

    class DataLoader:
        batch_size = None
        dataset = None

        def __init__(self, batch):
            self.batch = [TorchTensor(part) for part in batch]

        def __iter__(self):
            return iter([self.batch])

    DataLoader.__module__ = "torch.utils.data.dataloader"
    data = types.SimpleNamespace(DataLoader=DataLoader)
    utils = types.SimpleNamespace(data=data)
    monkeypatch.setitem(
        sys.modules, "torch", types.SimpleNamespace(utils=utils)
    )
    return DataLoader


@pytest.fixture(params=["PyDataset", "generator", "DataLoader"])
def source_of(request, loader_of):
    """Returns a maker of a source of a batch, other than a dataset."""
    return {
        "PyDataset": Batches,
        "generator": lambda batch: (each for each in [batch]),
        "DataLoader": loader_of,
    }[request.param]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_sources_are_trained_on_and_checked_under_xla_too(model, x, source_of):
    labels = np.zeros([5], "int32")
    loss, _ = model.evaluate(source_of((x,)), verbose=0)
    np.testing.assert_allclose(loss, -np.mean(model.log_prob(x)), rtol=1e-5)
    model.fit(source_of((x,)), validation_data=source_of((x,)), verbose=0)
    before = model.get_weights()
    for batch, message in (
        ((127 * x,), "`x` must hold integers in"),
        ((x, labels), "`context` was given"),
    ):
        with pytest.raises(
            (ValueError, tf.errors.InvalidArgumentError), match=message
        ):
            model.fit(source_of(batch), verbose=0)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_weights_of_sources_count_and_are_checked(x, source_of):
    labels = np.array([0, 1, 0, 1, 1])
    model = FVSBN((6,), num_classes=2)
    model.compile("sgd", jit_compile=True)
    expected = np.average(model.log_prob(x, labels), weights=WEIGHT)
    loss, _ = model.evaluate(source_of((x, labels, WEIGHT)), verbose=0)
    np.testing.assert_allclose(loss, -expected, rtol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="sample_weight"):
        model.fit(source_of((x, labels, -WEIGHT)), verbose=0)


@pytest.mark.parametrize("weight", [np.nan, -1.0, np.inf])
def test_bad_weights_are_refused(plain, x, weight):
    weight = np.array([1.0, weight, 1.0, 1.0, 1.0])
    message = "`sample_weight`.*finite numbers of at least 0"
    for use in (plain.fit, plain.evaluate, plain.train_on_batch):
        options = {} if use == plain.train_on_batch else {"verbose": 0}
        with pytest.raises(ValueError, match=message):
            use(x, sample_weight=weight, **options)
    with pytest.raises(ValueError, match=message):
        plain.fit(x, validation_data=(x, None, weight), verbose=0)
    data = tf.data.Dataset.from_tensors({"x": x, "weight": weight})
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        plain.fit(data, verbose=0)


@pytest.mark.parametrize("weight", [np.ones(4), np.ones([5, 1]), ["a"] * 5])
def test_weights_are_one_number_for_each_example(plain, x, weight):
    with pytest.raises(ValueError, match=r"`sample_weight`.*one for each"):
        plain.fit(x, sample_weight=weight, verbose=0)


def test_weights_of_classes_are_checked(x):
    model = FVSBN((6,), num_classes=2)
    model.compile("sgd", jit_compile=False)
    labels = np.array([0, 1, 0, 1, 1])
    for weights in ({0: 1.0, 1: -1.0}, {0: np.nan, 1: 1.0}):
        with pytest.raises(ValueError, match="`class_weight` must hold finite"):
            model.fit(x, labels, class_weight=weights, verbose=0)
    expected = -np.mean(model.log_prob(x[labels == 1], labels[labels == 1]))
    history = model.fit(x, labels, class_weight={0: 0.0, 1: 2.0}, verbose=0)
    np.testing.assert_allclose(history.history["loss"], expected, rtol=1e-5)


@pytest.mark.parametrize("form", ["arrays", "dataset", "classes"])
def test_a_batch_in_which_nothing_counts_changes_nothing(x, form):
    model = FVSBN((6,), num_classes=2)
    model.compile(keras.optimizers.SGD(0.1), jit_compile=True)
    before = model.get_weights()
    labels, zeros = np.zeros(5, int), np.zeros(5, "float32")
    if form == "arrays":
        history = model.fit(x, labels, sample_weight=zeros, verbose=0)
    elif form == "classes":
        weights = {0: 0.0, 1: 1.0}
        history = model.fit(x, labels, class_weight=weights, verbose=0)
    else:
        batch = {"x": x, "context": labels, "weight": zeros}
        data = tf.data.Dataset.from_tensors(batch)
        history = model.fit(data, verbose=0)
    assert history.history["loss"] == [0.0]
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def read_once(x, context=None):
    """Returns a dataset that yields batches of 2, once, and its starts."""
    starts = []
    batches = iter([x[start : start + 2] for start in range(0, len(x), 2)])

    def generate():
        starts.append(1)
        return batches

    signature = tf.TensorSpec([None, *x.shape[1:]], tf.int64)
    return tf.data.Dataset.from_generator(
        generate, output_signature=signature
    ), starts


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_dataset_that_can_be_read_once_loses_nothing(plain, x):
    expected = plain.log_prob(x)
    data, starts = read_once(x)
    np.testing.assert_allclose(
        plain.predict(data, verbose=0), expected, rtol=1e-5
    )
    assert len(starts) == 1
    data, starts = read_once(x)
    loss, _ = plain.evaluate(data, verbose=0)
    np.testing.assert_allclose(loss, -np.mean(expected), rtol=1e-5)
    assert len(starts) == 1
    data, starts = read_once(x)
    plain.optimizer.learning_rate = 0.0
    history = plain.fit(data, verbose=0).history
    np.testing.assert_allclose(history["loss"], loss, rtol=1e-5)
    assert int(plain.optimizer.iterations) == 3
    assert len(starts) == 1


@pytest.mark.parametrize("form", [tuple, list])
def test_arrays_come_in_tuples_too(plain, x, form):
    expected = plain.log_prob(x)
    values = x if form is tuple else x.tolist()
    np.testing.assert_allclose(
        plain.predict((values,), verbose=0), expected, rtol=1e-5
    )
    np.testing.assert_allclose(
        plain.predict(values, verbose=0), expected, rtol=1e-5
    )
    loss, _ = plain.evaluate((values, None, WEIGHT), verbose=0)
    np.testing.assert_allclose(loss, weighted_nats(plain, x), rtol=1e-5)
    plain.fit((values,), validation_data=(values,), verbose=0)
    with pytest.raises(ValueError, match="must be None where `x` is a tuple"):
        plain.fit((x,), sample_weight=WEIGHT, verbose=0)


def test_contexts_come_in_tuples_too(x):
    model = FVSBN((6,), num_classes=2)
    model.compile("sgd", run_eagerly=True)
    labels = [0, 1, 0, 1, 1]
    expected = model.log_prob(x, labels)
    for data in ((x, labels), {"x": x, "context": np.array(labels)}):
        np.testing.assert_allclose(
            model.predict(data, verbose=0), expected, rtol=1e-5
        )
        np.testing.assert_allclose(
            model.predict_on_batch(data), expected, rtol=1e-5
        )
        model.fit(data, validation_data=data, verbose=0)
        expected = model.log_prob(x, labels)
    with pytest.raises(ValueError, match="`context` is missing"):
        model.predict(x, verbose=0)
    with pytest.raises(ValueError, match="`context` must be integer labels"):
        model.predict((x, [0, 1, 0, 1, 2]), verbose=0)


def test_single_batches_are_checked_under_xla_too(model, x):
    loss, _ = model.test_on_batch(x, sample_weight=WEIGHT)
    np.testing.assert_allclose(loss, weighted_nats(model, x), rtol=1e-5)
    np.testing.assert_allclose(
        model.train_on_batch(x, sample_weight=WEIGHT)[0], loss, rtol=1e-5
    )
    for use in (
        model.train_on_batch,
        model.test_on_batch,
        model.predict_on_batch,
    ):
        with pytest.raises(ValueError, match="`x` must hold integers in"):
            use(2 * x)


def test_bad_labels_of_tensors_are_refused_under_xla_too():
    model = CharCNN((4,), num_levels=3, filters=2, num_classes=2)
    model.compile(optimizer="sgd", jit_compile=True)
    with pytest.raises(ValueError, match="`context` must"):
        model.fit(tf.zeros((2, 4), "int32"), tf.constant([0, 5]), verbose=0)


@pytest.mark.parametrize("keys", [["x", "weights"], ["context"], []])
def test_other_keys_are_refused(model, x, keys):
    data = dict.fromkeys(keys, x)
    with pytest.raises(ValueError, match=r"must have the key 'x'.*Received"):
        model.evaluate(data, verbose=0)
    if keys:
        dataset = tf.data.Dataset.from_tensor_slices(data).batch(5)
        with pytest.raises(ValueError, match="must have the key 'x'"):
            model.fit(dataset, verbose=0)


def test_booleans_are_bits_everywhere(model, x):
    bits = x.astype(bool)
    expected = -np.mean(model.log_prob(x))
    np.testing.assert_array_equal(model.log_prob(bits), model.log_prob(x))
    np.testing.assert_allclose(model.predict(bits, verbose=0).mean(), -expected)
    loss, _ = model.evaluate(bits, verbose=0)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "use", ["fit", "evaluate", "predict", "log_prob", "__call__"]
)
def test_masked_values_are_refused(model, x, use):
    with pytest.raises(ValueError, match="`x` must have no masked values"):
        getattr(model, use)(np.ma.masked_equal(x, 1))


def test_masked_values_of_keywords_are_refused(model, x):
    context = np.ma.masked_equal([[0.0, 1.0]], 1.0)
    with pytest.raises(ValueError, match="`context` must have no masked"):
        model(x, context=context)
    unmasked = np.ma.masked_equal(x, 7)
    np.testing.assert_array_equal(
        model(x=unmasked).log_prob(x), model(x).log_prob(x)
    )
