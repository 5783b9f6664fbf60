import numpy as np
import pytest
import tensorflow as tf

from tests.conformance import receptive_fields
from tests.conformance.test_dependency_pattern import expected_dependencies
from tests.models.user_models import RunningSum
from tests.zoo import BY_NAME
from tests.zoo import FAMILIES
from tests.zoo import HARDEST
from tests.zoo import IMAGE_FAMILIES
from tests.zoo import dear
from tf_autoregressive.dependencies import find_dependencies
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import NADE
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import PixelCNN


def everywhere(model):
    return list(np.ndindex(*model.site_shape))


def as_matrix(marked):
    """Returns `[S, D]` of `[S, *event_shape]`."""
    return marked.reshape(len(marked), -1)


@pytest.mark.parametrize(
    "case", dear(HARDEST, [*FAMILIES, *IMAGE_FAMILIES]), ids=repr
)
def test_every_model_depends_on_what_it_should(case, seed):
    seen = False
    # Random weights may hide a dependence; three draws of them do not.
    for draw in range(3):
        model = case.build(3 * seed + draw)
        found = find_dependencies(model, everywhere(model), num_probes=24)
        assert not found.leaks.any()
        seen |= found.depends
    for member in range(case.ensemble_size):
        ranks = case.ranks(model, member)
        earlier = ranks[:, None] > ranks[None, :]
        expected = expected_dependencies(case, model, member)
        # A site sees what its first dimension sees.
        first = slice(None, None, case.site_size)
        np.testing.assert_array_equal(
            as_matrix(found.earlier[member]), earlier[first]
        )
        np.testing.assert_array_equal(as_matrix(seen[member]), expected[first])


def test_direct_connections_reach_everything_that_is_earlier(seed):
    for direct in (True, False):
        model = BY_NAME["made-narrow"].build(seed, direct=direct)
        found = find_dependencies(model, everywhere(model))
        # Three units cannot have the degrees of seven dimensions.
        assert found.unreachable.any() != direct
        # The order is reversed.
        earlier = np.triu(np.ones((7, 7), bool), 1)
        np.testing.assert_array_equal(found.earlier[0], earlier)


@pytest.mark.parametrize(
    ("model_class", "sizes", "receptive_field"),
    [
        (PixelCNN, {"num_blocks": 2}, receptive_fields.pixel_cnn),
        (GatedPixelCNN, {"num_layers": 3}, receptive_fields.gated_pixel_cnn),
    ],
)
def test_the_blind_spot_is_what_is_unreachable(
    model_class, sizes, receptive_field
):
    shape, sizes = (6, 7, 1), {"first_kernel_size": 3, **sizes}
    model = model_class(shape, filters=8, head_filters=8, **sizes)
    found = find_dependencies(model, everywhere(model))
    expected = receptive_field(shape, **sizes)
    np.testing.assert_array_equal(as_matrix(found.depends[0]), expected)
    triangle = np.tri(42, k=-1, dtype=bool)
    np.testing.assert_array_equal(
        as_matrix(found.unreachable), triangle & ~expected
    )


def test_the_nearest_blind_pixel_is_above_to_the_right(seed):
    options = {"filters": 8, "head_filters": 8, "first_kernel_size": 3}
    at = [(4, 2, 0)]
    blind = PixelCNN((6, 7, 1), **options, num_blocks=7)
    seen = GatedPixelCNN((6, 7, 1), **options, num_layers=7)
    spot = np.argwhere(find_dependencies(blind, at).unreachable[0])
    assert [3, 4, 0] in spot.tolist()
    assert not find_dependencies(seen, at).unreachable.any()


class WithTerm(RunningSum):
    """A sound model with a term added to the parameters of dimension 1."""

    term = staticmethod(lambda x, context: 0.0 * x[:, 0])

    def network(self, inputs, *, context, member, training):
        parameters = super().network(
            inputs, context=context, member=member, training=training
        )
        x = tf.reshape(inputs, [-1, self.num_dims])
        column = tf.one_hot(1, self.num_dims)[:, None]
        added = self.term(x, context)[:, None, None] * column
        return parameters + tf.reshape(added, tf.shape(parameters))


def with_term(term, *args, **kwargs):
    """Returns a model of events `(6,)` with this term."""
    model_class = type("Leaky", (WithTerm,), {"term": staticmethod(term)})
    return model_class((6,), *args, **kwargs)


