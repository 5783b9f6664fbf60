"""The number of scans of a JPEG file, each of which goes over its pixels."""

import re

# libtiff allows as many. Files that programs write have about ten.
MAX_SCANS = 100

# Within coded pixels, 0xff is followed by 0 or by the number of a restart.
_MARKER = re.compile(rb"\xff+([^\x00\x01\xff\xd0-\xd7])", re.DOTALL)
_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"


def count_scans(data: bytes) -> int:
    """Returns the number of scans of the first picture in a JPEG file.

    Each is a pass over all pixels. A few bytes of a progressive file can ask
    for one, so a small file can ask for hours of work.

    Args:
        data: The bytes of the file.
    """
    count, at = 0, 2
    while (found := _MARKER.search(data, at)) and found[1] != _END_OF_IMAGE:
        count += found[1] == _START_OF_SCAN
        # A segment begins with its length, which counts these two bytes too.
        at = found.end() + max(
            2, int.from_bytes(data[found.end() : found.end() + 2], "big")
        )
    return count
