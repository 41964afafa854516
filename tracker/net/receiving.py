"""How the default transport takes in bytes: aiohttp's protocol, but for what it makes of noise around an answer."""

from typing import Any

from aiohttp import ClientPayloadError, StreamReader
from aiohttp.client_proto import ResponseHandler

MOST_HEAD = 256 * 1024
"""Bytes of an answer that are taken in without being content: its head, those of interim answers, chunks, trailers."""

_END_OF_HEAD = b"\r\n\r\n"
# A body in chunks of one byte comes with five bytes of their framing for each.
_FRAMING = 8


class Receiver(ResponseHandler):
    """Keeps a complete answer whatever comes behind it, and notices at once where a body breaks off into noise.

    aiohttp's parser says nothing of an answer if bytes that are no HTTP follow it in the same packet (a Content-Length
    that counts too few, a body where there is none): it would depend on the timing whether a site answers. So each head
    is parsed by itself. And where a body cannot be parsed, its reader is not told, and would wait for the total time.

    A connection that brings more than `MOST_HEAD` bytes which are no content is dropped: aiohttp bounds a field of a
    header and their number, but not all of it together, and not the interim answers.
    """

    _body: StreamReader | None = None
    _idle = 0
    _refused = False

    def set_response_params(self, **params: Any) -> None:
        """A request is on its way: the next answer is awaited."""
        self._body = None
        self._idle = 0
        super().set_response_params(**params)

    def feed_data(self, data: Any, size: int = 0) -> None:
        """A head has been parsed, perhaps of an interim answer, after which another one comes: nobody reads those."""
        message, body = data
        if message.code == 101 or not 100 <= message.code < 200:
            self._body = body
            super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Bytes have come, or (without any) those held back are wanted."""
        if self._refused:
            return
        before = self._content
        self._take(data)
        if data:
            self._fail_body()
        self._idle = max(0, self._idle + len(data) - _FRAMING * (self._content - before))
        # Where reading is paused, content waits to be parsed.
        if self._idle > MOST_HEAD and not self._reading_paused and (self._body is None or not self._body.is_eof()):
            self._refuse()

    def _take(self, data: bytes) -> None:
        at = 0
        while self._awaits_head and (end := data.find(_END_OF_HEAD, at)) >= 0:
            end += len(_END_OF_HEAD)
            super().data_received(data[at:end])
            at = end
        if not at or (at < len(data) and self.exception() is None):
            super().data_received(data[at:] if at else data)

    @property
    def _awaits_head(self) -> bool:
        return self._body is None and self.exception() is None

    @property
    def _content(self) -> int:
        """Bytes of the body that have come."""
        return 0 if self._body is None else self._body.total_bytes

    def _fail_body(self) -> None:
        body, error = self._body, self.exception()
        if error is not None and body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(ClientPayloadError(str(error)), error)

    def _refuse(self) -> None:
        self._refused = True
        if self.exception() is None:
            self.set_exception(ClientPayloadError(f"more than {MOST_HEAD // 1024} KiB that are no content"))
        self._fail_body()
        if self.transport is not None:
            self.transport.abort()
