"""Options of the benchmarks."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/benchmarks/bench_robots.py reads."""
    parser.addoption("--robots-files", metavar="FOLDER", help="time the robots.txt files below it, not the corpus")
