"""Lists that users bring: every layout, and one clear line for each mistake."""

import gzip
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.core.hosts import normalise_host
from tracker.errors import PanelError
from tracker.reference import panel
from tracker.reference.panels import listed


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
        (b"\x1f\x8b\x08\xff", "cannot be read: Compressed file ended before"),
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


# --- The shapes of other people's rankings ---

MAJESTIC = (
    "GlobalRank,TldRank,Domain,TLD,RefSubNets,RefIPs,IDN_Domain,IDN_TLD,PrevGlobalRank,PrevTldRank,PrevRefSubNets,"
    "PrevRefIPs\n1,1,google.com,com,507,2,google.com,com,1,1,5,2\n2,2,xn--bcher-kva.example,example,4,2,b,e,2,2,4,2\n"
)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("1,google.com\r\n2,a.example\r\n", [("google.com", 1, ""), ("a.example", 2, "")]),
        (MAJESTIC, [("google.com", 1, ""), ("xn--bcher-kva.example", 2, "")]),
        (
            "origin,rank\nhttps://www.a.example,1000\nhttp://b.example,10000\n",
            [("www.a.example", 1000, ""), ("b.example", 10000, "")],
        ),
        ("domain\na.example\nb.example\n", [("a.example", None, ""), ("b.example", None, "")]),
        (
            'rank,domain,categories\n1,a.example,"Search Engines;Technology"\n2,b.example,\n',
            [("a.example", 1, "search engines"), ("b.example", 2, "")],
        ),
        ('"Rank","Domain","Open Page Rank"\n"1","a.example","10.00"\n', [("a.example", 1, "")]),
    ],
    ids=["tranco", "majestic", "crux", "radar", "radar-categories", "quoted"],
)
@pytest.mark.parametrize("packing", ["plain", "bom", "gzip", "zip", "zip-of-macos"])
def test_rankings(written: Callable[..., Path], text: str, members: list[tuple], packing: str) -> None:
    data = text.encode()
    read = panel(written(pack(data, packing), "list.csv.gz" if packing == "gzip" else "list.csv"))
    assert [(one.host, one.rank, one.sector) for one in read.members] == members
    assert read.name == "list"
    assert read.list_id == f"sha256:{hashlib.sha256(data).hexdigest()[:16]}"


def pack(data: bytes, how: str) -> bytes:
    if how == "bom":
        return b"\xef\xbb\xbf" + data
    if how == "gzip":
        return gzip.compress(data)
    if how.startswith("zip"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            if how == "zip-of-macos":
                archive.writestr("__MACOSX/._top-1m.csv", b"\0")
                archive.mkdir("lists")
            archive.writestr("lists/top-1m.csv", data)
        return packed.getvalue()
    return data


def test_http_and_https_of_a_host_are_one_site(written: Callable[..., Path]) -> None:
    text = (
        "origin,rank\nhttps://a.example,1000\nhttp://b.example,1000\nhttp://a.example,10000\nhttps://b.example,10000\n"
    )
    found = listed(written(text))
    assert [(one.host, one.rank) for one in found.panel.members] == [("a.example", 1000), ("b.example", 1000)]
    assert found.merged == 2
    with pytest.raises(PanelError, match=r":6: a.example stands on line 2 already"):
        panel(written(text + "http://a.example,10000\n"))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("origin,rank\na.example,1000\n", 2, "'a.example' is no origin: write it as https://example.com"),
        ("origin,rank\nftp://a.example,1000\n", 2, "is no origin"),
        ("origin,rank\nhttps://a.example:8443,1000\n", 2, "holds a port"),
        ("origin,rank\nhttps://a.example/x,1000\n", 2, "holds a path"),
        ("origin,rank\nhttps://192.0.2.1,1000\n", 2, "IP address"),
        ("1,com\n", 1, "'com' has no dot: write the full name, such as example.com; correct or delete the line; `trac"),
        ("1,a.example\n2,b.exa\x00mple\n", 2, "no host name"),
        ("host,rank\na.example,9999999999\n", 2, "no whole number from 1 to 999,999,999"),
        ("host,rank\na.example,２\n", 2, "no whole number"),
        ('host,sector\na.example,"one\ntwo"\n', 2, "no word or two of printable text"),
        ('# x\nhost,note\na.example,"one\ntwo"\nb.example,x\nc,x\n', 6, "no dot"),
        (f"host,country\na.example,{'x' * 81}\n", 2, "no word or two"),
        ("host;sector\na.example;news\n", 1, "';' parts the cells of this list: part them by commas"),
        ("a.example\tnews\n", 1, "part them by commas"),
        ("a.example\nb.example" + "x" * 70_000, 2, "longer than any list has them"),
        ("ü" * 60_000 + ".example\n", 1, "has 60008"),
        ("a.example\nb\xfccher.example\n".encode("latin-1"), 2, "not UTF-8 text"),
        ("# title: B\xfccher\na.example\n".encode("latin-1"), 1, "not UTF-8 text: save the list as UTF-8"),
        ("xn--bcher-kva.example\nbücher.example\n", 2, "xn--bcher-kva.example stands on line 1 already"),
        ("a.example\nA.Example.\n", 2, "a.example stands on line 1 already"),
    ],
)
def test_bad_line_of_a_ranking(written: Callable[..., Path], text: str | bytes, line: int, reason: str) -> None:
    path = written(text)
    with pytest.raises(PanelError) as caught:
        panel(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(path))


