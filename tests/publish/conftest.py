"""The history of told.py, written once."""

from pathlib import Path

import pytest

from tests.publish.told import tell
from tracker.store.query import Reader
from tracker.store.questions import defaults


def pytest_addoption(parser: pytest.Parser) -> None:
    """An environment that this one cannot be: see test_duckdb_on_the_file.py."""
    parser.addoption("--sqlite-duckdb", help="a Python with DuckDB 1.5.5 and its sqlite extension")


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file; never write it."""
    return tell(tmp_path_factory.mktemp("told") / "told.sqlite")


@pytest.fixture(scope="session")
def put_in(told: Path) -> dict[str, str]:
    """What the questions are filled with."""
    with Reader(told) as reader:
        return defaults(reader)
