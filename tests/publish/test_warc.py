"""Evidence as a web archive: what two independent readers find in it is what was seen."""

import contextlib
import gzip
import hashlib
import io
import json
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio_main

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.conftest import AGENTS
from tests.store.histories import BODIES, FAIL, HOSTS, START, Look, play
from tests.store.test_database import without_rights
from tracker.core.intervals import DAY
from tracker.errors import DatabaseError, QueryError
from tracker.publish.warc import captures_of_query, captures_of_site, write_warc
from tracker.sources.scope import scope_of
from tracker.sources.warc import import_warcs
from tracker.store.query import Reader
from tracker.store.write import Writer

NOW = datetime(2026, 11, 25, tzinfo=UTC)
REST = (None,) * (len(HOSTS) - 3)
LOOKS = [
    Look("own", START, ("open", "shut", "absent", *REST)),
    Look("own", START + DAY, ("GPTBot shut", "open", "absent", *REST)),
    Look("git", START + 2 * DAY, ("open", "open", FAIL, *REST)),
]
ALL = "SELECT site, body_sha256, first_seen FROM captures"


@pytest.fixture
def reader(database: Path):
    with Reader(play(database, LOOKS)) as opened:
        yield opened


def records(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """Every record as warcio reads it: type, headers, content."""
    with path.open("rb") as file:
        return [
            (one.rec_type, dict(one.rec_headers.headers), one.content_stream().read()) for one in ArchiveIterator(file)
        ]


def manifest(path: Path) -> list[dict]:
    return [json.loads(line) for line in Path(f"{path}.manifest.jsonl").read_text().splitlines()]


def test_both_readers_find_the_bytes_and_the_manifest_agrees(reader: Reader, tmp_path: Path) -> None:
    out = tmp_path / "all.warc.gz"
    report = write_warc(reader, captures_of_query(reader, ALL), out, now=NOW)
    *lines, last = manifest(out)
    assert (report.resources, report.revisits, report.absences) == (3, 2, 1)
    assert last["sha256"] == report.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert last["bytes"] == report.bytes == out.stat().st_size
    found = {headers["WARC-Record-ID"].strip("<>"): (kind, headers, data) for kind, headers, data in records(out)}
    for line in lines:
        kind, headers, data = found[line["record"]]
        assert kind == line["type"]
        assert headers["WARC-Date"] == line["at"]
        assert headers["WARC-Target-URI"] == f"https://{line['site']}/robots.txt"
        if kind == "resource":
            assert hashlib.sha256(data).hexdigest() == line["sha256"]
            assert len(data) == line["size"]
            assert headers["WARC-Payload-Digest"] == headers["WARC-Block-Digest"] == f"sha256:{line['sha256']}"
    assert not any("sha1" in str(headers) for _, headers, _ in found.values())
    with out.open("rb") as file:
        fast = {}
        for record in FastIterator(file, parse_http=False):
            assert record.verify_block_digest()
            fast[record.record_id.strip("<>")] = (record.record_type, record.stream_pos, record.reader.read())
    assert {name: data for name, (_, _, data) in fast.items()} == {name: data for name, (_, _, data) in found.items()}
    for line in lines:
        assert fast[line["record"]][1] == line["offset"]
        assert (fast[line["record"]][0] == WarcRecordType.resource) == (line["type"] == "resource")
    for kind, headers, _ in found.values():
        if kind == "revisit":
            first_kind, first, _ = found[headers["WARC-Refers-To"].strip("<>")]
            assert first_kind == "resource"
            assert first["WARC-Payload-Digest"] == headers["WARC-Payload-Digest"]
            assert first["WARC-Date"] == headers["WARC-Refers-To-Date"]


def test_our_own_import_reads_it_back(reader: Reader, fresh_history, tmp_path: Path) -> None:
    out, other = tmp_path / "all.warc.gz", fresh_history()
    write_warc(reader, captures_of_query(reader, ALL), out, now=NOW)
    with Writer(other, AGENTS) as writer, Reader(other) as reading:
        done = import_warcs(writer, reading, [out], scope_of(reading, "warc", None, ()))
    assert (done.broken, dict(done.report.skipped)) == ([], {})
    assert done.report.imported == 6
    what = "SELECT site, first_seen, body_sha256 FROM captures ORDER BY site, first_seen"
    with Reader(other) as again:
        assert again.sql(what).rows == reader.sql(what).rows


def test_warcio_check_is_clean_and_finds_a_flipped_byte(reader: Reader, tmp_path: Path) -> None:
    out = tmp_path / "all.warc.gz"
    write_warc(reader, captures_of_query(reader, ALL), out, now=NOW)

    def checked(path: Path) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = 0
            try:
                code = warcio_main(["check", "-v", str(path)]) or 0
            except SystemExit as error:
                code = int(error.code or 0)
        return code, said.getvalue()

    code, said = checked(out)
    assert code == 0
    assert said.count("digest pass") == 3 + 6 + 1  # resources, metadata of each capture, warcinfo
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(out.read_bytes()).replace(b"Disallow: /\n", b"Disallow: /x"))
    assert "digest failed" in checked(plain)[1]


