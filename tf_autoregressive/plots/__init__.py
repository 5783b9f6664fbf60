"""Pictures of samples, scores, features, masks and dependencies: PNG files.

Images are integers in `[0, num_levels)`, as the models draw them. The functions
write to a path or a binary file, and `picture` shows what they write in a
notebook. The arrays to draw come from the models and from `evaluation`.
"""

from tf_autoregressive.plots.dependencies import save_dependencies
from tf_autoregressive.plots.figures import save_learning_curves
from tf_autoregressive.plots.figures import save_log_prob_maps
from tf_autoregressive.plots.figures import save_masks
from tf_autoregressive.plots.figures import save_predictive_histograms
from tf_autoregressive.plots.grids import feature_grid
from tf_autoregressive.plots.grids import image_grid
from tf_autoregressive.plots.grids import is_image_shape
from tf_autoregressive.plots.grids import save_completions
from tf_autoregressive.plots.grids import save_features
from tf_autoregressive.plots.grids import save_image_grid
from tf_autoregressive.plots.grids import save_neighbours
from tf_autoregressive.plots.notebook import Picture
from tf_autoregressive.plots.notebook import picture
from tf_autoregressive.plots.surprises import save_surprise_curves

__all__ = [
    "Picture",
    "feature_grid",
    "image_grid",
    "is_image_shape",
    "picture",
    "save_completions",
    "save_dependencies",
    "save_features",
    "save_image_grid",
    "save_learning_curves",
    "save_log_prob_maps",
    "save_masks",
    "save_neighbours",
    "save_predictive_histograms",
    "save_surprise_curves",
]
