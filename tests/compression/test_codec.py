"""What a codec takes, and what it says of data that it cannot decode."""

import io
import zlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.compression.streams import num_code_bits
from tests.fuzz.mutations import mutated
from tests.zoo import BY_NAME
from tf_autoregressive import compression
from tf_autoregressive.compression import container
from tf_autoregressive.compression import header
from tf_autoregressive.compression import platform
from tf_autoregressive.compression import varint
from tf_autoregressive.compression.coders import Encoder
from tf_autoregressive.compression.fingerprint import block_sizes
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models.precision import in_float32


@pytest.fixture(scope="module")
def model():
    return BY_NAME["nade-categorical"].build(0)


@pytest.fixture(scope="module")
def codec(model):
    return compression.Codec(model, batch_size=2, batches_per_block=2)


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).integers(0, 3, (9, 2, 2, 1))


@pytest.fixture(scope="module")
def blob(codec, x):
    return codec.compress(x)


def test_blocks_are_decoded_one_by_one(codec, blob, x):
    blocks = list(codec.reader(io.BytesIO(blob)).events())
    assert [len(block) for block in blocks] == [4, 4, 1]
    np.testing.assert_array_equal(np.concatenate(blocks), x)


def test_the_batch_size_of_the_data_decodes_them(model, blob, x):
    other = compression.Codec(model, batch_size=64)
    np.testing.assert_array_equal(other.decompress(blob), x)


def test_damage_is_an_error_and_never_other_events(codec, blob):
    rng = np.random.default_rng(0)
    for _ in range(200):
        damaged = mutated(rng, blob)
        if damaged == blob:
            continue
        with pytest.raises(compression.DamagedError):
            codec.decompress(damaged)


def test_blocks_before_the_damage_can_be_read(codec, blob, x):
    with pytest.raises(compression.DamagedError, match="block 2") as caught:
        codec.decompress(blob[:-10])
    np.testing.assert_array_equal(caught.value.events, x[:8])


def test_blocks_have_a_place_and_a_file(codec, blob, x):
    # Whole blocks of the same length change places, or come from another file.
    reader = codec.reader(io.BytesIO(blob))
    start = reader._reader._file.tell()
    sizes = [6 + len(b.contents) for b in reader._reader.blocks()]
    first = blob[start : start + sizes[0]]
    second = blob[start + sizes[0] : start + sum(sizes[:2])]
    rest = blob[start + sum(sizes[:2]) :]
    with pytest.raises(compression.DamagedError, match="block 0"):
        codec.decompress(blob[:start] + second + first + rest)
    file = io.BytesIO()
    other = codec.writer(file, about="another file")
    other.end()
    header = file.getvalue()[:-7]
    with pytest.raises(compression.DamagedError, match="block 0"):
        codec.decompress(header + blob[start:])


def test_a_file_costs_few_bytes_beside_its_code(codec, blob, x):
    # Three blocks of 11 bytes, an end of 7, and the header.
    assert len(blob) - num_code_bits(blob) / 8 <= 3 * 11 + 7 + 60


def test_headers_of_any_content_come_back():
    names = [[f"photos/{index}.png", index] for index in range(300)]
    given = {"fingerprint": "0" * 15 + "f", "about": {"files": names}}
    assert header.unpacked(header.packed(given)) == given
    zeros = zlib.compressobj(9, wbits=-15)
    bomb = zeros.compress(bytes(2**28)) + zeros.flush()
    with pytest.raises(compression.DamagedError, match="packed dictionary"):
        header.unpacked(bytes(8) + bomb)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**32, 2**63 - 1])
def test_numbers_of_any_size_come_back(number):
    file = io.BytesIO(varint.written(number) + b"rest")
    assert varint.read(file.read, "here") == number
    assert file.read() == b"rest"


