"""Fixtures for the tests of the core."""

import pytest

from tests.core.google import Ask, matcher


@pytest.fixture(scope="session")
def google() -> Ask:
    """Google's matcher, see `tests.core.google`."""
    return matcher()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long, and with which random numbers, tests/core/test_fuzz.py goes on."""
    parser.addoption("--fuzz-minutes", type=float, default=0.2, help="minutes of fuzzing (with -m slow)")
    parser.addoption("--fuzz-seed", type=int, default=0, help="seed of a fuzz run to repeat; 0: a new one")
