"""Reading a body under a cap on *inflated* bytes.

HTTP libraries inflate a whole network chunk at a time: 64 KiB of gzip become 66 MB before anyone can say
stop.
"""

import zlib
from collections.abc import AsyncIterator

_GZIP = 16 + zlib.MAX_WBITS
_SLACK = 64 * 1024


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says, or is in one that was not asked for."""


class CappedBody:
    """Collects a body until it is complete or more than `cap` inflated bytes were seen.

    `data` holds what arrived so far, at most `cap` bytes; `truncated` says that there was more. As gzip makes nothing
    much longer, a body that has not reached the cap with 64 KiB more than that on the wire is no good gzip: it may be
    members without content, without an end.
    """

    def __init__(self, encoding: str, cap: int) -> None:
        self._cap = cap
        self._kept = bytearray()
        self._begun = False
        self._left = cap + _SLACK
        self._inflater = _inflater_for(encoding)

    @property
    def data(self) -> bytes:
        """What arrived so far, at most `cap` bytes."""
        return bytes(memoryview(self._kept)[: self._cap])  # a slice would be one more copy

    @property
    def truncated(self) -> bool:
        """Whether more than the cap was offered."""
        return len(self._kept) > self._cap

    async def read(self, chunks: AsyncIterator[bytes]) -> None:
        """Take chunks as they come over the wire until the end or the cap; raises BadEncoding."""
        async for chunk in chunks:
            self._feed(chunk)
            if self.truncated:
                return
            if self._left < 0:
                raise BadEncoding("gzip that is longer than what is in it")
        # Many servers label an empty answer as gzip: nothing at all is an empty file, half a stream is not.
        if self._inflater and self._begun and not self._inflater.eof:
            raise BadEncoding("gzip stream ends early")

    def _feed(self, chunk: bytes) -> None:
        if self._inflater is None:
            self._kept += chunk[: self._room]
            return
        self._left -= len(chunk)
        while chunk and self._room:
            self._begun = True
            if self._inflater.eof:  # RFC 1952 section 2.2: members follow each other
                if not chunk.startswith(b"\x1f"):
                    return  # padding after the last member
                self._inflater = zlib.decompressobj(_GZIP)
            try:
                self._kept += self._inflater.decompress(chunk, self._room)
            except zlib.error as error:
                raise BadEncoding(f"not gzip: {error}") from None
            chunk = self._inflater.unconsumed_tail or self._inflater.unused_data

    @property
    def _room(self) -> int:
        """Bytes still wanted: one more than the cap, which proves that there was more."""
        return self._cap + 1 - len(self._kept)


def _inflater_for(encoding: str) -> "zlib._Decompress | None":
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(_GZIP)
    raise BadEncoding(f"content-encoding {encoding!r} was not asked for")
