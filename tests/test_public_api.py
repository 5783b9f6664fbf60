"""The public names, and their docstrings."""

import ast
import importlib
import inspect
import pathlib
import pkgutil
import re
import typing

import keras
import pytest

import tf_autoregressive
from tests.zoo import CASES
from tf_autoregressive import distributions
from tf_autoregressive import layers
from tf_autoregressive import models

ROOT = pathlib.Path(__file__).parent.parent

NAMES = {
    "anomaly",
    "callbacks",
    "compression",
    "datasets",
    "dependencies",
    "distributions",
    "evaluation",
    "layers",
    "masks",
    "metrics",
    "models",
    "optimizers",
    "orderings",
    "plots",
    "sampling",
}


def modules():
    root = pathlib.Path(tf_autoregressive.__file__).parent
    names = ["tf_autoregressive"]
    for info in pkgutil.walk_packages([str(root)], "tf_autoregressive."):
        # These are installed from elsewhere, and have dependencies of their
        # own.
        if info.name.split(".")[1] not in ("trainers", "export"):
            names.append(info.name)
    return names


def public_objects():
    """Yields `(name, object)` of public classes and functions."""
    for module_name in modules():
        module = importlib.import_module(module_name)
        for name, value in vars(module).items():
            if name.startswith("_") or not (
                inspect.isclass(value) or inspect.isfunction(value)
            ):
                continue
            if value.__module__ == module_name:
                yield f"{module_name}.{name}", value


OBJECTS = dict(public_objects())


def test_the_top_level_holds_the_modules_of_the_library():
    assert set(tf_autoregressive.__all__) == NAMES
    assert tf_autoregressive.__version__


@pytest.mark.parametrize("name", modules())
def test_all_lists_what_exists(name):
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", [])
    assert len(set(listed)) == len(listed)
    for member in listed:
        assert hasattr(module, member)


@pytest.mark.parametrize("name", modules())
def test_modules_have_docstrings(name):
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_classes_and_functions_have_docstrings(name):
    value = OBJECTS[name]
    assert inspect.getdoc(value), name
    assert value.__doc__, name


@pytest.mark.parametrize(
    "name", [n for n, value in OBJECTS.items() if inspect.isclass(value)]
)
def test_methods_of_their_own_have_docstrings(name):
    # What Keras, TFP and `abc` define and document is not ours to repeat.
    cls = OBJECTS[name]
    for method, value in vars(cls).items():
        if method.startswith("_"):
            continue
        if isinstance(value, property):
            value = value.fget
        if not inspect.isfunction(value):
            continue
        inherited = any(hasattr(base, method) for base in cls.__mro__[1:])
        assert inherited or value.__doc__, f"{name}.{method}"


def functions():
    """Yields `(name, function)` of functions, methods and constructors."""
    for name, value in OBJECTS.items():
        if inspect.isfunction(value):
            yield name, value
            continue
        for method, function in vars(value).items():
            if method.startswith("_") and method != "__init__":
                continue
            function = getattr(function, "fget", function)
            function = getattr(function, "func", function)
            function = getattr(function, "__func__", function)
            # Data classes make functions whose source is not in the module.
            if inspect.isfunction(function) and (
                function.__module__ == value.__module__
                and function.__qualname__ == f"{value.__qualname__}.{method}"
                and not function.__code__.co_filename.startswith("<")
            ):
                yield f"{name}.{method}", function


FUNCTIONS = dict(functions())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_public_signatures_are_annotated(name):
    # The package says that it has types, by `py.typed`.
    signature = inspect.signature(FUNCTIONS[name])
    missing = [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.name not in ("self", "cls")
        and parameter.annotation is inspect.Parameter.empty
    ]
    assert not missing
    assert signature.return_annotation is not inspect.Signature.empty


