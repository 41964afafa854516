"""A Fetcher for one question, over any transport."""

from collections.abc import Callable
from dataclasses import fields, replace
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any

from tests.web.servers import Web
from tracker.core.outcomes import Observation
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run

LOOPBACK = (ip_network("127.0.0.0/8"),)

Ask = Callable[[str], Observation]


def transports() -> list[str]:
    """The transports that can be tried here: "default", and "fast" where it is installed."""
    known = {field.name for field in fields(FetchSettings)}
    return ["default", "fast"] if "transport" in known and find_spec("pyreqwest") else ["default"]


def over(transport: str) -> dict[str, str]:
    """What to change in the settings to ask over a transport."""
    return {} if transport == "default" else {"transport": transport}


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
