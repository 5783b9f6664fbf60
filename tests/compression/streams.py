"""What compressed data hold beside their headers and checksums."""

import struct


def num_code_bits(blob):
    """Returns the bits that a coder wrote for all blocks of events."""
    at = 13 + struct.unpack_from("<I", blob, 5)[0]
    bits = 0
    while at < len(blob):
        kind, length, _ = struct.unpack_from("<c2I", blob, at)
        at += 9 + length
        if kind == b"E":
            bits += 8 * (length - 12)
    return bits
