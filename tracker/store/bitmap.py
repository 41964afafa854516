"""Sets of site ids as compressed bitmaps: one bit a check, the cheapest honest record of who was looked at."""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class SiteSet:
    """A set of site ids that never changes: `plus` gives a larger one. A million sites take a megabyte."""

    def __init__(self, site_ids: Iterable[int] = ()) -> None:
        ids = site_ids if isinstance(site_ids, np.ndarray) else np.fromiter(site_ids, dtype=np.int64)
        self._bits = np.zeros(int(ids.max()) + 1 if ids.size else 0, dtype=np.bool_)
        self._bits[ids] = True

    def __contains__(self, site_id: int) -> bool:
        return site_id < self._bits.size and bool(self._bits[site_id])

    def __len__(self) -> int:
        return int(np.count_nonzero(self._bits))

    def among(self, site_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each id whether it is in the set."""
        found = np.zeros(site_ids.size, dtype=np.bool_)
        inside = site_ids < self._bits.size
        found[inside] = self._bits[site_ids[inside]]
        return found

    def plus(self, site_ids: Iterable[int]) -> "SiteSet":
        """This set and these ids."""
        more = SiteSet(site_ids)
        larger, smaller = sorted((self._bits, more._bits), key=len, reverse=True)
        more._bits = larger.copy()
        more._bits[: smaller.size] |= smaller
        return more

    def packed(self) -> bytes:
        """A zlib-compressed bitmap in which bit `id` (least significant first) is set; empty for an empty set."""
        if not self._bits.any():
            return b""
        return zlib.compress(np.packbits(self._bits, bitorder="little").tobytes(), 6)


def unpack(blob: bytes, most: int | None = None) -> NDArray[np.int64]:
    """The ids of a packed bitmap in ascending order.

    `most`: the highest id that there can be; what holds more, or cannot be read, raises ValueError.
    """
    if not blob:
        return np.empty(0, dtype=np.int64)
    octets = zlib.decompress(blob) if most is None else _bounded(blob, most // 8 + 1)
    bits = np.unpackbits(np.frombuffer(octets, dtype=np.uint8), bitorder="little")
    return np.flatnonzero(bits)


def _bounded(blob: bytes, octets: int) -> bytes:
    reader = zlib.decompressobj()
    try:
        found = reader.decompress(blob, octets)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("a bitmap of more sites than there are")
    return found


def contains(blob: bytes, site_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each id whether it is in the packed bitmap."""
    found = np.zeros(site_ids.size, dtype=np.bool_)
    if blob:
        packed = np.frombuffer(zlib.decompress(blob), dtype=np.uint8)
        inside = site_ids < packed.size * 8
        ids = site_ids[inside]
        found[inside] = (packed[ids >> 3] >> (ids & 7).astype(np.uint8)) & 1
    return found
