"""Images, as pictures."""

from typing import Any

from tf_autoregressive import plots

from . import draws
from .known import known_positions
from .medium import Medium

_NUM_SAMPLES, _NUM_COMPLETED = 64, 16
_NUM_SAMPLES_SHOWN, _NUM_COMPLETED_SHOWN = 16, 8
_PICTURES_SHOWN = ("log_prob", "features")


class Image(Medium):
    """Images of grey levels or colours."""

    name = "images"
    sample_suffixes = (".png", ".npz")
    completion_suffixes = (".png", ".npz")
    pictures = ("features", "histograms", "log_prob", "masks", "neighbours")

    def _write_samples(self, path, samples):
        plots.save_image_grid(path, samples, num_levels=self.model.num_levels)

    def _write_completions(self, path, originals, known, completed):
        plots.save_completions(
            path,
            originals,
            known,
            completed,
            num_levels=self.model.num_levels,
        )

    def save_draws(self, directory: Any, data: Any, seed: int) -> None:
        """Saves samples, and completions of test images by their upper half."""
        samples = self._few(_NUM_SAMPLES, data, seed)
        self.save_samples(directory.samples, samples)
        self.save_completions(
            directory.completions, *self._completed(_NUM_COMPLETED, data, seed)
        )

    def show(self, data: Any, seed: int, step: int) -> None:
        """Writes summaries of images: samples, completions, pictures.

        `completions` are those of test images whose upper half is known,
        `log_prob` shows the cost of the pixels of test images, and `features`,
        where there are any, are those of the first layer.
        """
        import tensorflow as tf

        from . import pictures

        grid = plots.image_grid(
            self._few(_NUM_SAMPLES_SHOWN, data, seed),
            num_levels=self.model.num_levels,
        )
        tf.summary.image("samples", grid[None], step=step)
        completions = plots.picture(
            self._write_completions,
            *self._completed(_NUM_COMPLETED_SHOWN, data, seed),
        )
        _show_png("completions", completions, step)
        for kind in _PICTURES_SHOWN:
            if kind in pictures.offered(self):
                picture = pictures.png(kind, self, lambda: data, seed=seed)
                _show_png(kind, picture, step)

    def _completed(self, num, data, seed):
        """Returns originals, their known parts, and completions."""
        known = known_positions("top", self.model.event_shape)
        originals, completed = draws.draw_completions(
            self.model,
            data.test,
            min(num, int(data.test.cardinality())),
            known,
            seed=seed,
        )
        return originals, known, completed


def _show_png(name, picture, step):
    import tensorflow as tf

    pixels = tf.io.decode_png(picture, channels=3)
    tf.summary.image(name, pixels[None], step=step)
