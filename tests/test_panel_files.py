"""Lists that users bring: every layout, and one clear line for each mistake."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.errors import PanelError
from tracker.reference import panel


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str | bytes, name: str = "mine.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "example.com\nBücher.example\n",
        "# my list\n\nexample.com\n   \n  # more\nbücher.example",
        "\ufeffEXAMPLE.com.\r\nxn--bcher-kva.example\r\n",
        "example.com\rbücher.example\r",
        "host\nexample.com\nbücher.example\n",
        "Site,comment\nexample.com,one\nbücher.example,two\n",
        'name,Domain\n"One, Two",example.com\nx, bücher.example \n',
        "1,example.com\n2,bücher.example\n",
        "# Tranco\n1,example.com\r\n2,bücher.example\r\n",
    ],
)
@pytest.mark.parametrize("name", ["mine.txt", "mine.csv"])
def test_layouts(written: Callable[..., Path], text: str, name: str) -> None:
    read = panel(written(text, name))
    assert [member.host for member in read.members] == ["example.com", "xn--bcher-kva.example"]


def test_columns_and_ranks(written: Callable[..., Path]) -> None:
    text = "rank,site,sector,country,language,extra\n7,example.com,news,DE,de,x\n,example.org,,,,\n"
    one, two = panel(written(text)).members
    assert (one.rank, one.sector, one.country, one.language) == (7, "news", "DE", "de")
    assert (two.rank, two.sector, two.country, two.language) == (None, "", "", "")
    assert [member.rank for member in panel(written("1,example.com\n3,example.org\n")).members] == [1, 3]


def test_header_comments(written: Callable[..., Path]) -> None:
    about = (
        "# title: My list\n# source: me\n# list_id: v1\n# compiled: 2026-01-02\n# note: hello\n"
        "# population: the web\n# is_sample: true\n"
    )
    read = panel(written(about + "example.com\n# title: too late\n"))
    assert (read.name, read.title, read.source, read.list_id) == ("mine", "My list", "me", "v1")
    assert (read.compiled, read.population, read.is_sample) == ("2026-01-02", "the web", True)


def test_what_a_bare_list_says_of_itself(written: Callable[..., Path]) -> None:
    path = written("example.com\n")
    os.utime(path, (0, 86_400 * 365))
    read = panel(str(path))
    assert (read.name, read.title, read.source) == ("mine", "mine", "mine.csv")
    assert read.list_id.startswith("sha256:")
    assert (read.compiled, read.population, read.is_sample) == ("1971-01-01", None, False)
    assert panel(written("example.org\n")).list_id != read.list_id


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("example.com\nhttps://example.org/\n", 2, "holds a scheme: write the host alone"),
        ("example.com\nnot a host\n", 2, "no host name"),
        ("example.com\n192.0.2.1\n", 2, "IP address"),
        ("\n# x\nexample.com:80\n", 3, "holds a port"),
        ("example.com\n\nb.example\nEXAMPLE.com.\n", 4, "example.com stands on line 1 already"),
        ("host,rank\nexample.com,first\n", 2, "rank 'first' is no whole number"),
        ("host,rank\nexample.com,0\n", 2, "rank '0' is no whole number"),
        ("host,rank\nexample.com\n", 2, "1 cells where 2 belong"),
        ("host\nexample.com,2\n", 2, "2 cells where 1 belong"),
        ("1,example.com\n2,example.org,x\n", 2, "3 cells where 2 belong"),
        ("1,example.com\nexample.org,2\n", 2, "rank 'example.org'"),
        ("host,rank\n,1\n", 2, "the host is empty"),
        ("host,rank\n,\n", 2, "the host is empty"),
        ("example.com,news\n", 1, "2 cells where 1 belong"),
        ("# compiled: yesterday\nexample.com\n", 1, "write it as 2026-11-22"),
        ("# is_sample: perhaps\nexample.com\n", 1, "write true or false"),
        ('host,note\nexample.com,"open\n', 2, "not valid CSV"),
    ],
)
def test_bad_line(written: Callable[..., Path], text: str, line: int, reason: str) -> None:
    path = written(text)
    with pytest.raises(PanelError, match=reason) as caught:
        panel(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names no site: write one host a line"),
        ("# only a comment\n", "names no site"),
        ("host,rank\n", "names no site"),
        ("# is_sample: yes\nexample.com\n", "a sample needs its population"),
        (b"\x1f\x8b\x08\xff", "is not UTF-8 text: unpack it"),
    ],
)
def test_bad_file(written: Callable[..., Path], text: str | bytes, reason: str) -> None:
    with pytest.raises(PanelError, match=reason):
        panel(written(text))


def test_folder_and_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(PanelError, match="Is a directory"):
        panel(tmp_path)
    with pytest.raises(PanelError, match="no panel top-1m: no such file, and the named ones are starter, starter-100"):
        panel("top-1m")