def test_bad_lines_are_left_out_by_reason(written: Callable[..., Path]) -> None:
    text = (
        "1,com\n2,a.example\n3,192.0.2.1\n4,A.example\n5,b.example:80\n6,net\n7,https://c.example\n8\nx,d.example\n"
        "10,b.example\n"
    )
    found = listed(written(text.encode() + b"11,b\xfc.example\n"), skip_bad=True)
    assert [(one.host, one.rank) for one in found.panel.members] == [("a.example", 2), ("b.example", 10)]
    assert {kind: (one.lines, one.first) for kind, one in found.skipped.items()} == {
        "cells": (1, 8),
        "duplicate": (1, 4),
        "encoding": (1, 11),
        "ip_address": (1, 3),
        "port": (1, 5),
        "rank": (1, 9),
        "single_label": (2, 1),
        "url": (1, 7),
    }
    with pytest.raises(PanelError, match="names no site"):
        listed(written("1,com\n2,net\n"), skip_bad=True)


def test_categories_fill_what_the_list_does_not_say(written: Callable[..., Path]) -> None:
    path = written("host,sector,country\na.example,news,\nb.example,,DE\nc.example,,\n")
    more = written("# mine\nlanguage,Host,sector\nde,A.example,shop\nen,b.example,Shop\nfr,z.example,x\n", "more.csv")
    found = listed(path, categories=more)
    assert [(one.sector, one.country, one.language) for one in found.panel.members] == [
        ("news", "", "de"),
        ("shop", "DE", "en"),
        ("", "", ""),
    ]
    assert (found.labelled, found.strangers) == (2, 1)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a.example,news\n", 1, "begins with a header: host,sector"),
        ("host\na.example\n", 1, "begins with a header"),
        ("host,sector\na.example,news\na.example,news\n", 3, "a.example stands twice"),
        ("host,sector\na.example\n", 2, "1 cells where 2 belong"),
        ("host,sector\na.example:1,x\n", 2, "holds a port"),
        (b"host,sector\na.example,caf\xe9\n", 2, "not UTF-8"),
    ],
)
def test_bad_categories(written: Callable[..., Path], text: str | bytes, line: int, reason: str) -> None:
    path, more = written("a.example\n"), written(text, "more.csv")
    with pytest.raises(PanelError, match=reason) as caught:
        listed(path, categories=more)
    assert str(caught.value).startswith(f"{more}:{line}: ")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: gzip.compress(b"a.example\n" * 50)[:-9], "cannot be read"),
        (lambda: pack(b"a.example\n", "zip")[:-30], "cannot be read: File is not a zip file"),
        (lambda: pack(b"a.example\n", "zip").replace(b"PK\x01\x02", b"PK\x01\x03"), "cannot be read"),
        (lambda: _zip({"a.csv": b"x", "b.csv": b"y"}), "a zip with 2 lists in it (a.csv, b.csv): unpack the one"),
        (lambda: _zip({}), "a zip with 2 lists in it (readme.md, other.md)"),
        (lambda: b"\xff\xfea\0.\0e\0x\0\n\0", "not UTF-8 text"),
    ],
)
def test_damaged_files(written: Callable[..., Path], make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(PanelError) as caught:
        panel(written(make()))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.md", b"a.example")
        for name, data in files.items():
            archive.writestr(name, data)
        if not files:
            archive.writestr("other.md", b"a.example")
    return packed.getvalue()


@pytest.mark.parametrize("line", [b"\0", b"\n", b"a.example\n"])
def test_bombs_end_early(written: Callable[..., Path], line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.reference.panels.lines.MOST_LINES", 20_000)
    monkeypatch.setattr("tracker.reference.panels.lines.MOST_BYTES", 1 << 20)
    bomb = gzip.compress(line * 50_000_000, 1)
    with pytest.raises(PanelError, match=r"more than 20,000 lines|longer than any list|more than 1 MB"):
        listed(written(bomb, "bomb.gz"), skip_bad=True)


@given(st.binary(max_size=400) | st.text('a.b,1\n\r"#: ;x/é\t', max_size=80).map(str.encode))
@example(b'"')
@example(b"host\n,")
def test_any_bytes_are_read_or_refused_in_one_line(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        for skip_bad in (False, True):
            try:
                members = listed(file.name, skip_bad=skip_bad).panel.members
            except PanelError as error:
                members, said = (), str(error)
            else:
                said = ""
            assert "\n" not in said
            assert bool(said) != bool(members)
            hosts = [one.host for one in members]
            assert hosts == [normalise_host(host) for host in hosts]
            assert len(set(hosts)) == len(hosts)