def test_a_forged_number_of_events_is_refused(codec, blob, x):
    source = container.Reader(io.BytesIO(blob))
    for number in (0, 2**40, 2**62):
        file = io.BytesIO()
        forged = container.Writer(file, source.header)
        contents = varint.written(number) + bytes(8)
        forged.write(container.EVENTS, contents)
        with pytest.raises(compression.DamagedError, match="cannot have"):
            codec.decompress(file.getvalue())
    for contents in (b"", b"\x80", varint.written(3) + bytes(3)):
        file = io.BytesIO()
        container.Writer(file, source.header).write(container.EVENTS, contents)
        with pytest.raises(compression.DamagedError):
            codec.decompress(file.getvalue())


def test_the_block_sizes_of_parts_are_recorded(rng):
    case = BY_NAME["multi-scale-logistics"]
    model = case.build(0)
    x, context = case.batch(rng, 2)
    blob = compression.Codec(model).compress(x, context)
    _, small, large = block_sizes(model)
    assert [small, large] == [model.small.block_size, model.large.block_size]
    model.small.block_size = small + 1
    with pytest.raises(
        compression.MismatchError,
        match=rf"parts to \[{small}, {large}\]. Received.*\[{small + 1}, ",
    ):
        compression.Codec(model).decompress(blob, context)


def test_another_model_is_refused(blob):
    other = BY_NAME["nade-categorical"].build(1)
    with pytest.raises(
        compression.MismatchError, match=r"another model: NADE.*fingerprint"
    ):
        compression.Codec(other).decompress(blob)


def test_another_precision_is_named():
    rounded = NADE((4,), units=2, dtype="mixed_bfloat16")
    exact, x = in_float32(rounded), np.array([[0, 1, 1, 0]])
    blob = compression.Codec(exact).compress(x)
    with pytest.raises(
        compression.MismatchError, match=r"in float32.*in mixed_bfloat16"
    ):
        compression.Codec(rounded).decompress(blob)


def test_streams_of_another_format_are_refused(codec, blob):
    for version in (3, 5):
        other = blob[:4] + bytes([version]) + blob[5:]
        with pytest.raises(
            compression.DamagedError,
            match=f"have format {version}; .* reads format 4",
        ):
            codec.decompress(other)


def test_other_arithmetic_is_an_error(model, blob, monkeypatch):
    output = type(model.output_distribution)
    exact = output.code
    monkeypatch.setattr(
        output,
        "code",
        lambda self, coder, p, *rest: exact(self, coder, p * 1.01, *rest),
    )
    monkeypatch.setattr(platform, "description", lambda: {"tensorflow": "9"})
    with pytest.raises(
        compression.MismatchError, match=r"arithmetic.*tensorflow: .* there, 9"
    ):
        compression.Codec(model).decompress(blob)


def test_sequences_are_walked_through_to_the_end_of_the_longest():
    model = RNNNADE((7, 3), units=2, nade_units=2, variable_length=True)
    codec, rng = compression.Codec(model), np.random.default_rng(0)
    lengths, calls = np.array([4, 0, 2]), []
    x = rng.integers(0, 2, (3, 7, 3)) * (
        np.arange(7)[:, None] < lengths[:, None, None]
    )
    with pytest.MonkeyPatch.context() as patch:
        code = Encoder.code
        patch.setattr(
            Encoder, "code", lambda *given: calls.append(1) or code(*given)
        )
        blob = codec.compress(x, lengths)
    assert len(calls) == 4 * 3
    np.testing.assert_array_equal(codec.decompress(blob, lengths), x)
    nothing = codec.compress(0 * x, 0 * lengths)
    np.testing.assert_array_equal(codec.decompress(nothing, 0 * lengths), 0 * x)
    x[2, 5] = 1
    with pytest.raises(ValueError, match="step 5 of sequence 2, whose length"):
        codec.compress(x, lengths)


