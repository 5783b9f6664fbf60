"""Building of a compiled model with weights from a recipe."""

import functools
import inspect
from typing import Any

import keras
import tensorflow as tf

import tf_autoregressive as tfar
from tf_autoregressive.suggestions import closest

from ..data import Data
from ..errors import UsageError
from ..recipe import Recipe
from .batches import steps_per_epoch

_OPTIMIZERS = {
    "adam": tfar.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": functools.partial(keras.optimizers.SGD, momentum=0.9, nesterov=True),
}


def compiled_model(recipe: Recipe, data: Data) -> keras.Model:
    """Builds the recipe's model for the data, ready for `fit` or a restore.

    The model is made under the strategy in whose scope this is called. Keras,
    NumPy and Python's `random` are seeded as a whole, so that the initial
    weights depend on the recipe alone, whatever ran before.

    Args:
        recipe: The recipe.
        data: Its data.

    Returns:
        The model, with its weights and the optimizer's variables created.

    Raises:
        UsageError: If there is no such model, if it has no such option or
            refuses one, or if the data makes no batch.
    """
    model_class = _model_class(recipe.model)
    options = _options(model_class, recipe, data.info)
    keras.utils.set_random_seed(recipe.seed)
    try:
        steps = steps_per_epoch(data.train, recipe)
        model = model_class(data.info.event_shape, **options)
        _create_weights(model, data.validation)
    # The last is of numbers that TensorFlow cannot hold.
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{recipe.model}: {error}") from error
    num_replicas = tf.distribute.get_strategy().num_replicas_in_sync
    model.compile(
        optimizer=_optimizer(recipe, steps),
        # XLA cannot compile a step of several devices as one program.
        jit_compile=recipe.jit_compile and num_replicas == 1,
        steps_per_execution=_largest_divisor(steps, recipe.steps_per_execution),
    )
    # A checkpoint restores the variables of the optimizer too, so they must
    # exist.
    model.optimizer.build(model.trainable_variables)
    return model


def _model_class(name: str):
    model_class = getattr(tfar.models, name, None)
    if inspect.isclass(model_class):
        return model_class
    names = sorted(n for n in dir(tfar.models) if n[0].isupper())
    raise UsageError(
        f"There is no model {name!r}.{closest(name, names)} "
        f"Models: {', '.join(names)}"
    )


def _options(model_class, recipe: Recipe, info):
    defaults = _option_defaults(model_class)
    for name, value in recipe.model_options.items():
        if name not in defaults:
            raise UsageError(
                f"{recipe.model} has no option {name!r}."
                f"{closest(name, defaults)} Options: {', '.join(defaults)}"
            )
        allowed = _types_like(defaults[name])
        if allowed and type(value) not in allowed:
            raise UsageError(
                f"`model_options.{name}` must be of type "
                f"{' or '.join(kind.__name__ for kind in allowed)}. "
                f"Received: {value!r}"
            )
    options = dict(recipe.model_options)
    if "num_levels" in defaults and info.num_levels is not None:
        options.setdefault("num_levels", info.num_levels)
    if info.columns is not None:
        options.setdefault("distribution", info.columns)
    if "vocabulary" in defaults:
        options.setdefault("vocabulary", info.vocabulary)
        options.setdefault("unknown", info.unknown)
    return options


def _option_defaults(model_class) -> dict[str, Any]:
    """Returns the keyword-only arguments of the class and its bases of ours."""
    defaults: dict[str, Any] = {}
    for ancestor in model_class.__mro__:
        if ancestor is keras.Model:
            break
        if "__init__" not in vars(ancestor):
            continue
        parameters = inspect.signature(ancestor.__init__).parameters.values()
        for parameter in parameters:
            if parameter.kind is parameter.KEYWORD_ONLY:
                defaults.setdefault(parameter.name, parameter.default)
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return defaults


def _types_like(default) -> tuple[type, ...]:
    """Returns the types of an option with this default; empty if unclear.

    The model checks what it is given, but any text is true where it wants a
    truth value, and `--set` reads `yes` as text.
    """
    if isinstance(default, bool):
        return (bool,)
    if isinstance(default, int | tuple):
        return (int, tuple)
    if isinstance(default, float):
        return (float, int)
    return ()


def _create_weights(model, examples):
    batch = next(iter(examples.batch(1)))
    x, context = batch if isinstance(batch, tuple) else (batch, None)
    # A model that does not fit the data fails here, and not in training.
    model.log_prob(x, context=context)


def _optimizer(recipe: Recipe, steps: int):
    average = {}
    if recipe.ema_momentum is not None:
        average = {"use_ema": True, "ema_momentum": recipe.ema_momentum}
    try:
        optimizer = _OPTIMIZERS[recipe.optimizer](
            learning_rate=_learning_rate(recipe, steps),
            weight_decay=recipe.weight_decay,
            clipnorm=recipe.clipnorm,
            global_clipnorm=recipe.global_clipnorm,
            gradient_accumulation_steps=recipe.gradient_accumulation_steps,
            **average,
            **recipe.optimizer_options,
        )
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"`optimizer_options` {recipe.optimizer_options}: {error}"
        ) from error
    if recipe.weight_decay is not None:
        # Biases do not decay: that would pull them away from the data's
        # marginals.
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def _learning_rate(recipe: Recipe, steps: int):
    """Returns a number or a schedule of Keras's own.

    The schedule is one of Keras's own, so that a saved model loads without this
    program. A paced schedule is a number that `PacedLearningRate` sets.
    """
    peak, final = recipe.learning_rate, recipe.final_learning_rate_fraction
    if recipe.paced:
        return peak
    total_steps = recipe.epochs * steps
    if recipe.schedule == "exponential":
        return keras.optimizers.schedules.ExponentialDecay(
            peak, decay_steps=total_steps, decay_rate=final
        )
    if recipe.schedule == "constant":
        if not recipe.warmup_steps:
            return peak
        # A cosine that falls to 100% of its peak is a constant.
        final = 1.0
    return keras.optimizers.schedules.CosineDecay(
        0.0 if recipe.warmup_steps else peak,
        decay_steps=max(total_steps - recipe.warmup_steps, 1),
        alpha=final,
        warmup_target=peak if recipe.warmup_steps else None,
        warmup_steps=recipe.warmup_steps,
    )


def _largest_divisor(number: int, limit: int) -> int:
    # Keras runs whole executions only, so with another count the last one of an
    # epoch would take steps from the next epoch.
    return next(d for d in range(min(limit, number), 0, -1) if number % d == 0)
