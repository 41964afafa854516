"""The farm, and what runs a client on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.benchmarks.crawl.farm.farm import Farm, Place
from tests.benchmarks.crawl.running import Runner

NAMES_DELAY = 30
"""Milliseconds after which the name server of the realistic mix answers."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How large and how often; where another farm is."""
    parser.addoption("--hosts", type=int, default=500, help="sites that each client of the benchmarks visits")
    parser.addoption("--rounds", type=int, default=3, help="rounds in which the clients take turns")
    parser.addoption("--queued", type=int, default=100_000, help="sites of the engine's benchmark without a network")
    parser.addoption("--farm", metavar="JSON", type=Path, help="where a farm is already (farm.farm.Place, as JSON)")


@pytest.fixture
def place(pytestconfig: pytest.Config, start_farm: Callable[[bool], Farm]) -> Place:
    """Sites that answer at once."""
    given = pytestconfig.getoption("farm")
    return Place.read(given) if given else start_farm(False).place


@pytest.fixture
def slow_place(pytestconfig: pytest.Config, start_farm: Callable[[bool], Farm]) -> Place:
    """Sites that take their time, fail, or are hostile."""
    given = pytestconfig.getoption("farm")
    return Place.read(given) if given else start_farm(True).place


@pytest.fixture
def start_farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Farm]]:
    """Starts a farm for one benchmark, so that nothing idle stands beside the next."""
    started: list[Farm] = []

    def start(slow: bool) -> Farm:
        farm = Farm(tmp_path_factory.mktemp("farm"), slow=slow, delay=NAMES_DELAY if slow else 0)
        started.append(farm.__enter__())
        return farm

    yield start
    for farm in started:
        farm.__exit__(None, None, None)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Runs clients."""
    return Runner(tmp_path)
