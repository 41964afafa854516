"""Imports of WARC files that the tests write, as crawlers write them and as they break."""

import base64
import gzip
import hashlib
import time
import tracemalloc
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import brotli
import pytest
import zstandard

from tests.conftest import AGENTS
from tests.sources.asking import ask, states
from tests.sources.warcs import HTML, OPEN, PART, SHUT, Warc, as_one_gzip, chunked
from tests.store.histories import content, dump
from tracker.errors import UsageError
from tracker.sources import intake
from tracker.sources.scope import scope_of
from tracker.sources.warc import UNRESOLVED, ImportedWarcs, import_warcs
from tracker.store.query import Reader
from tracker.store.write import Writer

A, B, C = "a.example", "b.example", "c.example"


def bring_in(database: Path, *paths: Path, panel: str | None = None, sites: Sequence[str] = ()) -> ImportedWarcs:
    with Writer(database, AGENTS) as writer, Reader(database) as reader:
        return import_warcs(writer, reader, paths, scope_of(reader, "warc", panel, sites))


def three(packed: bool = True) -> Warc:
    warc = Warc(packed=packed).response(A, "2024-01-01", OPEN).response(A, "2024-02-01", SHUT)
    return warc.response(B, "2024-02-01", PART).response(A, "2024-03-01", SHUT)


THREE = [
    (A, "allowed", "2024-01-01", "2024-02-01"),
    (A, "blocked", "2024-02-01", None),
    (B, "partial", "2024-02-01", None),
]


@pytest.mark.parametrize("form", ["plain", "by record", "whole"])
def test_plain_and_gzip_files(form: str, database: Path, tmp_path: Path) -> None:
    path = tmp_path / "some.warc.gz"
    path.write_bytes({"plain": three(False).data, "by record": three().data, "whole": as_one_gzip(three(False))}[form])
    done = bring_in(database, path)
    assert done.broken == []
    assert done.report.as_json() == {
        "source": "warc:warc",
        "panel": "warc",
        "captures": 4,
        "imported": 4,
        "answers": 4,
        "absences": 0,
        "failures": 0,
        "known": 0,
        "sites": 2,
        "skipped": {},
    }
    assert states(database) == THREE
    refs = [
        str(ref) for (ref,) in ask(database, "SELECT ref FROM captures WHERE site = 'a.example' ORDER BY first_seen")
    ]
    if form == "whole":
        assert refs[1].startswith("some.warc.gz <urn:uuid:")
    else:
        # What stands at the offset that the evidence names is the record.
        data, offset = path.read_bytes(), int(refs[1].partition("@")[2])
        record = zlib.decompressobj(31).decompress(data[offset:]) if form == "by record" else data[offset:]
        assert record.startswith(b"WARC/1.0")
        assert SHUT in record[:700]
    assert ask(database, "SELECT DISTINCT list FROM sites") == [("warc",)]


@pytest.mark.parametrize(
    ("status", "body", "headers", "cause"),
    [
        ("403 Forbidden", b"no", (), "http_403"),
        ("403 Forbidden", b"<title>Just a moment...</title>", (), "challenge"),
        ("402 Payment Required", b"", (("crawler-price", "1"),), "paid_402"),
        ("429 Too Many", b"", (), "http_429"),
        ("500 Oops", OPEN, (), "http_500"),
        ("503 Oops", b"", (), "http_503"),
        ("200 OK", HTML, (), "not_robots"),
        ("200 OK", b'{"error": 1}', (), "not_robots"),
        ("200 OK", gzip.compress(SHUT, mtime=0)[:-9], (("Content-Encoding", "gzip"),), "bad_encoding"),
        ("200 OK", SHUT, (("Content-Length", "9999"),), "reset"),
    ],
)
def test_what_says_nothing_of_the_site_is_a_failure_with_its_cause(
    status: str, body: bytes, headers: tuple[tuple[str, str], ...], cause: str, database: Path, tmp_path: Path
) -> None:
    warc = Warc().response(A, "2024-01-01", SHUT).response(A, "2024-01-05", body, status, headers)
    bring_in(database, warc.save(tmp_path / "w"))
    assert ask(database, "SELECT kind, first_seen FROM failures") == [(cause, "2024-01-05T00:00:00Z")]
    assert states(database) == [(A, "blocked", "2024-01-01", None)]


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "400 Bad Request", "418 Teapot"])
def test_refusals_of_the_file_alone_are_absence(status: str, database: Path, tmp_path: Path) -> None:
    warc = Warc().response(A, "2024-01-01", SHUT).response(A, "2024-01-05", HTML, status)
    bring_in(database, warc.save(tmp_path / "w"))
    assert states(database) == [(A, "blocked", "2024-01-01", "2024-01-05"), (A, "allowed", "2024-01-05", None)]


CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "br, gzip": lambda data: gzip.compress(brotli.compress(data)),
}


@pytest.mark.parametrize("encoding", CODERS)
@pytest.mark.parametrize("stored", ["raw", "chunked", "undone", "two members"])
def test_encodings_are_undone_where_the_bytes_bear_them_out(
    encoding: str, stored: str, database: Path, tmp_path: Path
) -> None:
    packed = CODERS[encoding](SHUT)
    if stored == "two members" and encoding == "gzip":
        packed = gzip.compress(SHUT[:7], mtime=0) + gzip.compress(SHUT[7:], mtime=0)
    body = {"chunked": chunked(packed), "undone": SHUT}.get(stored, packed)
    headers = [("Content-Encoding", encoding), ("Content-Length", str(len(packed)))]
    if stored in ("chunked", "undone"):
        headers.append(("Transfer-Encoding", "chunked"))
    bring_in(database, Warc().response(A, "2024-01-01", body, headers=headers).save(tmp_path / "w"))
    digest = hashlib.sha256(SHUT).hexdigest()
    assert ask(database, "SELECT body_sha256 FROM captures") == [(digest,)]


def test_bombs_giants_and_endless_chunks_are_cut_at_the_cap(database: Path, tmp_path: Path) -> None:
    encoded = {name: pack(SHUT + b"#" * 5_000_000) for name, pack in CODERS.items()}
    warc = Warc(packed=False)
    for number, (name, body) in enumerate(encoded.items()):
        warc.response(f"s{number}.example", "2024-01-01", body, headers=[("Content-Encoding", name)])
    warc.response("giant.example", "2024-01-01", SHUT + b"#" * 30_000_000)
    members = gzip.compress(b"", mtime=0) * 50_000 + gzip.compress(SHUT, mtime=0)
    warc.response("members.example", "2024-01-01", members, headers=[("Content-Encoding", "gzip")])
    path = warc.save(tmp_path / "w")
    del warc, encoded, members
    tracemalloc.start()
    begun = time.process_time()
    done = bring_in(database, path)
    assert time.process_time() - begun < 10
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()
    assert done.report.answers == len(CODERS) + 2
    sizes = ask(database, "SELECT DISTINCT body_bytes FROM captures WHERE site <> 'members.example'")
    assert sizes == [(512 * 1024,)]


def test_a_cut_payload_is_no_verdict_unless_it_fills_the_cap(database: Path, tmp_path: Path) -> None:
    warc = Warc().response(A, "2024-01-01", SHUT, WARC_Truncated="length")
    warc.response(B, "2024-01-01", SHUT + b"#" * 600_000, WARC_Truncated="length")
    bring_in(database, warc.save(tmp_path / "w"))
    assert states(database) == [(B, "blocked", "2024-01-01", None)]
    assert ask(database, "SELECT site, kind FROM failures") == [(A, "reset")]


def test_only_the_robots_txt_of_a_host_on_its_own_port(database: Path, tmp_path: Path) -> None:
    warc = Warc()
    urls = ["https://a.example/robots.txt?x", "https://a.example/sub/robots.txt", "https://a.example/ROBOTS.TXT"]
    for url in [*urls, "ftp://a.example/robots.txt", "dns:a.example"]:
        warc.response("", "2024-01-01", SHUT, url=url)
    for url in ["http://a.example:8080/robots.txt", "https://u:p@a.example/robots.txt", "https://10.0.0.1/robots.txt"]:
        warc.response("", "2024-01-01", SHUT, url=url)
    warc.response("", "2024-01-01", OPEN, url="HTTP://A.Example:80/robots.txt")
    warc.response("", "2024-01-02", OPEN, kind="resource", url="https://b.example/robots.txt")
    warc.response(B, "1824-01-02", OPEN).response(B, "2424-01-02", OPEN)
    report = bring_in(database, warc.save(tmp_path / "w")).report
    assert states(database) == [(A, "allowed", "2024-01-01", None), (B, "allowed", "2024-01-02", None)]
    assert dict(report.skipped) == {
        "the URL names no site": 3,
        "no usable WARC-Date": 2,
    }
    assert (report.captures, report.imported) == (7, 2)


def test_redirects(database: Path, tmp_path: Path) -> None:
    def moved(warc: Warc, site: str, date: str, to: str) -> Warc:
        return warc.response(site, date, b"", "301 Moved", [("Location", to)])

    warc = moved(Warc(), A, "2024-01-01", "https://www.a.example/robots.txt")
    warc.response("www.a.example", "2024-01-01T00:00:05Z", SHUT)
    moved(warc, A, "2024-02-01", "https://www.a.example/robots.txt")  # nothing near
    moved(warc, B, "2024-01-01", "/robots.txt")
    moved(warc, B, "2024-01-01", "https://b.example/")
    moved(warc, C, "2024-01-01", "https://[broken")
    report = bring_in(database, warc.save(tmp_path / "w")).report
    assert states(database, [A]) == [(A, "blocked", "2024-01-01", None)]
    assert dict(report.skipped) == {
        "a redirect within the site, whose own record counts": 1,
        "a redirect to something else than a robots.txt": 2,
        "a redirect whose target is not in the file": 1,
    }


