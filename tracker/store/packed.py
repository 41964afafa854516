"""Stored bytes unpacked, in bounded memory: a history handed over by a stranger may hold a bomb for a file."""

import zstandard


class NotWhole(ValueError):
    """The stored bytes cannot be unpacked to what the row beside them promises."""


def unpack(data: bytes, size: int) -> bytes:
    """The `size` octets that `data` (one zstd frame) holds; never more than that is made. Raises NotWhole."""
    try:
        reader = zstandard.ZstdDecompressor().stream_reader(data)
        found = reader.read(size)
        if len(found) < size or reader.read(1):
            raise NotWhole(f"does not unpack to {size} octets")
    except (zstandard.ZstdError, MemoryError) as error:
        raise NotWhole(f"cannot be unpacked ({error})") from error
    return found
