"""Drawing events: noise up front, then one pass over the positions."""

from tf_autoregressive import backend
from tf_autoregressive.sampling.ancestral import Forced
from tf_autoregressive.sampling.ancestral import Position
from tf_autoregressive.sampling.ancestral import continue_draw
from tf_autoregressive.sampling.ancestral import draw
from tf_autoregressive.sampling.events import Given
from tf_autoregressive.sampling.events import draw_events
from tf_autoregressive.sampling.noise import LaterExamples
from tf_autoregressive.sampling.noise import SeedPerExample
from tf_autoregressive.sampling.noise import as_seed
from tf_autoregressive.sampling.noise import uniforms
from tf_autoregressive.sampling.options import MIN_TEMPERATURE
from tf_autoregressive.sampling.options import SamplingOptions
from tf_autoregressive.sampling.stepwise import Cursor
from tf_autoregressive.sampling.stepwise import Stepwise

__all__ = [
    "MIN_TEMPERATURE",
    "Cursor",
    "Forced",
    "Given",
    "LaterExamples",
    "Position",
    "SamplingOptions",
    "SeedPerExample",
    "Stepwise",
    "as_seed",
    "continue_draw",
    "draw",
    "draw_events",
    "uniforms",
]
