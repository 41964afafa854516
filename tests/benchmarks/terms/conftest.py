"""Which labelled folder the benchmarks of the terms side score."""

from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "corpus" / "terms"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The folder, in the format of `tests.benchmarks.terms.folder`."""
    parser.addoption("--terms-folder", metavar="FOLDER", help="score this labelled folder, not the made-up corpus")
    parser.addoption("--terms-details", action="store_true", help="print every miss with its words")


@pytest.fixture(scope="session")
def terms_folder(pytestconfig: pytest.Config) -> Path:
    """The folder to be scored."""
    folder = Path(pytestconfig.getoption("terms_folder", None) or CORPUS)
    if not folder.is_dir():
        pytest.skip(f"{folder} is no folder")
    return folder


@pytest.fixture(scope="session")
def details(pytestconfig: pytest.Config) -> bool:
    """Whether every miss is printed."""
    return bool(pytestconfig.getoption("terms_details", False))