def test_metadata_says_where_each_capture_is_from(reader: Reader, tmp_path: Path) -> None:
    out = tmp_path / "c.warc.gz"
    write_warc(reader, captures_of_site(reader, "c.example"), out, now=NOW, operator="me@example.org")
    (_, info, text), (kind, headers, absent) = records(out)
    assert b"operator: me@example.org\r\n" in text
    assert b"ruleset: " in text
    assert info["WARC-Filename"] == "c.warc.gz"
    assert kind == "metadata"
    assert "WARC-Refers-To" not in headers
    assert b"answer: none: there was no robots.txt" in absent
    assert b"source: own\r\nsource-ref: ref\r\n" in absent
    assert b"checks: 2\r\n" in absent


def test_a_capture_has_the_same_name_in_every_export(reader: Reader, tmp_path: Path) -> None:
    names = []
    for number in range(2):
        out = tmp_path / f"{number}.warc.gz"
        write_warc(reader, captures_of_site(reader, "a.example"), out, now=NOW)
        names.append([line["record"] for line in manifest(out)[:-1]])
    assert names[0] == names[1]
    assert len(set(names[0])) == 3


def test_a_query_chooses_captures_and_cannot_make_them_up(reader: Reader) -> None:
    digest = hashlib.sha256(BODIES["open"][0] or b"").hexdigest()
    assert len(captures_of_query(reader, f"SELECT '{digest}' AS body_sha256")) == 3
    assert len(captures_of_query(reader, f"SELECT 'b.example' AS site, '{digest}' AS body_sha256")) == 1
    assert len(captures_of_query(reader, "SELECT site, body_sha256 FROM captures WHERE body_sha256 IS NULL")) == 1
    made_up = f"SELECT 'b.example' AS site, '{digest}' AS body_sha256, '2001-01-01T00:00:00Z' AS first_seen"
    for sql in (made_up, "SELECT NULL AS body_sha256", "SELECT 'x' AS body_sha256"):
        with pytest.raises(QueryError, match="means no capture"):
            captures_of_query(reader, sql)
    with pytest.raises(QueryError, match="must give a column body_sha256"):
        captures_of_query(reader, "SELECT site FROM captures")
    with pytest.raises(QueryError, match="no capture of z"):
        captures_of_site(reader, "z.example")


def test_what_a_stranger_wrote_into_a_history_breaks_no_header(database: Path, tmp_path: Path) -> None:
    play(database, LOOKS)
    connection = sqlite3.connect(database)
    connection.execute("UPDATE sighting SET ref = 'x' || char(13, 10) || 'WARC-Type: response' WHERE site_id = 1")
    connection.execute("UPDATE site SET host = 'b' || char(10) || 'evil: 1' WHERE site_id = 2")
    connection.commit()
    connection.close()
    out = tmp_path / "a.warc.gz"
    with Reader(database) as reader:
        write_warc(reader, captures_of_site(reader, "a.example"), out, now=NOW)
        with pytest.raises(DatabaseError, match="is no host"):
            write_warc(reader, captures_of_query(reader, ALL), tmp_path / "all.warc.gz", now=NOW)
    assert b"source-ref: x%0D%0AWARC-Type: response\r\n" in records(out)[2][2]
    assert {path.name for path in tmp_path.iterdir()} >= {"a.warc.gz", "a.warc.gz.manifest.jsonl"}
    assert not [path for path in tmp_path.iterdir() if "all" in path.name]


def test_a_damaged_body_leaves_no_file(database: Path, tmp_path: Path) -> None:
    play(database, LOOKS)
    connection = sqlite3.connect(database)
    connection.execute("UPDATE body_data SET data = (SELECT data FROM body_data WHERE body_id = 2) WHERE body_id = 1")
    connection.execute("UPDATE body SET size = (SELECT size FROM body WHERE body_id = 2) WHERE body_id = 1")
    connection.commit()
    connection.close()
    with Reader(database) as reader, pytest.raises(DatabaseError, match="is not what was seen"):
        write_warc(reader, captures_of_query(reader, ALL), tmp_path / "all.warc.gz")
    assert not [path for path in tmp_path.iterdir() if "all" in path.name]


def test_the_command_writes_and_never_overwrites(run, database: Path, tmp_path: Path) -> None:  # noqa: F811
    place = ("--database", str(play(database, LOOKS)))
    found = run("warc", "A.example", "--json", *place).json
    assert (found["warc"], found["resources"], found["revisits"]) == ("a.example.warc.gz", 2, 1)
    again = run("warc", "a.example", *place)
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert "is there already" in again.err
    assert run("warc", f"{ALL} WHERE site = 'b.example'", "--out", "b.warc.gz", *place).code == 0
    assert "2 files" in run("warc", "--query", f"{ALL} WHERE site = 'b.example'", *place).out
    assert run("warc", *place).code == 2
    assert run("warc", "no host", "--query", ALL, *place).code == 2
    assert run("warc", "http://a.example", *place).code == 2


def test_a_folder_without_the_right_to_write(database: Path, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        there = Path(name)
        shutil.copyfile(play(database, LOOKS), there / "history.sqlite")
        there.chmod(0o777)
        (there / "locked").mkdir(mode=0o555)
        with Reader(there / "history.sqlite") as reader:
            captures = captures_of_site(reader, "a.example")
            with without_rights(), pytest.raises(DatabaseError, match="cannot write"):
                write_warc(reader, captures, there / "locked" / "x.warc.gz")
        assert list((there / "locked").iterdir()) == []
