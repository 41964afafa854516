"""A history of a made-up web, filled once for all benchmarks of a run; see `tests.benchmarks.store.synthetic`."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.store.filling import fill
from tests.benchmarks.store.synthetic import Web
from tracker import reference
from tracker.core.agents import Agent


def pytest_addoption(parser: pytest.Parser) -> None:
    """How large the history is; 10,000 sites over 365 days is what the targets are about."""
    parser.addoption("--sites", type=int, default=1_000, help="sites of the benchmarks' history")
    parser.addoption("--days", type=int, default=60, help="daily crawls of the benchmarks' history")
    parser.addoption("--keep", metavar="FOLDER", help="keep the benchmarks' history in this folder, and use it again")


@pytest.fixture(scope="session")
def agents() -> Sequence[Agent]:
    """Sixty agents of the registry."""
    return reference.agents()[:60]


@pytest.fixture(scope="session")
def web(pytestconfig: pytest.Config, agents: Sequence[Agent]) -> Web:
    """The web that was crawled."""
    return Web(pytestconfig.getoption("sites"), pytestconfig.getoption("days"), agents)


@pytest.fixture(scope="session")
def history(pytestconfig: pytest.Config, web: Web, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history of its crawls; copy it, never write it."""
    kept = pytestconfig.getoption("keep")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("history")
    path = folder / f"{web.sites}x{web.days}.sqlite"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        fill(unfinished, web)
        unfinished.rename(path)
    return path
