"""Imports of CSV and JSON Lines tables, as people write them and as they go wrong."""

import base64
import csv
import io
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.sources.asking import ask, states, whole_history
from tests.sources.warcs import HTML, OPEN, SHUT
from tests.store.histories import content, dump
from tracker.core.outcomes import Outcome, classify_file
from tracker.errors import SourceError
from tracker.sources.intake import Report
from tracker.sources.moments import moment
from tracker.sources.rows import BadRow, RowReader
from tracker.sources.scope import scope_of
from tracker.sources.tables import import_tables
from tracker.store.captures import Answer, Failure
from tracker.store.query import Reader
from tracker.store.write import Writer

A, B, C = "a.example", "b.example", "c.example"


def bring_in(
    database: Path,
    *paths: Path | str,
    form: str = "",
    panel: str | None = None,
    stdin: bytes = b"",
    sites: Sequence[str] = (),
) -> Report:
    form = form or ("jsonl" if str(paths[0]).endswith("jsonl") else "csv")
    with Writer(database, AGENTS) as writer, Reader(database) as reader:
        scope = scope_of(reader, "csv", panel, sites)
        return import_tables(writer, [str(path) for path in paths], form, scope, io.BytesIO(stdin))


def table(folder: Path, text: str, name: str = "captures.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_way_to_say_what_was_seen(database: Path, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "c.txt").write_bytes(SHUT)
    text = (
        "site,at,status,body,path,body_base64\n"
        'A.Example,2024-01-01,,"User-agent: *\nDisallow: /",,\n'
        f"b.example,1704067200,200,,,{base64.b64encode(SHUT).decode()}\n"
        "c.example,2024-01-01T02:00:00+02:00,,,files/c.txt,\n"
        "d.example,2024-01-01 00:00:00.5,404,,,\n"
        "e.example,2024-01-01,503,,,\n"
        "f.example,2024-01-01,200,,,\n"
        f'g.example,2024-01-01,200,"{HTML.decode()}",,\n'
        'h.example,2024-01-01,403,"<title>Just a moment...</title>",,\n'
        "i.example,2024-01-01,301,,,\n"
    )
    report = bring_in(database, table(tmp_path, text))
    assert report.as_json() == {
        "source": "csv:csv",
        "panel": "csv",
        "captures": 9,
        "imported": 8,
        "answers": 4,
        "absences": 1,
        "failures": 3,
        "known": 0,
        "sites": 8,
        "skipped": {"status 3xx: a redirect is no answer of the site": 1},
    }
    assert states(database) == [
        (A, "blocked", "2024-01-01", None),
        (B, "blocked", "2024-01-01", None),
        (C, "blocked", "2024-01-01", None),
        ("d.example", "allowed", "2024-01-01", None),
        ("f.example", "allowed", "2024-01-01", None),
    ]
    failures = ask(database, "SELECT site, kind FROM failures ORDER BY site")
    assert failures == [("e.example", "http_503"), ("g.example", "not_robots"), ("h.example", "challenge")]
    refs = ask(database, "SELECT ref FROM captures WHERE site IN ('a.example', 'b.example') ORDER BY site")
    assert refs == [("captures.csv:2",), ("captures.csv:4",)]


def test_json_lines_say_the_same(database: Path, tmp_path: Path, fresh_history: Callable[[], Path]) -> None:
    rows = [
        {"site": A, "at": "2024-01-01", "body": SHUT.decode()},
        {"site": A, "at": 1_706_745_600, "status": 404},
        {"site": A, "at": 1_709_251_200.5, "status": "200", "body": "", "path": None},
    ]
    lines = "\n".join(json.dumps(row) for row in rows) + "\n\n"
    bring_in(database, table(tmp_path, lines, "captures.jsonl"))
    assert states(database) == [(A, "blocked", "2024-01-01", "2024-02-01"), (A, "allowed", "2024-02-01", None)]
    other = fresh_history()
    out = io.StringIO()
    writer = csv.DictWriter(out, ["at", "body", "site", "status"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    bring_in(other, "-", stdin=out.getvalue().encode("utf-8-sig"))
    assert whole_history(other) == whole_history(database)


BAD_ROWS = [
    ("nowhere,2024-01-01,404,,,", "site: 'nowhere' has no dot"),
    (",2024-01-01,404,,,", "site: missing"),
    ("https://b.example,2024-01-01,404,,,", "site: 'https://b.example' holds a scheme"),
    ("b.example,yesterday,404,,,", "at: 'yesterday' is no time"),
    ("b.example,2024-02-30,404,,,", "at: '2024-02-30' is no time"),
    ("b.example,1704067200000,404,,,", "at: '1704067200000' is no time"),
    ("b.example,99999999999,404,,,", "at: '99999999999' lies in the future"),
    ("b.example,2999-01-01,404,,,", "at: '2999-01-01' lies in the future"),
    ("b.example,1970-01-02,404,,,", "at: '1970-01-02' is before 1994"),
    ("b.example,,404,,,", "at: missing"),
    ("b.example,2024-01-01,,,,", "body: nothing says what was seen"),
    ("b.example,2024-01-01,OK,,,", "status: 'OK' is no final HTTP status"),
    ("b.example,2024-01-01,100,,,", "status: '100' is no final HTTP status"),
    ("b.example,2024-01-01,,x,y,", "path: give only one of"),
    ("b.example,2024-01-01,,,,%%%", "body_base64: no base64"),
    ("b.example,2024-01-01,,,missing.txt,", "path: 'missing.txt' is no file in"),
    ("b.example,2024-01-01,,,../secret.txt,", "path: '../secret.txt' leads out of the table's folder"),
    ("b.example,2024-01-01,,,/etc/hostname,", "path: '/etc/hostname' leads out of the table's folder"),
    ("b.example,2024-01-01,,,link,", "path: 'link' leads out of the table's folder"),
    ("b.example,2024-01-01,,,.,", "path: '.' is no file in"),
    ("b.example,2024-01-01,,,a\0b,", "path: 'a\\x00b' cannot be read"),
    ("b.example,2024-01-01,404", "3 cells where 6 belong"),
    ('b.example,2024-01-01,404,"x"y,,', "not valid CSV"),
]


@pytest.mark.parametrize(("row", "message"), BAD_ROWS, ids=[message[:40] for _, message in BAD_ROWS])
def test_a_bad_row_is_named_and_a_second_run_completes_the_rest(
    row: str, message: str, database: Path, tmp_path: Path, fresh_history: Callable[[], Path]
) -> None:
    (tmp_path / "secret.txt").write_bytes(SHUT)
    folder = tmp_path / "table"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret.txt")
    head = "site,at,status,body,path,body_base64\na.example,2024-01-01,404,,,\n"
    rest = "\nc.example,2024-01-01,404,,,\n"
    path = table(folder, head + row + rest)
    with pytest.raises(SourceError) as caught:
        bring_in(database, path)
    said = str(caught.value)
    assert said.startswith(f"{path}:3: {message}")
    assert "1 of 1 captures imported" in said
    assert "\n" not in said
    assert states(database) == [(A, "allowed", "2024-01-01", None)]
    table(folder, head + "b.example,2024-01-01,404,,," + rest)
    bring_in(database, path)
    straight = fresh_history()
    bring_in(straight, path)
    assert content(database) == content(straight)
    assert len(states(database)) == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ":1: empty"),
        (b"\n\n", ":1: no column site"),
        (b"site,status\n", ":1: no column at"),
        (b"site,at,colour\n", ":1: column 'colour' is unknown, use site, at"),
        (b"site,at,site\n", ":1: column 'site' stands twice"),
        (b"site,at,body\na.example,2024-01-01,\xff\xfe\n", ":2: not UTF-8 text"),
        (b"\xff\xfes\0i\0t\0e\0", ":1: not UTF-8 text"),
        (b'site,at,body\na.example,2024-01-01,"never closed\nmore\n', ":2: not valid CSV (unexpected end of data)"),
        (b"PK\x03\x04" + bytes(100), ":1: no column site"),
        (b"site,at,body\n" + b"x" * (17 * 1024 * 1024), ":2: a line of more than"),
    ],
)
def test_what_is_no_table(data: bytes, message: str, database: Path, tmp_path: Path) -> None:
    path = tmp_path / "captures.csv"
    path.write_bytes(data)
    before = dump(database)["sighting"]
    with pytest.raises(SourceError) as caught:
        bring_in(database, path)
    assert f"{path}{message}" in str(caught.value)
    assert dump(database)["sighting"] == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", ":1: not valid JSON"),
        ("[1]", ":1: no object"),
        ("[" * 200_000, ":1: not valid JSON"),
        ('{"site": 7, "at": 0}', ":1: site: missing"),
        ('{"site": "a.example", "at": true}', ":1: at: missing"),
        ('{"site": "a.example", "at": 1e999}', ":1: at: 'inf' is no time"),
        ('{"site": "a.example", "at": "2024-01-01", "colour": 1}', ":1: colour: unknown column"),
        ('{"site": "a.example", "at": "2024-01-01", "body": 7}', ":1: body: 7 is no text"),
        ('{"site": "a.example", "at": "2024-01-01", "status": true}', ":1: status: True is no final"),
        ('{"site": "a.example", "at": ' + "9" * 5000 + "}", ":1: not valid JSON"),
    ],
)
def test_bad_json(line: str, message: str, database: Path, tmp_path: Path) -> None:
    path = table(tmp_path, line + "\n", "captures.jsonl")
    with pytest.raises(SourceError) as caught:
        bring_in(database, path)
    assert f"{path}{message}" in str(caught.value)


