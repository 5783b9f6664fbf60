"""Sampling options, and the graphs that they are part of."""

import typing

import numpy as np
import pytest
import tensorflow as tf

from export import Client
from tf_autoregressive.distributions import BernoulliOutput
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import RNADE
from tf_autoregressive.models import CharRNN
from tf_autoregressive.sampling import SamplingNumbers
from tf_autoregressive.sampling import SamplingOptions
from tf_autoregressive.sampling import cuts
from tf_autoregressive.sampling import offered_by
from tf_autoregressive.sampling_options import OPTIONS


def test_defaults_draw_from_the_model_itself():
    output, parameters = BernoulliOutput(), tf.constant([[0.3]])
    off = {
        "guidance": 1.0,
        "temperature": 1.0,
        "top_k": None,
        "top_p": 1.0,
        "min_p": None,
    }
    for numbers in ({}, off):
        options = SamplingOptions.checked("full", **numbers)
        assert options.tempered(output, parameters)[1] is parameters
        assert options.graph_key == ("full",)


def test_options_reach_the_output_distribution():
    options = SamplingOptions.checked(temperature=0.5, top_p=0.9)
    parameters = tf.constant([[0.3], [3.0]])
    _, logits = options.tempered(BernoulliOutput(), parameters)
    assert abs(float(logits[0, 0]) - 0.6) < 1e-6
    assert float(logits[1, 0]) > 1e6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fast"}, "method='fast'"),
        ({"guidance": -0.5}, "guidance=-0.5"),
        ({"guidance": True}, "guidance=True"),
        ({"temperature": 0}, "temperature=0"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"top_k": 0}, "top_k=0"),
        ({"top_k": 2**40}, "top_k=1099511627776"),
        ({"top_p": 0.0}, "top_p=0.0"),
        ({"top_p": 1.5}, "top_p=1.5"),
        ({"min_p": 0.0}, "min_p=0.0"),
        ({"min_p": 1.5}, "min_p=1.5"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        SamplingOptions.checked(**options)


def test_a_name_that_is_no_option_is_told_with_those_that_are():
    with pytest.raises(TypeError, match="`topk`, but guidance, temperature"):
        SamplingOptions.checked(topk=2)


def test_numbers_of_numpy_become_those_of_python():
    options = SamplingOptions.checked(
        top_k=np.int64(3), temperature=np.float32(0.5)
    )
    assert options.numbers == {"temperature": 0.5, "top_k": 3}
    assert [*map(type, options.numbers.values())] == [float, int]


def test_an_output_is_not_asked_for_what_it_does_not_offer():
    conditional = FVSBN((2,), num_classes=2, context_dropout=0.1)
    assert offered_by(conditional) == OPTIONS
    model = RNADE((2,), units=2)
    assert [*offered_by(model)] == ["temperature"]
    options = SamplingOptions.checked(temperature=2.0, min_p=0.5)
    with pytest.raises(ValueError, match="`min_p` is not a sampling option"):
        options.check_offered_by(model)


def test_all_that_names_the_options_names_those_of_the_table():
    hints = typing.get_type_hints(SamplingNumbers)
    assert [*hints] == [*OPTIONS]
    text = " ".join(SamplingNumbers.__doc__.split())
    for name, option in OPTIONS.items():
        assert typing.get_args(hints[name])[0] is option.kind
        assert f"{name}: {option.help}" in text
    of_cuts = {name for name, option in OPTIONS.items() if option.is_cut}
    assert of_cuts == set(cuts.CUTS) == set(cuts.CUTS_OF_BITS)


@pytest.mark.parametrize("sample", [FVSBN.sample, Client.sample])
def test_every_option_is_named_where_users_look_for_it(sample):
    for name in OPTIONS:
        assert f"`{name}`" in sample.__doc__


@pytest.mark.parametrize("name", OPTIONS)
def test_a_number_that_is_off_and_an_example_are_what_they_say(name):
    option = OPTIONS[name]
    assert SamplingOptions.checked(**{name: option.example}).numbers
    assert not option.allows(float("nan"))
    if option.allows(option.off):
        assert not SamplingOptions.checked(**{name: option.off}).numbers


def graphs(model):
    """Returns how many graphs were traced for each key."""
    return {
        key: function.experimental_get_tracing_count()
        for key, function in model._functions.items()
    }


def test_new_numbers_trace_nothing():
    model = FVSBN((3,), num_classes=2, context_dropout=0.1)
    known = np.array([True, False, False])

    def draw(temperature, top_p):
        options = {"temperature": temperature, "top_p": top_p}
        options |= {"guidance": 1.0 + top_p, "context": 0}
        model.sample(2, seed=0, **options)
        model.complete(np.zeros((2, 3), "uint8"), known, seed=0, **options)

    draw(0.5, 0.9)
    traced = graphs(model)
    assert set(traced.values()) == {1}
    draw(0.7, 0.8)
    draw(1e-6, 0.1)
    assert graphs(model) == traced


@pytest.mark.parametrize("jit_compile", [False, True])
def test_other_numbers_of_samples_trace_nothing(jit_compile):
    model = FVSBN((2,))
    more, fewer = (
        model.sample(number, seed=0, jit_compile=jit_compile)
        for number in (9, 4)
    )
    np.testing.assert_array_equal(fewer, more[:4])
    assert [*graphs(model).values()] == [1]


def test_graphs_of_streams_do_not_grow_for_ever():
    model = CharRNN((3,), num_levels=3, units=2, embedding_size=2)
    for number, temperature in ((2, 0.5), (3, 0.6), (4, 0.7)):
        drawn = model.generate(
            number, 4, prime=[1], seed=0, temperature=temperature
        )
        assert drawn.shape == (number, 4)
    # The beginning, a prime and the steps behind it have a graph each: it is
    # traced for the first number, and once more for all others.
    assert [*graphs(model).values()] == [2, 2, 2]
