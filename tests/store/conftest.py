"""The same tests on both engines: those of writing, querying and the views run on PostgreSQL too (marker postgres)."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.postgres import Server, running
from tests.store.damage import a_bit_of_everything
from tests.store.histories import Where, on_server
from tracker.store.write import Writer

BOTH_ENGINES = {
    "test_agent_dates",
    "test_claims",
    "test_handed_over",
    "test_exchanges",
    "test_forget",
    "test_orders",
    "test_pages",
    "test_panels",
    "test_probes",
    "test_queue",
    "test_restricted",
    "test_rounds",
    "test_signals",
    "test_site_histories",
    "test_terms",
    "test_terms_asking",
    "test_tokens",
    "test_views",
    "test_write",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the slow tests of crashes and of readers beside a writer go on."""
    parser.addoption("--kills", type=int, default=200, help="kills of tests/store/test_kills.py (with -m slow)")
    parser.addoption("--reading-seconds", type=float, default=60, help="of tests/store/test_readers.py (with -m slow)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of these modules once an engine."""
    if metafunc.module.__name__.rpartition(".")[2] in BOTH_ENGINES and "fresh_history" in metafunc.fixturenames:
        engines = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
        metafunc.parametrize("fresh_history", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for this run."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def server_template(server: Server) -> str:
    """A history with the agents and nothing else, to be copied."""
    url = server.create()
    Writer(url, AGENTS).close()
    return url


@pytest.fixture(scope="session")
def fresh_history(request: pytest.FixtureRequest) -> Iterator[Callable[[], Where]]:
    """As in tests/conftest.py, on the engine that the test runs on."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield request.getfixturevalue("fresh_file")
        return
    server = request.getfixturevalue("server")
    template = request.getfixturevalue("server_template")
    with on_server(server):
        yield lambda: server.create(template)


@pytest.fixture(scope="module")
def sound(fresh_file: Callable[[], Path]) -> Path:
    """A history with a bit of everything; copy it."""
    return a_bit_of_everything(fresh_file())


@pytest.fixture
def history(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copyfile(sound, tmp_path / "history.sqlite"))
