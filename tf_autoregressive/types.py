"""Names of types that many signatures have in common.

TensorFlow ships no types: to a type checker, a `tf.Tensor` is anything.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np

# An int stands for a single axis.
Shape = int | Sequence[int]

# "natural", "reversed", "random", or a permutation of the dimensions.
Ordering = str | Sequence[int] | np.ndarray

# Names, configurations or objects that Keras knows.
Activation = str | dict | Callable | None
Initializer = str | dict | Callable | None
DTypePolicy = Any

# Numbers by example: arrays, lists and tensors.
Array = Any

# A nest of tensors.
State = Any