# --- Revisits ---


def test_revisits_before_and_after_their_originals(database: Path, tmp_path: Path) -> None:
    first = Warc().response(A, "2024-01-01", SHUT)
    digest = first.digests[f"{A} 2024-01-01"]
    first.revisit(A, "2024-02-01", digest, (A, "2024-01-01"))
    second = Warc().revisit(B, "2024-02-01", digest, status="").response(B, "2024-03-01", SHUT)
    done = bring_in(database, first.save(tmp_path / "1.warc.gz"), second.save(tmp_path / "2.warc.gz"))
    assert (done.report.imported, dict(done.report.skipped)) == (4, {})
    assert ask(database, "SELECT site, first_seen, checks FROM captures ORDER BY site") == [
        (A, "2024-01-01T00:00:00Z", 2),
        (B, "2024-02-01T00:00:00Z", 2),
    ]


def test_a_revisit_waits_for_the_file_with_its_original(database: Path, tmp_path: Path) -> None:
    original = Warc().response(A, "2024-01-01", gzip.compress(SHUT, mtime=0), headers=[("Content-Encoding", "gzip")])
    later = Warc().response(B, "2024-01-01", OPEN)
    later.revisit(A, "2024-02-01", original.digests[f"{A} 2024-01-01"])
    one, two = original.save(tmp_path / "1.warc.gz"), later.save(tmp_path / "2.warc.gz")
    report = bring_in(database, two).report
    assert (report.imported, dict(report.skipped)) == (1, {UNRESOLVED: 1})
    assert bring_in(database, one, two).report.skipped == {}
    assert states(database, [A]) == [(A, "blocked", "2024-01-01", None)]
    assert ask(database, "SELECT checks FROM captures WHERE site = 'a.example'") == [(2,)]
    before = dump(database)
    report = bring_in(database, one, two).report
    assert (report.known, report.captures) == (2, 0)
    assert dump(database) == before


def test_a_revisit_of_a_body_that_the_history_has(database: Path, tmp_path: Path) -> None:
    original = Warc().response(A, "2024-01-01", SHUT)
    bring_in(database, original.save(tmp_path / "1.warc.gz"))
    later = Warc().revisit(A, "2024-02-01", original.digests[f"{A} 2024-01-01"])
    report = bring_in(database, later.save(tmp_path / "2.warc.gz"), panel="another").report
    assert (report.imported, dict(report.skipped)) == (1, {})
    assert ask(database, "SELECT checks FROM captures") == [(2,)]


def test_a_revisit_is_never_guessed_but_its_own_status_counts(database: Path, tmp_path: Path) -> None:
    unknown = "sha1:" + base64.b32encode(bytes(20)).decode()
    warc = Warc().response(A, "2024-01-01", SHUT)
    warc.revisit(A, "2024-01-10", unknown).revisit(A, "2024-01-11", unknown, (B, "2024-01-01"))
    warc.revisit(B, "2024-01-10", unknown, status="404 Not Found").revisit(C, "2024-01-10", unknown, status="503 Oops")
    # The server's own "not modified", of what it had sent before.
    warc.revisit(A, "2024-01-20", "", (A, "2024-01-01"), status="304 Not Modified")
    report = bring_in(database, warc.save(tmp_path / "w")).report
    assert dict(report.skipped) == {UNRESOLVED: 2}
    assert (report.answers, report.absences, report.failures) == (2, 1, 1)
    assert ask(database, "SELECT checks FROM captures WHERE site = 'a.example'") == [(2,)]


# --- Damage ---


def cuts() -> list[tuple[str, int]]:
    return [(form, cut) for form in ("plain", "by record", "whole") for cut in (9, 60, 150, 300)]


@pytest.mark.parametrize(("form", "cut"), cuts())
def test_a_truncated_file_gives_what_it_holds_and_says_so(
    form: str, cut: int, database: Path, tmp_path: Path, fresh_history: Callable[[], Path]
) -> None:
    data = {"plain": three(False).data, "by record": three().data, "whole": as_one_gzip(three(False))}[form]
    path = tmp_path / "some.warc.gz"
    path.write_bytes(data[:-cut])
    done = bring_in(database, path)
    (error,) = done.broken
    assert str(path) in str(error)
    assert "cut off or damaged at byte" in str(error)
    assert "\n" not in str(error)
    if form != "whole":
        assert done.report.imported == (4 if (form, cut) == ("by record", 9) else 3)  # only the gzip trailer is lost
    path.write_bytes(data)
    assert bring_in(database, path).broken == []
    straight = fresh_history()
    bring_in(straight, path)
    assert content(database) == content(straight)