def test_stdin_has_no_folder(database: Path) -> None:
    with pytest.raises(SourceError, match="stdin:2: path: a table from stdin has no folder"):
        bring_in(database, "-", stdin=b"site,at,path\na.example,2024-01-01,x\n")


def test_again_and_changed(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(SHUT)
    path = table(tmp_path, "site,at,path\na.example,2024-01-01,a.txt\n")
    bring_in(database, path)
    before = dump(database)
    bring_in(database, path)
    assert dump(database) == before
    (tmp_path / "a.txt").write_bytes(OPEN)  # the table is the same, what it names is not
    bring_in(database, path)
    assert len(ask(database, "SELECT * FROM bodies")) == 2


def test_half_a_surrogate_pair_is_no_text_of_a_server(database: Path, tmp_path: Path) -> None:
    line = json.dumps({"site": A, "at": "2024-01-01", "body": "User-agent: *\nDisallow: /\ud800"})
    bring_in(database, table(tmp_path, line, "captures.jsonl"))
    assert ask(database, "SELECT body_bytes FROM captures") == [(len(SHUT),)]


# --- Any rows ---

FIRST, LAST = int(datetime(1994, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
TIMES = st.integers(FIRST, LAST).map(lambda at: datetime.fromtimestamp(at, UTC))
TEXTS = st.one_of(st.sampled_from([OPEN.decode(), SHUT.decode(), HTML.decode(), ""]), st.text(max_size=60))


@given(TIMES, st.sampled_from(["iso", "z", "space", "date", "epoch", "offset"]))
def test_times_in_every_spelling(at: datetime, spelling: str) -> None:
    if spelling == "date":
        at = at.replace(hour=0, minute=0, second=0)
    text = {
        "iso": at.isoformat(),
        "z": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "space": at.strftime("%Y-%m-%d %H:%M:%S"),
        "date": at.date().isoformat(),
        "epoch": str(int(at.timestamp())),
        "offset": at.isoformat().replace("+00:00", "+0000"),
    }[spelling]
    assert moment(text) == int(at.timestamp())


@given(st.text(max_size=30))
def test_no_text_is_a_wrong_time(text: str) -> None:
    with suppress(ValueError):
        assert moment("1994-01-01") <= moment(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["site", "at", "status", "body", "path", "body_base64", "x"]),
        st.one_of(
            st.none(),
            st.text(max_size=20),
            st.integers(),
            st.floats(),
            st.booleans(),
            st.lists(st.integers(), max_size=2),
            st.sampled_from([A, "2024-01-01", "404", "a.txt", "../a.txt", "QQ=="]),
        ),
    )
)
def test_any_row_is_read_or_refused_in_one_line(tmp_path: Path, row: dict[str, object]) -> None:
    said = ""
    try:
        read = RowReader(tmp_path).read(row, "t:1")
    except BadRow as error:
        read, said = None, str(error)
    assert "\n" not in said
    assert read is None or isinstance(read[1], Answer | Failure)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([A, B]), TIMES, TEXTS), min_size=1, max_size=6))
def test_what_is_written_is_what_is_read(
    fresh_history: Callable[[], Path], tmp_path: Path, rows: list[tuple[str, datetime, str]]
) -> None:
    """Both forms carry any text over, and the store holds each distinct readable body once."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["site", "at", "status", "body"])
    writer.writerows((site, at.isoformat(), "200", text) for site, at, text in rows)
    path = tmp_path / "t.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    lines = [json.dumps({"site": site, "at": at.timestamp(), "body": text}) for site, at, text in rows]
    from_csv, from_jsonl = fresh_history(), fresh_history()
    bring_in(from_csv, path)
    bring_in(from_jsonl, table(tmp_path, "\n".join(lines), "t.jsonl"))
    assert content(from_csv) == content(from_jsonl)
    # Of two in one second one stays, so a body may be held without being in force.
    readable = {text.encode() for *_, text in rows if classify_file(text.encode()).outcome is Outcome.OK}
    assert ask(from_csv, "SELECT COUNT(*) FROM bodies") == [(len(readable),)]
