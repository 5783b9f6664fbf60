"""Damage to bytes, as disks, networks and malice do it."""

import numpy as np

# Numbers at which something often changes.
INTERESTING = (
    *(0, 1, 2, 7, 127, 128, 255, 256, 65535),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1),
)


def mutated(rng: np.random.Generator, data: bytes) -> bytes:
    """Returns bytes that were damaged in one to four ways."""
    # Little damage gets further before it is noticed.
    for _ in range(rng.choice([1, 1, 1, 2, 3, 4])):
        way = _WAYS[rng.integers(len(_WAYS))]
        data = way(rng, data) if data else data
    return data


def _flip(rng, data):
    changed = bytearray(data)
    changed[rng.integers(len(data))] ^= 1 << rng.integers(8)
    return bytes(changed)


def _overwrite(rng, data):
    """Puts a number where a length or an offset may be."""
    width = int(rng.choice([1, 2, 4, 8]))
    number = INTERESTING[rng.integers(len(INTERESTING))] % 2 ** (8 * width)
    order = "little" if rng.random() < 0.5 else "big"
    at = int(rng.integers(len(data)))
    # Lengths are near the front more often than not.
    if rng.random() < 0.5:
        at = min(at, int(rng.integers(64)))
    return data[:at] + number.to_bytes(width, order) + data[at + width :]


def _cut(rng, data):
    return data[: rng.integers(len(data))]


def _delete(rng, data):
    start, stop = _slice(rng, data)
    return data[:start] + data[stop:]


def _repeat(rng, data):
    start, stop = _slice(rng, data)
    return data[:stop] + data[start:stop] + data[stop:]


def _insert(rng, data):
    at = rng.integers(len(data) + 1)
    return data[:at] + rng.bytes(int(rng.integers(1, 40))) + data[at:]


def _slice(rng, data):
    start = int(rng.integers(len(data)))
    return start, start + int(rng.integers(1, 65))


_WAYS = (_flip, _flip, _overwrite, _overwrite, _cut, _delete, _repeat, _insert)
