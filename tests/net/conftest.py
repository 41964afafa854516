"""One web and one Fetcher for the many questions of a module."""

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from tests.net.hostile import Seen, ask_all
from tests.web import Ask, Web, settings_for, transports
from tracker.net.fetch import Fetcher


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture(scope="module", params=transports())
def transport(request: pytest.FixtureRequest) -> str:
    """Each kind of transport, where it is installed."""
    return str(request.param)


@pytest.fixture(scope="module", params=[uvloop, asyncio], ids=["uvloop", "asyncio"])
def ask(web: Web, transport: str, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """One Fetcher for many questions, as in a crawl, on each kind of loop."""
    with asyncio.Runner(loop_factory=request.param.new_event_loop) as runner:
        fetcher = runner.run(Fetcher(settings_for(web, transport=transport)).__aenter__())
        yield lambda host: runner.run(fetcher.robots(host))
        runner.run(fetcher.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def seen(web: Web, transport: str, request: pytest.FixtureRequest) -> Seen:
    """What one Fetcher sees of all sites in the TABLE of a module, with its CHANGES to the settings."""
    return ask_all(web, request.module.TABLE, transport, **getattr(request.module, "CHANGES", {}))