def xor(a, b):
    return tf.stop_gradient((a - b) ** 2)


@pytest.mark.parametrize(
    ("term", "leaks"),
    [
        (lambda x, _: x[:, 1], [1]),
        (lambda x, _: x[:, 2] + x[:, 5], [2, 5]),
        (lambda x, _: x[:, 3] * x[:, 4], [3, 4]),
        # Too small to change a float of the size of the others.
        (lambda x, _: 1.0 + 1e-20 * x[:, 4], [4]),
        # This term has no gradient.
        (lambda x, _: tf.round(x[:, 4]), [4]),
        (lambda x, _: tf.stop_gradient(x[:, 1] + x[:, 5]), [1, 5]),
        # The term does not change if both are changed.
        (lambda x, _: xor(x[:, 3], x[:, 5]), [3, 5]),
    ],
    ids=["own", "later", "product", "tiny", "round", "stopped", "xor"],
)
def test_leaks_are_found(term, leaks, seed):
    model = with_term(term)
    found = find_dependencies(
        model, everywhere(model), num_probes=24, seed=seed
    )
    for site in range(6):
        expected = leaks if site == 1 else []
        assert np.flatnonzero(found.leaks[site]).tolist() == expected


def test_gradients_and_changes_find_what_the_other_does_not():
    tiny = with_term(lambda x, _: 1.0 + 1e-20 * x[:, 4])
    values = np.zeros((2, 6), int)
    values[1, 4] = 1
    before, after = (tiny.parameters_for(row[None])[0, 1] for row in values)
    np.testing.assert_array_equal(before, after)
    assert find_dependencies(tiny, [(1,)]).influence[0, 4] > 0

    found = find_dependencies(with_term(lambda x, _: tf.round(x[:, 4])), [(1,)])
    assert found.influence[0, 4] == 0
    assert found.depends[0, 0, 4]


def test_a_leak_that_only_several_changes_show_is_not_lost():
    # Half of the last place of 1 is more than one of the terms, not than two.
    def term(x, _):
        total = 1.0 + 0.4 * 2.0**-23 * tf.reduce_sum(x[:, 2:], axis=1)
        return tf.stop_gradient(1e6 * (total - 1.0))

    assert find_dependencies(with_term(term), [(1,)]).leaks.any()


@pytest.mark.parametrize("factor", [0.0, 1.0])
def test_gradients_that_are_not_finite_tell_nothing(factor):
    def term(x, _):
        # The gradient of the root is infinite at 0.
        return factor * tf.sqrt(x[:, 4])

    found = find_dependencies(with_term(term), [(1,)])
    assert found.leaks.any() == (factor > 0)
    assert np.isfinite(found.influence).all()


@pytest.mark.slow
def test_dropout_is_off(seed):
    model = BY_NAME["pixel-cnn-pp"].build(seed, dropout=0.5)
    assert not find_dependencies(model).leaks.any()


def test_masks_that_let_a_dimension_see_itself_are_found_out(seed):
    model = BY_NAME["made-two-layers"].build(seed)
    assert not find_dependencies(model, everywhere(model)).leaks.any()
    model.direct_layer.exclusive = False
    found = find_dependencies(model, everywhere(model))
    np.testing.assert_array_equal(as_matrix(found.leaks), np.eye(6))


def test_members_are_held_to_their_own_orderings(seed):
    model = BY_NAME["made-orders"].build(seed)
    found = find_dependencies(model, everywhere(model))
    assert not found.leaks.any()
    np.testing.assert_array_equal(
        found.unreachable,
        found.earlier.any(axis=0) & ~found.depends.any(axis=0),
    )
    model.ordering = np.roll(model.ordering, 1, axis=0)
    assert find_dependencies(model, everywhere(model)).leaks.any()


def test_a_leak_of_one_member_is_a_leak():
    model = FVSBN((3,))
    found = find_dependencies(model, [(1,)])
    depends = np.zeros((2, 1, 3), bool)
    depends[1, 0, 2] = True
    earlier = np.array([[[True, False, False]], [[True, False, False]]])
    found = found._replace(depends=depends, earlier=earlier)
    np.testing.assert_array_equal(found.leaks, [[False, False, True]])
    np.testing.assert_array_equal(found.unreachable, [[True, False, False]])