@keras.saving.register_keras_serializable(package="tests")
class Independent(AutoregressiveModel):
    """Dimensions that depend on nothing, so that no step needs another."""

    incremental = True

    def __init__(self, event_shape):
        super().__init__(event_shape, distribution="bernoulli")
        self.logits = self.add_weight(shape=(self.num_dims,), name="logits")
        self.build()

    def network(self, inputs, *, context, member, training):
        return tf.zeros_like(inputs)[..., None] + self.logits[:, None]

    def init_cache(self, batch_size, *, context, member):
        return tf.zeros([batch_size, 1])

    def step(self, state, position):
        return state + self.logits[position.rank], state

    def observe(self, state, position, value):
        return state


def test_positions_are_coded_in_their_order():
    model = Independent((40,))
    model.logits.assign(np.linspace(-4.0, 4.0, 40))
    x = np.random.default_rng(0).integers(0, 2, (3, 40))
    codec = compression.Codec(model)
    for _ in range(5):
        blob = codec.compress(x)
        np.testing.assert_array_equal(codec.decompress(blob), x)


def test_another_context_is_an_error():
    codec = compression.Codec(MADE((3,), units=(4,), num_classes=3))
    x = np.array([[0, 1, 1], [1, 0, 1]])
    blob = codec.compress(x, [0, 2])
    np.testing.assert_array_equal(codec.decompress(blob, [0, 2]), x)
    for context in ([0, 1], None):
        with pytest.raises(compression.MismatchError, match="`context`"):
            codec.decompress(blob, context)


@pytest.mark.parametrize("num_levels", [3, 17, 256, 65536])
@pytest.mark.parametrize("num_channels", [1, 3])
def test_logistic_mixtures_of_any_depth_keep_to_their_length(
    num_levels, num_channels
):
    model = PixelCNN(
        (2, 3, num_channels),
        filters=4,
        num_blocks=1,
        distribution="discretized_logistic_mixture",
        num_levels=num_levels,
    )
    codec = compression.Codec(model)
    rng = np.random.default_rng(0)
    x = rng.integers(0, num_levels, (40, 2, 3, num_channels))
    # The outermost levels have bins without an end.
    x[0], x[1] = 0, num_levels - 1
    blob = codec.compress(x)
    np.testing.assert_array_equal(codec.decompress(blob), x)
    ideal = -np.sum(model.log_prob(x)) / np.log(2)
    assert ideal * 0.999 <= num_code_bits(blob) <= ideal * 1.001 + 64


def test_certain_values_cost_nearly_nothing():
    model = NADE((50,), units=2)
    for variable in model.trainable_variables:
        variable.assign(np.full(variable.shape, -20.0))
    blob = compression.Codec(model).compress(np.zeros((40, 50)))
    assert num_code_bits(blob) <= 64
    # Values that the model holds for impossible come back all the same.
    codec, x = compression.Codec(model), np.ones((2, 50), "int32")
    np.testing.assert_array_equal(codec.decompress(codec.compress(x)), x)


def test_arguments_are_checked(model):
    with pytest.raises(ValueError, match="`model` must have levels"):
        compression.Codec(BY_NAME["rnade"].build(0))
    for number in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match="`batch_size` must be an integer"):
            compression.Codec(model, batch_size=number)
    with pytest.raises(ValueError, match=r"`member` must be in \[0, 1\)"):
        compression.Codec(model, member=1)
    with pytest.raises(ValueError, match="`x` must hold integers in"):
        compression.Codec(model).compress(np.full((1, 2, 2, 1), 3))
    with pytest.raises(compression.DamagedError, match="not compressed events"):
        compression.Codec(model).decompress(bytes(40))


def test_conditionals_must_be_numbers():
    model = NADE((2,), units=2)
    for variable in model.trainable_variables:
        variable.assign(np.full(variable.shape, np.nan))
    with pytest.raises(ValueError, match=r"conditionals .* must be finite"):
        compression.Codec(model).compress(np.zeros((1, 2)))