def test_a_broken_file_does_not_stop_the_others(database: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.warc" for number in range(4)]
    paths[0].write_bytes(b"no WARC at all\n" * 50)
    paths[1].write_bytes(b"")
    paths[2].write_bytes(three().data + b"\0garbage" * 20)
    paths[3].write_bytes(Warc().response(C, "2024-01-01", OPEN).data)
    done = bring_in(database, *paths)
    assert [str(error).split(" ")[0] for error in done.broken] == [str(path) for path in paths[:3]]
    assert states(database) == [*THREE, (C, "allowed", "2024-01-01", None)]


def test_lying_lengths_and_digests(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "w"
    plain = three(False).data
    path.write_bytes(plain.replace(SHUT, SHUT.replace(b"/", b"."), 1))  # the digests no longer match
    report = bring_in(database, path).report
    assert (report.imported, dict(report.skipped)) == (3, {"the digest does not match": 1})
    length = b"Content-Length: "
    for lie in (plain.replace(length, length + b"9", 1), plain.replace(length, length + b"-", 1)):
        path.write_bytes(lie)
        (error,) = bring_in(database, path).broken
        assert "at byte 0" in str(error)


def test_a_payload_digest_may_be_of_the_decoded_bytes(database: Path, tmp_path: Path) -> None:
    digest = "sha1:" + base64.b32encode(hashlib.sha1(SHUT).digest()).decode()
    data = Warc(packed=False).response(A, "2024-01-01", chunked(SHUT), headers=[("Transfer-Encoding", "chunked")]).data
    lines = [line for line in data.split(b"\r\n") if not line.startswith(b"WARC-Block-Digest")]
    lines = [b"WARC-Payload-Digest: " + digest.encode() if b"Payload-Digest" in line else line for line in lines]
    (tmp_path / "w").write_bytes(b"\r\n".join(lines))
    assert bring_in(database, tmp_path / "w").report.answers == 1


# --- Panels, idempotence, interruption ---


def test_importing_twice_changes_nothing(database: Path, tmp_path: Path) -> None:
    path = three().save(tmp_path / "w")
    bring_in(database, path)
    before = dump(database)
    report = bring_in(database, path.rename(path.with_name("w"))).report
    assert (report.known, report.imported) == (1, 0)
    assert dump(database) == before


def test_filters(database: Path, tmp_path: Path) -> None:
    path = three().save(tmp_path / "w")
    assert dict(bring_in(database, path, sites=[B]).report.skipped) == {"another site": 3}
    assert states(database) == THREE[2:]
    assert bring_in(database, path).report.imported == 4  # not passed over: it was imported in part
    assert states(database) == THREE


def test_a_list_is_used_as_it_is(database: Path, tmp_path: Path) -> None:
    path = three().save(tmp_path / "w")
    (tmp_path / "mine.csv").write_text("host\nb.example\nz.example\n")
    assert bring_in(database, path, panel="mine.csv").report.imported == 1
    assert ask(database, "SELECT site, list FROM sites ORDER BY site") == [(B, "mine"), ("z.example", "mine")]
    # By its name, from the history, where the file is no longer at hand.
    (tmp_path / "mine.csv").unlink()
    assert bring_in(database, path, panel="mine").report.known == 1
    with pytest.raises(UsageError, match=r"a\.example is not in panel mine"):
        bring_in(database, path, panel="mine", sites=[A])


def test_a_panel_that_imports_form_grows(database: Path, tmp_path: Path) -> None:
    bring_in(database, three().save(tmp_path / "1"), panel="formed")
    bring_in(database, Warc().response(C, "2024-01-01", OPEN).save(tmp_path / "2"), panel="formed")
    assert ask(database, "SELECT site FROM sites WHERE list = 'formed' ORDER BY site") == [(A,), (B,), (C,)]


def test_killed_between_batches(
    database: Path, tmp_path: Path, fresh_history: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    warc = three().response(C, "2024-01-01", OPEN)
    warc.revisit(C, "2024-02-01", warc.digests[f"{C} 2024-01-01"])
    path = warc.save(tmp_path / "w")
    monkeypatch.setattr(intake, "BATCH_CAPTURES", 2)
    whole = Writer.import_captures

    def killed(self: Writer, *given: object) -> None:
        whole(self, *given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "import_captures", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_in(database, path)
    assert ask(database, "SELECT COUNT(*) FROM crawls") == [(1,)]
    bring_in(database, path)
    straight = fresh_history()
    bring_in(straight, path)
    assert dump(database)["crawl"] == dump(straight)["crawl"]
    assert content(database) == content(straight)
