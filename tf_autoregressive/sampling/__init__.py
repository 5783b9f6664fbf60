"""Drawing events: noise up front, then one pass over the positions."""

from tf_autoregressive import backend
from tf_autoregressive.sampling.ancestral import Forced
from tf_autoregressive.sampling.ancestral import Position
from tf_autoregressive.sampling.ancestral import continue_sites
from tf_autoregressive.sampling.ancestral import sample_sites
from tf_autoregressive.sampling.ancestral import score_sites
from tf_autoregressive.sampling.events import sample_events
from tf_autoregressive.sampling.noise import LaterExamples
from tf_autoregressive.sampling.noise import SeedPerExample
from tf_autoregressive.sampling.noise import as_seed
from tf_autoregressive.sampling.noise import uniforms
from tf_autoregressive.sampling.options import SamplingOptions
from tf_autoregressive.sampling.options import dtype_of
from tf_autoregressive.sampling.options import offered_by
from tf_autoregressive.sampling.request import Given
from tf_autoregressive.sampling.request import Request
from tf_autoregressive.sampling.stepwise import Cursor
from tf_autoregressive.sampling.stepwise import Stepwise
from tf_autoregressive.sampling_options import SamplingNumbers

__all__ = [
    "Cursor",
    "Forced",
    "Given",
    "LaterExamples",
    "Position",
    "Request",
    "SamplingNumbers",
    "SamplingOptions",
    "SeedPerExample",
    "Stepwise",
    "as_seed",
    "continue_sites",
    "dtype_of",
    "offered_by",
    "sample_events",
    "sample_sites",
    "score_sites",
    "uniforms",
]
