"""What compressed data hold beside their headers and checksums."""

import io

from tf_autoregressive.compression import container
from tf_autoregressive.compression import event_blocks


def num_code_bits(blob, *, has_context=False):
    """Returns the bits that a coder wrote for all blocks of events."""
    return sum(
        8
        * len(
            event_blocks.Counts.read(block.contents, has_context=has_context)[1]
        )
        for block in container.Reader(io.BytesIO(blob)).blocks()
    )
