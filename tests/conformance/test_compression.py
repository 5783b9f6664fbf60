"""Every discrete model decodes what it encoded, in as many bits as it says."""

import itertools
import math

import keras
import numpy as np
import pytest

from tests import processes
from tests.compression.streams import num_code_bits
from tests.zoo import BY_NAME
from tests.zoo import DISCRETE
from tests.zoo import dear
from tests.zoo import taking_turns
from tf_autoregressive import models
from tf_autoregressive.compression import Codec
from tf_autoregressive.trained import names as trained_names

FIRST, *OTHERS = trained_names()
# One of each way to compute with what is kept, and of each output.
REPRESENTATIVE = [
    BY_NAME[name]
    for name in (
        "made-masks",
        "made-orders-labels",
        "nade-categorical",
        "gated-pixel-cnn-logistics",
        "char-rnn",
        "rnn-nade-lengths",
    )
]


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(DISCRETE), ids=repr)
def test_what_comes_back_is_what_went_in(case, model, rng):
    x, context = case.batch(rng, 6)
    codec = Codec(model, batch_size=4)
    blob = codec.compress(x, context)
    np.testing.assert_array_equal(codec.decompress(blob, context), x)
    if not case.has_many_orderings:
        log_prob = np.sum(model.log_prob(x, context=context))
        limit = -log_prob / math.log(2) * 1.001 + 64
        assert num_code_bits(blob, has_context=context is not None) <= limit


@pytest.mark.parametrize(
    "case", dear([BY_NAME["nade-categorical"]], DISCRETE), ids=repr
)
def test_trained_and_rounded_models_decode_in_batches_of_any_size(
    case, trained, eagerly, seed, rng
):
    x, context = case.batch(rng, 3)
    rounded = case.build(seed, dtype="mixed_bfloat16")
    for model, size in ((trained[0], 1), (rounded, 64)):
        blob = Codec(model, batch_size=size).compress(x, context)
        back = Codec(model).decompress(blob, context)
        np.testing.assert_array_equal(back, x)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        FIRST,
        *(pytest.param(n, marks=pytest.mark.takes_turns) for n in OTHERS),
    ],
)
def test_packaged_models_keep_to_their_code_length(name, rng):
    model = models.load(name)
    context = None
    if model.context.expected:
        context = model.context.random(rng, 20)
    x = model.sample(20, seed=0, context=context)
    blob = Codec(model, batch_size=16).compress(x, context)
    back = Codec(model).decompress(blob, context)
    np.testing.assert_array_equal(back, x)
    if not model.has_many_orderings:
        ideal = -np.sum(model.log_prob(x, context=context)) / math.log(2)
        found = num_code_bits(blob, has_context=context is not None)
        assert ideal * 0.999 <= found <= ideal * 1.001 + 64


ELSEWHERE = """
import sys

import keras
import numpy as np
import tf_autoregressive.models
from tf_autoregressive.compression import Codec

folder, *names = sys.argv[1:]
for name in names:
    model = keras.saving.load_model(f"{folder}/{name}.keras")
    given = np.load(f"{folder}/{name}.npz")
    if type(model).block_size is not None:
        model.block_size = int(given["block_size"])
    for size in (1, 64):
        blob = given[f"blob_{size}"].tobytes()
        x = Codec(model).decompress(blob, given.get("context"))
        np.testing.assert_array_equal(x, given["x"])
"""


@pytest.mark.slow
def test_another_process_decodes_with_the_model_from_its_file(seed, tmp_path):
    # Each has graphs to trace, here and there, so a case has one of two dtypes.
    dtypes = itertools.cycle(["float32", "mixed_bfloat16"])
    for case, dtype in zip(REPRESENTATIVE, dtypes, strict=False):
        model = case.build(seed, dtype=dtype)
        x, context = case.batch(case.generator(seed), 5)
        given = {"x": x} if context is None else {"x": x, "context": context}
        for size in (1, 64):
            codec = Codec(model, batch_size=size)
            blob = codec.compress(x, context)
            given[f"blob_{size}"] = np.frombuffer(blob, "uint8")
        model.save(tmp_path / f"{case.name}.keras")
        given["block_size"] = model.block_size or 0
        np.savez(tmp_path / f"{case.name}.npz", **given)
    processes.run(ELSEWHERE, tmp_path, *[case.name for case in REPRESENTATIVE])


def test_a_block_size_that_is_set_after_loading_is_walked_in(tmp_path, rng):
    case = BY_NAME["made-masks"]
    model = case.build(0)
    model.block_size = 3
    model.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras")
    loaded.stepwise()
    x, context = case.batch(rng, 3)
    blob = Codec(model).compress(x, context)
    with pytest.raises(ValueError, match=r"set `model.block_size = 3`"):
        Codec(loaded).decompress(blob, context)
    loaded.block_size = 3
    np.testing.assert_array_equal(Codec(loaded).decompress(blob, context), x)
