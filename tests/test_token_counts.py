"""A user's CSV of token counts: what is read, what is set aside, what is refused and in which words."""

import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import ReferenceDataError
from tracker.reference.token_counts import read_token_counts

HOSTS = ("a.example", "www.b.example", "c.example")


def write(folder: Path, data: str | bytes) -> Path:
    path = folder / "counts.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_plain(tmp_path: Path) -> None:
    path = write(tmp_path, "domain,tokens\na.example,100\nother.example,300\n")
    counts = read_token_counts(path, HOSTS)
    assert (counts.source, counts.column, counts.tokens) == ("counts.csv", "tokens", {"a.example": 100})
    assert (counts.total, counts.rows, counts.coverage) == (400, 2, 0.25)
    assert (counts.nameless, counts.repeated, counts.beneath) == (0, 0, 0)


def test_the_columns_of_the_data_provenance_initiative(tmp_path: Path) -> None:
    """Its list has hosts with www. under `url`, a column for each corpus, and a data set among the domains."""
    path = write(
        tmp_path,
        "url,c4_tokens,rf_tokens,dolma_tokens\nwww.a.example,5,1,7\nb.example,10,0,2\n"
        "forums.c.example,20,30,4\nstack-dedup,0,0,1000\n",
    )
    with pytest.raises(
        ReferenceDataError, match=r"several columns of tokens \(c4_tokens, rf_tokens, dolma_tokens\): c"
    ):
        read_token_counts(path, HOSTS)
    counts = read_token_counts(path, HOSTS, column="Dolma_Tokens")
    assert counts.tokens == {"a.example": 7, "www.b.example": 2}
    # A subdomain has a robots.txt of its own.
    assert (counts.beneath, counts.total) == (4, 1013)
    assert (counts.nameless, counts.nameless_tokens, counts.first_nameless) == (1, 1000, 5)


@pytest.mark.parametrize(
    "text",
    [
        "﻿Domain,Tokens\nA.Example.,100\n",
        '"domain","tokens"\r\n"a.example","100"\r\n',
        "# mine\n\nHost, Token_Count\n  a.example , 100.0 \n\n",
        'site,name,tokens\nhttps://a.example/,"Of A, the first",1e2\n',
        "origin,total tokens\nhttp://a.example,100\n",
        "domain,tokens\na.example,100",
    ],
)
def test_spellings(tmp_path: Path, text: str) -> None:
    assert read_token_counts(write(tmp_path, text), HOSTS).tokens == {"a.example": 100}


def test_an_international_name(tmp_path: Path) -> None:
    path = write(tmp_path, "domain,tokens\nBücher.example,3\n")
    assert read_token_counts(path, ["xn--bcher-kva.example"]).tokens == {"xn--bcher-kva.example": 3}


def test_a_site_that_stands_twice_is_summed_and_said(tmp_path: Path) -> None:
    path = write(tmp_path, "domain,tokens\na.example,1\nwww.a.example,2\nA.example,4\nx.example,1\nx.example,1\n")
    counts = read_token_counts(path, HOSTS)
    assert (counts.tokens, counts.repeated, counts.total) == ({"a.example": 7}, 2, 9)


BAD = {
    "-1": "'-1' is negative: tokens are at least 0",
    "nan": "'nan' is no whole number: write digits, such as 12345",
    "inf": "'inf' is no whole number",
    "1e400": "more tokens than a domain can have (at most 1e18)",
    "1000000000000000001": "more tokens than a domain can have",
    "1.5": "'1.5' is no whole number",
    "1.234": "'1.234' has separators of thousands: write the digits alone",
    "1 234": "'1 234' has separators of thousands",
    '"1,234"': "'1,234' has separators of thousands",
    "": "empty: write the number of tokens, or leave the row out",
    "1_000": "'1_000' is no whole number",
    "١٢": "is no whole number",
    "many": "'many' is no whole number",
    "9" * 60_000: f"'{'9' * 40}' is no whole number",
}


