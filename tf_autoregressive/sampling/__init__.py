"""Drawing events: noise up front, then one pass over the positions."""

from tf_autoregressive.sampling.ancestral import Forced
from tf_autoregressive.sampling.ancestral import Position
from tf_autoregressive.sampling.ancestral import draw
from tf_autoregressive.sampling.options import SamplingOptions

__all__ = ["Forced", "Position", "SamplingOptions", "draw"]
