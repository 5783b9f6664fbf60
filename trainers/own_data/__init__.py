"""A user's own data: readers that make splits of it, and recipes for it.

A recipe holds the dataset "own" with the options of its kind; where the files
lie is not a setting of the recipe, so that they may move. Nothing here imports
TensorFlow before data is read.
"""

from .loading import NAME
from .loading import load
from .places import Places

__all__ = ["NAME", "Places", "load"]
