"""Fixtures for every suite: a clean environment, a few agents, databases that cost nothing to make."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tracker.core.agents import Agent, Kind, Purpose


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often the slow test of killed crawls kills."""
    parser.addoption("--crawl-kills", type=int, default=100, help="kills of tests/crawl/test_kills.py (with -m slow)")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the settings or the working folder of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def agent(name: str, **more: object) -> Agent:
    """A made-up registry row."""
    facts = {"operator": "Nobody", "source": "https://agents.example/", "checked": "2026-01-01", **more}
    return Agent(name, (name,), purpose=Purpose.TRAINING, kind=Kind.CRAWLER, **facts)  # type: ignore[arg-type]


AGENTS = (
    agent("GPTBot", valid_from="2023-08-07", headline=True),
    agent("CCBot"),
    agent("Google-Extended", falls_back_to=("Googlebot",)),
    agent("AI2Bot"),
    agent("Stubborn", obeys_star=False),
)


@pytest.fixture(scope="session")
def agents() -> tuple[Agent, ...]:
    """Five agents: dated, undated, one that falls back, one with a digit, one that ignores `*`."""
    return AGENTS


@pytest.fixture(scope="session")
def empty_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with the agents and nothing else; copy it, never write it."""
    from tracker.store.write import Writer

    path = tmp_path_factory.mktemp("template") / "history.sqlite"
    Writer(path, AGENTS).close()
    return path


@pytest.fixture(scope="session")
def fresh_file(empty_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Path]]:
    """Gives a new empty history file at each call (usable under Hypothesis, where fixtures live too long)."""
    folder = tmp_path_factory.mktemp("histories")
    made: list[Path] = []

    def fresh() -> Path:
        path = folder / f"{len(made)}.sqlite"
        shutil.copyfile(empty_history, path)
        connection = sqlite3.connect(path)
        with connection:  # each copy is a history of its own
            connection.execute("UPDATE meta SET value = ? WHERE key = 'history_id'", (uuid4().hex,))
        connection.close()
        made.append(path)
        return path

    yield fresh
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def fresh_history(fresh_file: Callable[[], Path]) -> Callable[[], Path]:
    """As `fresh_file`; the store's tests run on other engines too."""
    return fresh_file


@pytest.fixture
def database(fresh_history: Callable[[], Path]) -> Path:
    """A new empty history file."""
    return fresh_history()
