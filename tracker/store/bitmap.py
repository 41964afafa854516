"""Sets of site ids as compressed bitmaps: one bit a check, the cheapest honest record of who was looked at."""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def pack(site_ids: Iterable[int]) -> bytes:
    """A zlib-compressed bitmap in which bit `id` (least significant first) is set; empty for an empty set."""
    ids = np.fromiter(site_ids, dtype=np.int64)
    if ids.size == 0:
        return b""
    bits = np.zeros(int(ids.max()) + 1, dtype=np.uint8)
    bits[ids] = 1
    return zlib.compress(np.packbits(bits, bitorder="little").tobytes(), 6)


def unpack(blob: bytes) -> NDArray[np.int64]:
    """The ids of a bitmap in ascending order."""
    if not blob:
        return np.empty(0, dtype=np.int64)
    bits = np.unpackbits(np.frombuffer(zlib.decompress(blob), dtype=np.uint8), bitorder="little")
    return np.flatnonzero(bits)


def contains(blob: bytes, site_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each id whether it is in the bitmap."""
    found = np.zeros(site_ids.size, dtype=np.bool_)
    if blob:
        packed = np.frombuffer(zlib.decompress(blob), dtype=np.uint8)
        inside = site_ids < packed.size * 8
        ids = site_ids[inside]
        found[inside] = (packed[ids >> 3] >> (ids & 7).astype(np.uint8)) & 1
    return found
