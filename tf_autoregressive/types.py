"""Names of types that many signatures have in common.

TensorFlow ships no types: to a type checker, a `tf.Tensor` is anything.
"""

import os
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import BinaryIO

import numpy as np

# An int stands for a single axis.
Shape = int | Sequence[int]

# A name of `orderings.NAMED`, or a permutation of the dimensions.
Ordering = str | Sequence[int] | np.ndarray

# Names, configurations or objects that Keras knows.
Activation = str | dict | Callable | None
Initializer = str | dict | Callable | None

# A file's name, or a file that is open for writing.
Path = str | os.PathLike[str]
File = str | os.PathLike[str] | BinaryIO

# Numbers by example: arrays, lists and tensors.
Array = Any

# An int, a stateless seed of two integers, or `None`.
Seed = Any

# A nest of tensors.
State = Any