def public_functions(tree, owner=""):
    """Yields `(name, node)` of functions, methods and constructors."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and (
            node.name == "__init__" or not node.name.startswith("_")
        ):
            yield f"{owner}{node.name}", node


def is_annotated(function):
    """Returns whether a function names the types of all that it takes."""
    of = function.args
    given = [*of.posonlyargs, *of.args, *of.kwonlyargs, of.vararg, of.kwarg]
    bare = {node.arg for node in given if node and node.annotation is None}
    return function.returns is not None and not bare - {"self", "cls"}


# They are read, not imported: not every environment has what they need.
@pytest.mark.parametrize("program", ["export", "trainers"])
def test_public_signatures_of_programs_are_annotated(program):
    bare = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / program).rglob("*.py"))
        for name, function in public_functions(ast.parse(path.read_text()))
        if not is_annotated(function)
    ]
    assert not bare


def arguments(cls):
    """Returns the arguments of a constructor and of those it passes on to."""
    names = set()
    for base in cls.__mro__:
        if not base.__module__.startswith("tf_autoregressive"):
            continue
        if "__init__" not in vars(base):
            continue
        parameters = inspect.signature(base.__init__).parameters.values()
        kinds = {p.kind for p in parameters}
        names |= {
            p.name
            for p in parameters
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
        }
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return names - {"self"}


MODELS = sorted(
    {case.constructor for case in CASES},
    key=lambda cls: cls.__name__,
)
# `LikelihoodModel` takes what `AutoregressiveModel` makes for it; FVSBN sets
# the arguments of MADE that concern hidden layers.
NOT_OF_USERS = {"event", "context"}
ABSTRACT = {
    models.AutoregressiveModel,
    models.RasterModel,
    models.SequenceModel,
}
SET_BY_FVSBN = {
    "units",
    "activation",
    "direct",
    "num_masks",
    "order_agnostic",
    "mask_seed",
}


def test_every_model_is_in_the_zoo():
    public = {
        value
        for name, value in vars(models).items()
        if name in models.__all__
        and inspect.isclass(value)
        and issubclass(value, models.AutoregressiveModel)
    }
    assert public - ABSTRACT <= set(MODELS)


def default_distribution(cls):
    """Returns the distribution of a constructor that is given none."""
    for base in cls.__mro__:
        if "__init__" in vars(base):
            parameters = inspect.signature(base.__init__).parameters
            if "distribution" in parameters:
                return parameters["distribution"].default
    raise AssertionError(f"{cls} takes no distribution")


def test_every_output_distribution_is_in_the_zoo():
    used = {
        case.options.get("distribution", default_distribution(case.constructor))
        for case in CASES
    }
    names = {getattr(given, "name", given) for given in used}
    # This one is made for a table, and no word can name its columns.
    assert names == {
        *distributions.SHORTHANDS,
        distributions.ColumnsOutput.name,
    }


@pytest.mark.parametrize("cls", MODELS)
def test_configurations_of_models_hold_their_arguments(cls):
    case = next(case for case in CASES if case.constructor is cls)
    expected = arguments(cls) - NOT_OF_USERS
    if cls is models.FVSBN:
        expected -= SET_BY_FVSBN
    if cls.__module__.startswith("tests"):
        expected |= {"units"} | arguments(models.AutoregressiveModel)
        expected -= NOT_OF_USERS
    assert set(case.make().get_config()) == expected | {"name", "dtype"}


LAYERS = {
    layers.AdaptivePrediction: lambda cls: cls(order=2),
    layers.CausalConv1D: lambda cls: cls(filters=1),
    layers.CausalSelfAttention: lambda cls: cls(units=2, num_heads=1, window=3),
    layers.CausalSelfAttention2D: lambda cls: cls(
        units=2, num_heads=1, window=3
    ),
    layers.DiagonalBiLSTM: lambda cls: cls(in_colours=[0], out_colours=[0]),
    layers.MaskedConv2D: lambda cls: cls(
        in_colours=[0], out_colours=[0], kernel_size=(1, 1)
    ),
    layers.MaskedDense: lambda cls: cls(in_degrees=[[1]], out_degrees=[[1]]),
    layers.NADEConditionals: lambda cls: cls(units=1, num_parameters=1),
    layers.NormedConv2D: lambda cls: cls(
        filters=1, kernel_size=(1, 1), above=0, left=0
    ),
    layers.RescaledNADEConditionals: lambda cls: cls(units=1, num_parameters=1),
    layers.RowLSTM: lambda cls: cls(in_colours=[0], out_colours=[0]),
    layers.SequenceGRU: lambda cls: cls(units=1),
    layers.SequenceLSTM: lambda cls: cls(units=1),
    layers.ShiftedConv2D: lambda cls: cls(
        filters=1, kernel_size=(1, 1), above=0, left=0
    ),
    layers.UpsamplingConv2D: lambda cls: cls(filters=1, kernel_width=2),
}
# These follow from the colours and the size of the window.
SET_BY_MASKED_CONV = {"filters", "above", "left"}
SET_BY_LSTM = {"input_size", "num_taps", "num_directions"}


def test_every_layer_is_tried_here():
    found = {
        value
        for name, value in vars(layers).items()
        if inspect.isclass(value) and issubclass(value, keras.layers.Layer)
    }
    assert found == set(LAYERS)


@pytest.mark.parametrize("cls", LAYERS)
def test_configurations_of_layers_hold_their_arguments(cls):
    of_keras = set(keras.layers.Layer().get_config())
    if issubclass(cls, keras.layers.RNN):
        of_keras |= set(keras.layers.LSTM(1).get_config())
        of_keras |= set(keras.layers.GRU(1).get_config())
    expected = arguments(cls) - of_keras
    if cls is layers.MaskedConv2D:
        expected -= SET_BY_MASKED_CONV
    if cls in (layers.RowLSTM, layers.DiagonalBiLSTM):
        expected -= SET_BY_LSTM
    assert set(LAYERS[cls](cls).get_config()) - of_keras == expected


# Arguments that may be 0, and those that may be any integer.
MAY_BE_ZERO = {"above", "left", "carried_rows"}
SEEDS = {"mask_seed", "ordering_seed"}


def constructor_parameters(cls):
    """Returns the parameters of a constructor and of those it passes on to."""
    found = {}
    for base in cls.__mro__:
        if not base.__module__.startswith("tf_autoregressive"):
            continue
        if "__init__" in vars(base):
            parameters = inspect.signature(base.__init__).parameters
            found = {**parameters, **found}
            if "kwargs" not in parameters:
                break
    return [found[name] for name in sorted(arguments(cls))]


def wrong_integers(parameter):
    """Returns values that an argument refuses if it takes integers."""
    types = typing.get_args(parameter.annotation) or (parameter.annotation,)
    if int not in types or parameter.name in SEEDS:
        return []
    wrong = [-1, 2.5, True, "3"]
    if type(None) not in types:
        wrong.append(None)
    if parameter.name not in MAY_BE_ZERO:
        wrong.append(0)
    if len(types) > 1 and types != (int, type(None)):
        wrong += [(value, value) for value in wrong]
    return wrong


def settable(cls):
    """Returns the parameters that a user of a class can set."""
    fixed = {
        models.FVSBN: SET_BY_FVSBN,
        layers.MaskedConv2D: SET_BY_MASKED_CONV,
        layers.RowLSTM: SET_BY_LSTM,
        layers.DiagonalBiLSTM: SET_BY_LSTM,
    }
    parameters = constructor_parameters(cls)
    return [p for p in parameters if p.name not in fixed.get(cls, ())]


IMAGE_MODELS = (
    models.RasterModel,
    models.MultiScalePixelRNN,
    models.OrderAgnosticCNN,
)


def make_with(cls, name, value):
    """Makes a model or a layer, with one argument given."""
    if cls in LAYERS:
        return LAYERS[cls](lambda **arguments: cls(**arguments | {name: value}))
    arguments = {"event_shape": (4,)}
    if issubclass(cls, IMAGE_MODELS):
        arguments["event_shape"] = (4, 4, 1)
    if cls is models.RNNNADE:
        arguments["event_shape"] = (4, 4)
    if name == "num_levels" and cls is not models.RNADE:
        # One that has levels to number.
        arguments["distribution"] = "categorical"
    return cls(**arguments | {name: value})


INTEGERS = [
    pytest.param(cls, parameter, id=f"{cls.__name__}-{parameter.name}")
    for cls in [*MODELS, *LAYERS]
    if cls.__module__.startswith("tf_autoregressive")
    for parameter in settable(cls)
    if wrong_integers(parameter)
]


@pytest.mark.parametrize(("cls", "parameter"), INTEGERS)
def test_numbers_of_things_are_integers(cls, parameter):
    for value in wrong_integers(parameter):
        with pytest.raises(ValueError, match=f"`{parameter.name}` must"):
            make_with(cls, parameter.name, value)


RATES = [
    cls
    for cls in MODELS
    if "dropout" in {p.name for p in constructor_parameters(cls)}
]


@pytest.mark.parametrize("cls", RATES)
def test_dropout_is_a_share(cls):
    for value in ("0.5", None, True, -0.1, 1.0):
        with pytest.raises(ValueError, match="`dropout` must"):
            make_with(cls, "dropout", value)


SAVED = (
    keras.Layer,
    keras.metrics.Metric,
    distributions.OutputDistribution,
)


@pytest.mark.parametrize(
    "cls",
    [
        value
        for value in OBJECTS.values()
        if inspect.isclass(value)
        and issubclass(value, SAVED)
        and not inspect.isabstract(value)
        and "get_config" in vars(value)
        and value is not models.AutoregressiveModel
    ],
)
def test_what_keras_saves_is_registered_under_the_projects_name(cls):
    name = keras.saving.get_registered_name(cls)
    assert name == f"tf_autoregressive>{cls.__name__}"


@pytest.mark.parametrize(
    "cls", [c for c in MODELS if c.__module__.startswith("tf_autoregressive")]
)
def test_models_say_what_they_compute_and_where_it_comes_from(cls):
    text = inspect.getdoc(cls)
    sections = ("Args:", "Raises:", "Example:", "References:")
    for section in (*sections, "Input shape:", "Output shape:"):
        assert section in text
    formula = r"(?m)^ {4}\S.* = "
    assert re.search(formula, text)
    assert "http" in text[text.index("References:") :]
    # One is a family that no paper's section defines, the other has its name
    # from the paper, which has no other model of that name.
    if cls not in (models.CharRNN, models.RNNNADE):
        assert re.search(r"Eqs?\.|Secs?\.|Figs?\.|Tables?\b", text)
