"""Which dtype the device at hand trains faster in."""

import functools
import time

from .recipe import Recipe

# Above what noise can be taken for, and below what the lack of instructions
# for bfloat16 costs.
_SLOWER = 2.0
_IMAGES = (2, 28, 28, 32)
_KERNEL = (3, 3, 32, 32)
_REPEATS = 3


@functools.cache
def times_slower_in_bfloat16() -> float:
    """Returns how many times as long as in float32 a gradient takes.

    It is that of a convolution, measured in half a second on the device that
    TensorFlow chooses. Processors with instructions for bfloat16 return a half
    or so. Others return ten and more: TensorFlow has no fast gradients in
    bfloat16 for them.
    """
    import tensorflow as tf

    @tf.function(autograph=False)
    def gradients(x, kernel):
        y = tf.nn.conv2d(x, kernel, 1, "SAME")
        return [tf.reduce_sum(g) for g in tf.gradients(y, [x, kernel])]

    def seconds(dtype):
        x, kernel = tf.ones(_IMAGES, dtype), tf.ones(_KERNEL, dtype)
        taken = []
        # The first call makes the graph.
        for _ in range(1 + _REPEATS):
            start = time.perf_counter()
            for gradient in gradients(x, kernel):
                gradient.numpy()
            taken.append(time.perf_counter() - start)
        return min(taken[1:])

    return seconds("bfloat16") / seconds("float32")


def is_slow(recipe: Recipe, strategy: str) -> bool:
    """Returns whether the recipe would train faster in float32.

    Args:
        recipe: The recipe.
        strategy: The name of the strategy to train with. Only "default" is
            measured; for the others the answer is `False`. TPUs compute in
            bfloat16, and processes that train together must have met before
            one of them uses TensorFlow.
    """
    return (
        recipe.precision == "mixed_bfloat16"
        and strategy == "default"
        and times_slower_in_bfloat16() > _SLOWER
    )


def in_the_faster(recipe: Recipe, strategy: str) -> Recipe:
    """Returns the recipe, in float32 if `is_slow`."""
    if not is_slow(recipe, strategy):
        return recipe
    return recipe.model_copy(update={"precision": "float32"})


def advice(recipe: Recipe, strategy: str) -> str:
    """Returns a line that says how to train faster, "" if `is_slow` is not."""
    if not is_slow(recipe, strategy):
        return ""
    return (
        "gradients of convolutions take "
        f"{times_slower_in_bfloat16():.0f} times as long in bfloat16 as in "
        "float32 on this device: a new run with --set precision=float32 is "
        "faster\n"
    )