def test_contexts_are_given_or_drawn():
    model = with_term(lambda x, c: c[:, 2] * x[:, 4], num_classes=3)
    assert not find_dependencies(model, [(1,)], context=0).leaks.any()
    assert find_dependencies(model, [(1,)], context=2).leaks.any()
    labels = np.arange(4) % 3
    found = find_dependencies(model, [(1,)], num_probes=4, context=labels)
    assert found.leaks.any()
    assert find_dependencies(model, [(1,)]).leaks.any()


@pytest.mark.parametrize("name", ["user-model", "fvsbn-categorical", "rnade"])
def test_values_of_the_probes_are_valid(name, seed, monkeypatch):
    model, seen = BY_NAME[name].make(), []
    network_input = model.output_distribution.network_input

    def recording(values):
        tf.numpy_function(seen.append, [values], [])
        return network_input(values)

    monkeypatch.setattr(model.output_distribution, "network_input", recording)
    find_dependencies(model, seed=seed)
    assert len(seen) > 3
    for values in seen:
        model.event.checked(values)
    # Some values are changed, and to each of the others.
    values = np.stack(seen)
    assert (values != values[0]).any()
    if model.num_levels is not None:
        assert set(np.unique(values)) == set(range(model.num_levels))


def test_the_seed_decides(seed):
    model = NADE((8,), units=4)
    first, again, other = (
        find_dependencies(model, seed=s).influence
        for s in (seed, seed, seed + 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_influence_is_the_mean_magnitude_of_gradients():
    model = FVSBN((3,))
    kernel = np.array([[0, 2, -3], [0, 0, 0], [0, 0, 0]])
    model.output_layer.kernel.assign(kernel)
    influence = find_dependencies(model, everywhere(model)).influence
    assert influence.dtype == np.float32
    np.testing.assert_allclose(influence[1, 0] / influence[2, 0], 2 / 3)
    assert (influence > 0).sum() == 2


@pytest.mark.parametrize(
    ("case", "positions"),
    [
        ("pixel-cnn", [(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)]),
        ("pixel-cnn-pp-logistics", [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ("fvsbn-given-order", [(1,), (4,), (5,)]),
        ("user-model-stepped", [(0,), (2,), (3,)]),
    ],
)
def test_by_default_some_positions_stand_for_all(case, positions):
    model = BY_NAME[case].make()
    found = find_dependencies(model).positions
    assert found.shape == (len(positions), len(model.site_shape))
    assert [tuple(p)[:2] for p in found.tolist()] == positions


def test_by_default_all_colours_of_the_centre_are_looked_at():
    options = {"filters": 3, "head_filters": 3, "num_blocks": 1}
    model = PixelCNN((4, 4, 3), **options)
    found = find_dependencies(model)
    at_centre = [p for p in found.positions.tolist() if p[:2] == [2, 2]]
    assert at_centre == [[2, 2, 0], [2, 2, 1], [2, 2, 2]]
    assert [0, 0, 0] in found.positions.tolist()
    assert [3, 3, 2] in found.positions.tolist()


def random_model():
    return with_term(lambda x, _: tf.random.normal(tf.shape(x)[:1]))


def nan_model():
    return with_term(lambda x, _: x[:, 0] * np.nan)


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (FVSBN, {"num_probes": 0}, "`num_probes`.*num_probes=0"),
        (FVSBN, {"positions": []}, r"at least one position.*shape=\(0,\)"),
        (FVSBN, {"positions": [(1, 2)]}, r"each 1 integers.*shape=\(1, 2\)"),
        (FVSBN, {"positions": [(0.0,)]}, "integers.*dtype=float64"),
        (FVSBN, {"positions": [(2,), (6,)]}, r"lie in \(6,\).*Rec.*\(6,\)"),
        (FVSBN, {"positions": [(-1,)]}, r"lie in \(6,\).*Received: \(-1,\)"),
        (FVSBN, {"context": 1}, "takes none"),
        (lambda _: nan_model(), {}, "must be finite.*Received: nan"),
        (lambda _: random_model(), {}, "the same parameters"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(make, options, message):
    with pytest.raises(ValueError, match=message):
        find_dependencies(make((6,)), **options)
