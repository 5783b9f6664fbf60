"""The header of compressed data in few bytes.

fingerprint (8 bytes)  raw DEFLATE of the rest as JSON, with a dictionary
"""

import json
import zlib
from typing import Any

from tf_autoregressive.compression.errors import DamagedError

# A forged header must not fill the memory.
_MAX_BYTES = 2**26
_FINGERPRINT_BYTES = 8

# What a header usually says costs nothing. The text belongs to the format: a
# header that another one packed cannot be read.
_USUAL = (
    b'"files": [["sounds/0.wav", 8000], ["photos/0.png"], "image'
    b'"kind": "array", "count": 1000, "dtype": "uint8", "int32", "rate": 8000, '
    b'"mixed_bfloat16", "NEON", "GPU", "aarch64", "AVX512_SKX", "member": 0, '
    b'"num_levels": 65536, "num_levels": 256, "event_shape": [32, 32, 3], '
    b'"layout": [100000, 64, '
    b'"model": "PixelCNNPlusPlus", "WaveNet", "FVSBN", "NADE", "MADE", '
    b'"fvsbn_binarized_mnist", "gated_pixel_cnn_600s_binarized_mnist", '
    b'"rnn_nade_jsb_chorales", "char_rnn_600s_tiny_shakespeare"}, '
    b'{"about": {"files": [["a.txt", 1000]], "kind": "images", "run": "runs/'
    b'{"about": {"files": [["a.txt", 1000]], "kind": "text", "run": "'
    b'{"about": {"count": 1000, "dtype": "uint8", "kind": "array", "run": "'
    b'{"about": null, "batch_size": 64, "block_sizes": [88], '
    b'"dtype": "float32", "event_shape": [160, 88], "member": null, '
    b'"model": "RNNNADE", "model": "CharRNN", "num_levels": 65, '
    b'{"about": null, "batch_size": 64, "block_sizes": [null], '
    b'"dtype": "float32", "event_shape": [28, 28, 1], "member": null, '
    b'"model": "GatedPixelCNN", "num_levels": 2, "platform": {"device": "CPU", '
    b'"instructions": "AVX2", "keras": "3.15.1", "machine": "x86_64", '
    b'"numpy": "2.4.6", "tensorflow": "2.21.0", "threads": 2}}'
)


def packed(header: dict[str, Any]) -> bytes:
    """Returns the bytes of a header.

    Args:
        header: A dictionary that JSON can hold; its `fingerprint` has 16
            hexadecimal digits.
    """
    rest = {k: v for k, v in header.items() if k != "fingerprint"}
    deflater = zlib.compressobj(9, wbits=-15, zdict=_USUAL)
    text = json.dumps(rest, sort_keys=True).encode()
    return (
        bytes.fromhex(header["fingerprint"])
        + deflater.compress(text)
        + deflater.flush()
    )


def unpacked(contents: bytes) -> dict[str, Any]:
    """Returns the header of its bytes.

    Raises:
        DamagedError: If they are not those of a header.
    """
    inflater = zlib.decompressobj(wbits=-15, zdict=_USUAL)
    try:
        text = inflater.decompress(contents[_FINGERPRINT_BYTES:], _MAX_BYTES)
        header = json.loads(text)
    except (zlib.error, ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or not inflater.eof:
        raise DamagedError("The header is damaged: not a packed dictionary.")
    fingerprint = contents[:_FINGERPRINT_BYTES].hex()
    return {**header, "fingerprint": fingerprint}
