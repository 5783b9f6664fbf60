"""Recipes, which hold everything that decides the weights of a run."""

from typing import Annotated
from typing import Any
from typing import Literal
from typing import Self

import pydantic

from .published import Published

# Larger counts and seeds are refused by TensorFlow and NumPy.
_Count = Annotated[int, pydantic.Field(gt=0, lt=2**31)]
_Seed = Annotated[int, pydantic.Field(ge=0, lt=2**32)]
_MOST_NESTED = 10

# Fields that describe the run but do not change it.
SUMMARY_FIELDS = ("name", "paper", "published")

# Runs that were begun before results/ was their only place hold these.
_OLD_FIELDS = {"measured", "cost"}


class Recipe(pydantic.BaseModel):
    """A model, its data, and how it is trained.

    Values are checked strictly: an unknown field or "five" for a number is an
    error. Together with the data, a recipe decides the trained weights bit
    for bit on one machine, unless it sets `max_seconds`.

    Attributes:
        name: The recipe's name on the command line.
        paper: The paper that the recipe follows.
        published: The published figure, or a text where there is none to
            compare with.
        dataset: Name for `tf_autoregressive.datasets.load`.
        dataset_options: Its further arguments.
        model: Name of a class in `tf_autoregressive.models`.
        model_options: Its arguments. The event's shape and number of levels
            come from the data.
        optimizer: "adam", "rmsprop", or "sgd" with Nesterov momentum 0.9.
        optimizer_options: Further arguments of Keras's optimizer, such as
            `{"beta_1": 0.95}`.
        learning_rate: The learning rate, its peak where it changes.
        schedule: "constant"; "cosine", which falls along half a cosine to the
            end of training; or "exponential", which falls by the same factor
            at every step.
        paced: Whether the schedule also ends when `max_seconds` do, if that
            is before the end of all `epochs`: it follows the larger of the
            shares of steps and of seconds that are spent. Validation counts
            then, so that the limit is one of the whole training.
        warmup_steps: Steps over which the learning rate first rises linearly
            from 0; not with the "exponential" schedule.
        final_learning_rate_fraction: The learning rate at the end of
            training, as a fraction of `learning_rate`.
        weight_decay: Decoupled weight decay of a step, before it is
            multiplied by the learning rate, of all weights but biases; `None`
            for none.
        clipnorm: Largest norm of the gradient of one weight; `None` for no
            limit.
        global_clipnorm: Largest norm of the gradient of all weights together;
            `None` for no limit.
        gradient_accumulation_steps: Batches whose mean gradient makes an
            update, at least 2; `None` for an update after every batch. The
            schedule and the moving average count batches, the steps of
            metrics.csv updates.
        ema_momentum: Momentum of an exponential moving average of the
            weights; `None` for no average. With one, validation and the saved
            model use the averaged weights.
        batch_size: Examples in a training step, of all replicas together.
        epochs: Epochs after which training ends.
        steps_per_epoch: Training steps of an epoch, after which the model is
            validated and saved; `None` for a pass over the training examples.
        early_stopping_patience: Epochs without a better validation score
            after which training stops; `None` for all `epochs`.
        max_seconds: Training time after which training stops, validation not
            counted unless `paced`; `None` for no limit.
        validation_examples: Number of validation examples that every epoch
            scores, a fixed random choice, for models that take a pass for
            each dimension; `None` for all.
        test_examples: Number of test examples that the result scores, a fixed
            random choice; `None` for all.
        evaluation_batch_size: Examples in a step of validation and test.
        precision: The Keras dtype policy that the model is built under.
        jit_compile: Whether steps are compiled by XLA.
        steps_per_execution: Training steps in one call of the compiled
            function, at most; the largest divisor of an epoch's steps is
            taken.
        seed: Seed of the initial weights, the order of the examples and all
            other random choices.
    """

    model_config = pydantic.ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        # Pydantic 2 before 2.10 reserves names that begin with "model_".
        protected_namespaces=(),
    )

    name: str
    paper: str
    published: Published | str

    dataset: str
    dataset_options: dict[str, Any] = {}
    model: str
    model_options: dict[str, Any] = {}

    optimizer: Literal["adam", "rmsprop", "sgd"] = "adam"
    optimizer_options: dict[str, float] = {}
    learning_rate: pydantic.PositiveFloat = 1e-3
    schedule: Literal["constant", "cosine", "exponential"] = "cosine"
    paced: bool = False
    warmup_steps: int = pydantic.Field(0, ge=0, lt=2**31)
    final_learning_rate_fraction: float = pydantic.Field(0.0, ge=0.0, le=1.0)
    weight_decay: pydantic.PositiveFloat | None = None
    clipnorm: pydantic.PositiveFloat | None = None
    global_clipnorm: pydantic.PositiveFloat | None = None
    gradient_accumulation_steps: int | None = pydantic.Field(
        None, ge=2, lt=2**31
    )
    ema_momentum: float | None = pydantic.Field(None, gt=0.0, lt=1.0)

    batch_size: _Count = 100
    epochs: _Count
    steps_per_epoch: _Count | None = None
    early_stopping_patience: _Count | None = None
    max_seconds: pydantic.PositiveFloat | None = None
    validation_examples: _Count | None = None
    test_examples: _Count | None = None
    evaluation_batch_size: _Count = 500

    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    jit_compile: bool = False
    steps_per_execution: _Count = 1
    seed: _Seed = 0

    @classmethod
    def of_run(cls, fields: Any) -> Self:
        """Returns the recipe that a run was begun with, from its file.

        Raises:
            pydantic.ValidationError: If the fields are not those of a recipe.
        """
        if isinstance(fields, dict):
            fields = {k: v for k, v in fields.items() if k not in _OLD_FIELDS}
        return cls.model_validate(fields)

    @pydantic.field_validator("dataset_options", "model_options")
    @classmethod
    def _lists_become_tuples(cls, options):
        # JSON has no tuples; without this a recipe read back from a file
        # would differ from the one that was written.
        return _as_tuples(options)

    @pydantic.model_validator(mode="after")
    def _schedule_is_possible(self):
        if self.schedule == "exponential":
            if self.warmup_steps:
                raise ValueError(
                    "`warmup_steps` needs the schedule 'constant' or "
                    f"'cosine'. Received: warmup_steps={self.warmup_steps}, "
                    "schedule='exponential'"
                )
            if not self.final_learning_rate_fraction:
                raise ValueError(
                    "`final_learning_rate_fraction` must be above 0 with the "
                    "schedule 'exponential', which never reaches 0. "
                    "Received: final_learning_rate_fraction=0.0"
                )
        return self

    @pydantic.model_validator(mode="after")
    def _pace_has_an_end(self):
        if self.paced and self.max_seconds is None:
            raise ValueError(
                "`paced` needs `max_seconds`, which the schedule is to keep "
                "to. Received: paced=True, max_seconds=None"
            )
        return self

    @pydantic.model_validator(mode="after")
    def _one_way_of_clipping(self):
        if self.clipnorm and self.global_clipnorm:
            raise ValueError(
                "Only one of `clipnorm` and `global_clipnorm` can be set. "
                f"Received: clipnorm={self.clipnorm}, "
                f"global_clipnorm={self.global_clipnorm}"
            )
        return self

    @pydantic.model_validator(mode="after")
    def _rows_go_on(self):
        if not self.carried_rows:
            return self
        steps = self.dataset_options.get("steps")
        if self.dataset_options.get("stride", steps) != steps:
            raise ValueError(
                "`dataset_options.stride` must not be set with "
                "`model_options.carried_rows`: the windows of a row must lie "
                f"side by side. Received: {self.dataset_options['stride']}"
            )
        if self.steps_per_epoch:
            raise ValueError(
                "`steps_per_epoch` must be null with "
                "`model_options.carried_rows`: an epoch begins at the "
                f"beginning of the rows. Received: {self.steps_per_epoch}"
            )
        if self.carried_rows != self.batch_size:
            raise ValueError(
                "`model_options.carried_rows` must be `batch_size`. Received: "
                f"carried_rows={self.carried_rows}, "
                f"batch_size={self.batch_size}"
            )
        return self

    @property
    def carried_rows(self) -> int:
        """Number of rows that batches carry on; 0 for shuffled batches."""
        return self.model_options.get("carried_rows", 0)

    def settings(self) -> dict[str, Any]:
        """Returns the fields that decide the run's result, as JSON values."""
        return self.model_dump(mode="json", exclude=set(SUMMARY_FIELDS))


def timed(recipe: Recipe, seconds: float | None) -> Recipe:
    """Returns the recipe, made to end after so much training if not `None`."""
    if seconds is None:
        return recipe
    limit = {"max_seconds": seconds, "paced": True}
    return Recipe.model_validate(recipe.model_dump() | limit)


def explain(error: pydantic.ValidationError) -> str:
    """Returns pydantic's complaints as one line each, in the house's form."""
    return "\n".join(
        f"`{'.'.join(map(str, item['loc']))}`: {_message(item)}. "
        f"Received: {item['input']!r:.200}"
        if item["loc"]
        else _message(item)
        for item in error.errors()
    )


def _message(item) -> str:
    return item["msg"].removeprefix("Value error, ")


def _as_tuples(value, depth=0):
    if depth > _MOST_NESTED:
        raise ValueError(
            f"Options must not be nested more than {_MOST_NESTED} deep"
        )
    if isinstance(value, dict):
        return {k: _as_tuples(item, depth + 1) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_as_tuples(item, depth + 1) for item in value)
    return value
