"""The event loop that crawls run on."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

try:
    import uvloop

    _new_loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
except ImportError:  # no wheels for Windows
    _new_loop = asyncio.new_event_loop

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Like asyncio.run, on uvloop where there is one: asyncio's TLS keeps 256 KB for every connection."""
    with runner() as one:
        return one.run(main)


def runner() -> asyncio.Runner:
    """A runner for many calls on one such loop, as a context manager."""
    return asyncio.Runner(loop_factory=_new_loop)
