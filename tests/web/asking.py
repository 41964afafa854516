"""A Fetcher for one question, over any transport."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any

import pytest

from tests.web.servers import Web
from tracker.core.outcomes import Observation
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run

LOOPBACK = (ip_network("127.0.0.0/8"),)

Ask = Callable[[str], Observation]


def transports() -> list[Any]:
    """The transports as parameters of a test; what is not installed is skipped."""
    missing = find_spec("pyreqwest") is None
    return ["default", pytest.param("fast", marks=pytest.mark.skipif(missing, reason="pyreqwest is not installed"))]


def settings_for(web: Web, **changes: Any) -> FetchSettings:
    """Settings that lead every name to the web, with patience for a test."""
    settings = FetchSettings(
        resolver=web.resolver(),
        ca_file=web.ca_file,
        allow_private=LOOPBACK,
        connect_timeout=2,
        read_timeout=2,
        total_timeout=4,
    )
    return replace(settings, **changes)


def look(web: Web, host: str, **changes: Any) -> Observation:
    """What a Fetcher made for this one question sees."""

    async def main() -> Observation:
        async with Fetcher(settings_for(web, **changes)) as fetcher:
            return await fetcher.robots(host)

    return run(main())
