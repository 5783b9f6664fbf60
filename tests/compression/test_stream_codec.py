"""One long sequence comes back, in as many bits as the model says."""

import io

import numpy as np
import pytest

from tests.compression.streams import num_code_bits
from tests.fuzz.mutations import mutated
from tests.zoo import BY_NAME
from tf_autoregressive import compression
from tf_autoregressive.anomaly import SurpriseStream
from tf_autoregressive.compression import container
from tf_autoregressive.compression import stream_blocks
from tf_autoregressive.compression.stream_walker import Layout
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import Transformer
from tf_autoregressive.models import WaveNet

MODELS = {
    "recurrent": lambda: CharRNN((5,), num_levels=3, units=4),
    "attention": lambda: Transformer(
        (5,), num_levels=3, units=8, num_heads=2, num_layers=1
    ),
    "sound": lambda: WaveNet(
        (5,),
        num_levels=300,
        distribution="discretized_logistic_mixture",
        filters=4,
        num_stacks=1,
        num_layers=2,
    ),
    "notes": lambda: RNNNADE((5, 3), units=4, nade_units=3),
    "mixed precision": lambda: CharRNN(
        (5,), num_levels=3, units=4, cell="gru", dtype="mixed_bfloat16"
    ),
}


@pytest.fixture(scope="module")
def model():
    return BY_NAME["char-rnn"].build(0)


@pytest.fixture(scope="module")
def codec(model):
    return compression.StreamCodec(model, batch_size=2, batches_per_block=2)


@pytest.fixture(scope="module")
def x(model):
    rng = np.random.default_rng(0)
    return rng.integers(0, model.num_levels, 10 * model.event_shape[0] + 3)


@pytest.mark.parametrize("name", MODELS)
def test_a_sequence_comes_back_in_its_code_length(name):
    model = MODELS[name]()
    if name == "attention":
        model.block_size = 2
    rng = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0.0, 0.3, variable.shape))
    x = rng.integers(0, model.num_levels, (101, *model.event_shape[1:]))
    # Three rows, of which the last is shorter, and four blocks.
    codec = compression.StreamCodec(model, batch_size=3, batches_per_block=2)
    blob = codec.compress(x)
    np.testing.assert_array_equal(codec.decompress(blob), x)
    assert len(list(codec.reader(io.BytesIO(blob)).pieces())) == 4
    # A row goes on over all blocks and far beyond the length of an event.
    nats = sum(
        SurpriseStream(model).observe(row[None]).sum()
        for row in (x[:34], x[34:68], x[68:])
    )
    bits = nats / np.log(2)
    assert measured_bits(codec, x) == pytest.approx(bits, rel=1e-5)
    # A coder ends every block with up to 64 bits.
    assert bits * 0.99 <= num_code_bits(blob) <= bits * 1.01 + 4 * 64


class Measuring:
    """A coder that adds up the code lengths of the levels it is given."""

    bits = 0.0
    words = b""

    def code(self, probabilities, levels):
        found = probabilities[np.arange(len(levels)), levels]
        self.bits -= np.log2(found / probabilities.sum(axis=1)).sum()
        return levels

    def code_logs(self, log_probabilities, levels):
        return self.code(np.exp(log_probabilities), levels)


def measured_bits(codec, x):
    coder = Measuring()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_blocks, "Encoder", lambda: coder)
        codec.compress(x)
    return coder.bits


def test_a_layout_has_every_step_once():
    for length, num_rows, size in ((1, 1, 3), (10, 3, 2), (7, 5, 1), (9, 2, 9)):
        layout = Layout(length, num_rows, size)
        steps = [
            step
            for section in layout.sections()
            for piece in layout.pieces(section)
            for step in range(piece.start, piece.stop)
        ]
        assert sorted(steps) == [*range(length)]


def test_a_writer_goes_on_with_the_state_of_another(codec, x, tmp_path):
    path, state = tmp_path / "x", tmp_path / "state"

    def write(num_blocks):
        """Returns the steps before, and the number of blocks written."""
        with path.open("r+b" if path.exists() else "w+b") as file:
            writer = codec.writer(file, len(x), state_path=state)
            before = writer.num_steps
            steps = writer.write(lambda start, stop: x[start:stop])
            number = len(list(zip(range(num_blocks), steps, strict=False)))
            if writer.num_steps == len(x):
                writer.end()
        return before, number

    whole = codec.compress(x)
    block_steps = 4 * codec.model.event_shape[0]
    assert write(1) == (0, 1)
    behind_one = state.read_bytes()
    assert write(1) == (block_steps, 1)
    # It was stopped within a block, or before the state was stored.
    path.write_bytes(path.read_bytes() + bytes(3))
    state.write_bytes(behind_one)
    before, number = write(9)
    assert before == block_steps
    assert number >= 2
    assert path.read_bytes() == whole


def test_other_steps_do_not_go_behind_those_of_before(codec, x, tmp_path):
    file, state = io.BytesIO(), tmp_path / "state"
    writer = codec.writer(file, len(x), state_path=state)
    next(writer.write(lambda start, stop: x[start:stop]))
    file.seek(0)
    writer = codec.writer(file, len(x), state_path=state)
    with pytest.raises(ValueError, match="begun with other steps"):
        next(writer.write(lambda start, stop: 0 * x[start:stop]))


def test_without_a_state_a_writer_begins_anew(codec, x, tmp_path):
    file, state = io.BytesIO(), tmp_path / "state"
    writer = codec.writer(file, len(x), state_path=state)
    next(writer.write(lambda start, stop: x[start:stop]))
    state.write_bytes(b"nothing of ours")
    file.seek(0)
    assert codec.writer(file, len(x), state_path=state).num_steps == 0


def test_damage_is_an_error_and_never_other_steps(codec, x):
    blob, rng = codec.compress(x), np.random.default_rng(0)
    for _ in range(40):
        damaged = mutated(rng, blob)
        if damaged != blob:
            with pytest.raises(compression.CodecError):
                codec.decompress(damaged)


def test_pieces_before_the_damage_can_be_read(codec, x):
    with pytest.raises(compression.DamagedError) as caught:
        codec.decompress(codec.compress(x)[:-12])
    assert caught.value.pieces
    for start, values in caught.value.pieces.items():
        np.testing.assert_array_equal(values, x[start : start + len(values)])


def test_events_and_sequences_are_not_mistaken(codec, model, x):
    steps = model.event_shape[0]
    events = compression.Codec(model)
    with pytest.raises(compression.MismatchError, match="use `StreamCodec`"):
        events.decompress(codec.compress(x))
    with pytest.raises(compression.MismatchError, match="use `Codec`"):
        codec.decompress(events.compress(x[:steps][None]))


def test_a_forged_layout_is_refused(codec, x):
    source = container.Reader(io.BytesIO(codec.compress(x))).header
    for layout in ([9, 2], [9, 0, 1], [9, 2**20, 2**20], [9, "a", 1], 9):
        file = io.BytesIO()
        container.Writer(file, {**source, "layout": layout})
        with pytest.raises(compression.DamagedError, match="header"):
            codec.decompress(file.getvalue())


def test_arguments_are_checked(codec):
    for name in ("nade-categorical", "rnn-nade-lengths"):
        with pytest.raises(ValueError, match="`model` must be a SequenceModel"):
            compression.StreamCodec(BY_NAME[name].build(0))
    for x in (np.zeros([0]), np.zeros([2, 2]), 3):
        with pytest.raises(ValueError, match=r"`x` must have shape \[steps\]"):
            codec.compress(x)
    with pytest.raises(ValueError, match="integers in"):
        codec.compress([0, 99])
