"""Stored bytes unpacked, in bounded memory: a history handed over by a stranger may hold a bomb for a file."""

import zstandard

_MOST = 64 << 20  # octets: a hundred times what is ever taken from a site


class NotWhole(ValueError):
    """The stored bytes cannot be unpacked to what the row beside them promises."""


def unpack(data: bytes, size: int) -> bytes:
    """The `size` octets that `data` (one zstd frame) holds; never more than that is made. Raises NotWhole."""
    if not 0 <= size <= _MOST:
        raise NotWhole(f"{size} octets cannot be the size of a file")
    try:
        reader = zstandard.ZstdDecompressor().stream_reader(data)
        found = reader.read(size)
        if len(found) < size or reader.read(1):
            raise NotWhole(f"does not unpack to {size} octets")
    except (zstandard.ZstdError, MemoryError) as error:
        raise NotWhole(f"cannot be unpacked ({error})") from error
    return found