@pytest.mark.parametrize("cell", BAD, ids=lambda cell: cell[:8])
def test_a_number_that_is_none(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path, f"domain,tokens\nc.example,1\na.example,{cell}\n")
    with pytest.raises(ReferenceDataError) as refused:
        read_token_counts(path, HOSTS)
    assert str(refused.value).startswith(f"{path}:3: tokens: ")
    assert BAD[cell] in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", " is empty: begin with a header line such as domain,tokens"),
        (b"\n\n# nothing\n", " is empty"),
        (b"domain,tokens\n", ":1: no row follows the header line"),
        (b"a.example,100\n", ":1: no column domain or host or site or url or origin: begin with a header line"),
        (b"domain,words\na.example,1\n", ":1: no column tokens: name the column with --tokens-column; there are dom"),
        (b"domain;tokens\na.example;1\n", ":1: ';' parts the cells of this file: part them by commas"),
        (b"domain,tokens,tokens\na.example,1,2\n", ":1: several columns of tokens (tokens, tokens)"),
        (b"domain,tokens\na.example,1,234\n", ":2: 3 cells where 2 belong (no separators of thousands?)"),
        (b"domain,tokens\na.example\n", ":2: 1 cells where 2 belong"),
        ("domain,tokens\nbücher.example,1\n".encode("latin-1"), ":2: not UTF-8 text: unpack the file, or save it"),
        ("domain,tokens\na.example,1\n".encode("utf-16"), ":1: not UTF-8 text"),
        (b"\x1f\x8b\x08\x00domain", ":1: not UTF-8 text: unpack the file"),
        (b'domain,tokens\n"a.example,1\nc.example,2\n', ":2: not valid CSV (unexpected end of data): check the quot"),
        (b"domain,tokens\na.example,0\n", ": all tokens are 0 in column 'tokens'"),
        (b"domain,tokens\nstack,1\n1.2.3.4,5\n", ":2: none of its 2 rows names a site: write one domain a line"),
        (b"domain,tokens\n" + b"a" * 70_000, ":2: a line of more than 65,536 bytes: is this a list of domains?"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, data: bytes, words: str) -> None:
    path = write(tmp_path, data)
    with pytest.raises(ReferenceDataError) as refused:
        read_token_counts(path, HOSTS)
    assert str(refused.value).startswith(f"{path}{words}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("rf_token", ":1: no column 'rf_token' (did you mean rf_tokens?); there are url, c4_"),
        ("x", "two columns of it"),
    ],
)
def test_a_column_that_is_none(tmp_path: Path, column: str, words: str) -> None:
    path = write(tmp_path, "url,c4_tokens,rf_tokens,x,x\na.example,1,2,3,4\n")
    with pytest.raises(ReferenceDataError) as refused:
        read_token_counts(path, HOSTS, column=column)
    assert words in str(refused.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"gone\.csv cannot be read: No such file"):
        read_token_counts(tmp_path / "gone.csv", HOSTS)
    with pytest.raises(ReferenceDataError, match="cannot be read: Is a directory"):
        read_token_counts(tmp_path, HOSTS)


def test_an_endless_file_is_left_at_its_first_line() -> None:
    with pytest.raises(ReferenceDataError, match=r"^/dev/zero:1: a line of more than"):
        read_token_counts(Path("/dev/zero"), HOSTS)


def long(path: Path, rows: int) -> Path:
    path.write_text("domain,tokens\n" + "".join(f"site-{n}.example,{n}\n" for n in range(rows)))
    return path


def test_memory_is_bounded_by_the_panel(tmp_path: Path) -> None:
    path = long(tmp_path / "long.csv", 20_000)
    tracemalloc.start()
    counts = read_token_counts(path, ["site-7.example"])
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (counts.rows, counts.tokens) == (20_000, {"site-7.example": 7})
    assert peak < path.stat().st_size / 2


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    path = long(tmp_path / "long.csv", 101_000)
    told: list[tuple[int, int]] = []
    read_token_counts(path, ["site-7.example"], advance=lambda done, total: told.append((done, total)))
    ((done, total),) = told
    assert 0 < done < total == path.stat().st_size


@given(st.binary(max_size=200))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"domain,tokens\n" + data)
    with suppress(ReferenceDataError):
        counts = read_token_counts(path, HOSTS)
        assert counts.covered + counts.beneath + counts.nameless_tokens <= counts.total
