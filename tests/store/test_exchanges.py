"""What went over the wire, kept beside what was new; 304s; and what the next crawl can ask by."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.damage import damaged
from tests.store.histories import BODIES, HOSTS, START, content, dump, panel
from tracker.core.exchange import Exchange, Hop
from tracker.core.intervals import DAY
from tracker.errors import SourceError
from tracker.sources.merge import merge
from tracker.store.captures import OWN, Answer, Failure, Seen, SourceFacts, Unchanged
from tracker.store.exchanges import MOST_HEADERS, MOST_HOPS
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.write import Writer

Fresh = Callable[[], Path]
A, B = HOSTS[:2]
SHUT, OPEN = BODIES["shut"][0] or b"", BODIES["open"][0] or b""
HASH = {body: sha256(body).hexdigest() for body in (SHUT, OPEN)}


def said(etag: str = "", modified: str = "", status: int = 200, more: tuple[tuple[str, str], ...] = ()) -> Exchange:
    fields = [("Server", "made up"), *more]
    fields += [("ETag", etag)] if etag else []
    fields += [("Last-Modified", modified)] if modified else []
    return Exchange(f"https://{A}/robots.txt", status, tuple(fields), "192.0.2.7")


def crawl(path: Path, *days: tuple[int, list[Seen]]) -> Path:
    with Writer(path, AGENTS) as writer:
        for day, seen in days:
            at = START + day * DAY
            one = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), at, f"day {day}", len(HOSTS))
            writer.record(one, seen)
            writer.finish_crawl(one, at)
    return path


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(statement).rows


VALIDATORS = (
    "SELECT s.host, v.etag, v.last_modified, lower(hex(b.sha256)) FROM validator v JOIN site s USING (site_id) "
)
VALIDATORS += "JOIN body b USING (body_id) ORDER BY 1"
SEEN_AT = "SELECT site, substr(seen_at, 1, 10), status FROM exchanges ORDER BY 1, 2"


def test_an_exchange_is_kept_of_what_is_new_alone(fresh_history: Fresh) -> None:
    path = crawl(
        fresh_history(),
        (0, [Answer(A, SHUT, "", said()), Answer(B, None, "", said(status=404))]),
        (1, [Answer(A, SHUT, "", said()), Failure(B, "reset")]),
        (2, [Answer(A, OPEN, "", said()), Answer(B, None, "", said(status=410))]),
        (3, [Answer(A, SHUT)]),
    )
    assert rows(path, SEEN_AT) == [(A, "2022-01-01", 200), (A, "2022-01-03", 200), (B, "2022-01-01", 404)]
    assert verify(path).ok


def test_an_exchange_says_where_an_answer_came_from_and_how(fresh_history: Fresh) -> None:
    hops = (Hop(f"https://{A}/robots.txt", 301, f"https://www.{A}/robots.txt"),)
    fields = (("X-Odd", "caf\xe9 \x00 \udcff"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    path = crawl(
        fresh_history(),
        (0, [Answer(A, SHUT, "elsewhere", Exchange(f"https://www.{A}/robots.txt", 200, fields, "2001:db8::1", hops))]),
    )
    with Reader(path) as reader:
        (found,) = reader.sql("SELECT * FROM exchanges").dicts()
    assert (found["site"], found["url"], found["address"]) == (A, f"https://www.{A}/robots.txt", "2001:db8::1")
    assert json.loads(found["headers"]) == [list(field) for field in fields]
    assert json.loads(found["hops"]) == [{"url": hops[0].url, "status": 301, "location": hops[0].location}]


def test_floods_are_cut(fresh_history: Fresh) -> None:
    flood = Exchange(
        "https://x/" + "y" * 100_000, 200, (("a", "b" * 100),) * 10_000, "", (Hop("u" * 10**6, 301, "v" * 10**6),) * 99
    )
    path = crawl(fresh_history(), (0, [Answer(A, SHUT, "", flood)]))
    ((url, headers, hops),) = rows(path, "SELECT url, headers, hops FROM exchanges")
    assert len(str(url)) <= 4_096
    assert sum(len(name) + len(value) for name, value in json.loads(str(headers))) <= MOST_HEADERS
    assert len(json.loads(str(hops))) == MOST_HOPS


def test_a_304_counts_as_the_answer_that_it_confirms(fresh_history: Fresh) -> None:
    def told(path: Path, again: Seen, other: Seen) -> Path:
        return crawl(path, (0, [Answer(A, SHUT), Answer(B, OPEN)]), (1, [again, other]), (200, [again, other]))

    fresh = told(fresh_history(), Answer(A, SHUT), Answer(B, SHUT))
    path = told(fresh_history(), Unchanged(A, HASH[SHUT]), Unchanged(B, bytes.fromhex(HASH[SHUT])))
    assert content(path) == content(fresh)
    assert verify(path).ok


def test_a_304_may_confirm_what_another_source_saw_last(fresh_history: Fresh) -> None:
    path = crawl(fresh_history(), (0, [Answer(A, SHUT, "", said('"1"'))]))
    with Writer(path, AGENTS) as writer:
        from tracker.store.captures import Capture, SourceFacts

        archive = writer.source(SourceFacts("wayback", "wayback", "wayback"))
        writer.import_captures(archive, None, "batch", [Capture(START + DAY, Answer(A, OPEN))])
    crawl(path, (2, [Unchanged(A, HASH[SHUT], said('"1"', status=304))]))
    with Reader(path) as reader:
        shown = "SELECT body_sha256 FROM captures WHERE site = :site ORDER BY first_seen"
        assert [row[0] for row in reader.sql(shown, {"site": A}).rows] == [HASH[SHUT], HASH[OPEN], HASH[SHUT]]
    assert rows(path, SEEN_AT) == [(A, "2022-01-01", 200)]
    assert verify(path).ok


@pytest.mark.parametrize("what", ["00" * 32, "nonsense"])
def test_a_304_of_an_unknown_body_is_refused_and_nothing_is_written(fresh_history: Fresh, what: str) -> None:
    path = crawl(fresh_history(), (0, [Answer(A, SHUT)]))
    before = dump(path)
    with Writer(path, AGENTS) as writer:
        one = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), START + DAY, "x", 2)
        with pytest.raises(ValueError, match=f"{B}: unchanged since a body that" if what[0] == "0" else "fromhex"):
            writer.record(one, [Answer(A, OPEN), Unchanged(B, what)])
        writer.record(one, [Answer(A, SHUT), Unchanged(B, HASH[SHUT])])
    changed = {name for name, found in dump(path).items() if found != before[name]}
    assert "body" not in changed
    assert rows(path, "SELECT answered FROM crawls ORDER BY crawl_id DESC LIMIT 1") == [(2,)]


LAST = "Sat, 01 Jan 2022 00:00:00 GMT"


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        pytest.param([Answer(A, SHUT, "", said('"1"', LAST))], ('"1"', LAST, SHUT), id="both"),
        pytest.param([Answer(A, SHUT, "", said(modified=LAST))], ("", LAST, SHUT), id="a date alone"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Answer(A, OPEN, "", said('"2"'))], ('"2"', "", OPEN), id="new"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Answer(A, SHUT, "", said('"2"'))], ('"2"', "", SHUT), id="re"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Answer(A, SHUT, "", said())], None, id="none any longer"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Answer(A, OPEN, "", said())], None, id="none with the new"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Answer(A, None, "", said('"2"'))], None, id="of an absence"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Answer(A, SHUT, "", said('"\xe9"'))], None, id="unsendable"),
        pytest.param([Answer(A, SHUT, "", said('"\x7f"', LAST))], ("", LAST, SHUT), id="one unsendable"),
        pytest.param([Answer(A, SHUT, "", said('"1"')), Failure(A, "reset")], ('"1"', "", SHUT), id="a failure"),
        pytest.param(
            [Answer(A, SHUT, "", said('"1"')), Unchanged(A, HASH[SHUT], said())], ('"1"', "", SHUT), id="a bare 304"
        ),
        pytest.param(
            [Answer(A, SHUT, "", said('"1"')), Unchanged(A, HASH[SHUT], said('"2"'))], ('"2"', "", SHUT), id="a 304"
        ),
        pytest.param(
            [Answer(A, SHUT, "", said('"1"')), Answer(A, OPEN, "", said()), Answer(A, OPEN, "", said('"3"'))],
            ('"3"', "", OPEN),
            id="again",
        ),
    ],
)
def test_validators_are_those_of_the_newest_answer(
    fresh_history: Fresh, answers: list[Seen], left: tuple[str, str, bytes] | None
) -> None:
    path = crawl(fresh_history(), *((day, [seen]) for day, seen in enumerate(answers)))
    expected = [] if left is None else [(A, left[0], left[1], HASH[left[2]])]
    assert rows(path, VALIDATORS) == expected


def test_an_older_look_that_comes_late_leaves_the_validators(fresh_history: Fresh) -> None:
    path = crawl(fresh_history(), (5, [Answer(A, SHUT, "", said('"new"'))]), (1, [Answer(A, OPEN, "", said('"old"'))]))
    assert rows(path, VALIDATORS) == [(A, '"new"', "", HASH[SHUT])]
    assert rows(path, SEEN_AT) == [(A, "2022-01-02", 200), (A, "2022-01-06", 200)]


def test_of_two_crawls_in_one_second_the_exchange_is_that_of_the_sighting(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        for ref, seen in (("one", Answer(A, SHUT, "", said())), ("other", Answer(A, OPEN))):
            one = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), START, ref, 1)
            writer.record(one, [seen])
    assert rows(path, SEEN_AT) == []


def test_unchanged_validators_are_not_written_again(fresh_history: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    path = crawl(fresh_history(), (0, [Answer(A, SHUT, "", said('"1"'))]))
    written: list[object] = []
    monkeypatch.setattr("tracker.store.write.note_validators", lambda *given: written.extend(given[-1]))
    crawl(path, (1, [Answer(A, SHUT, "", said('"1"'))]), (2, [Unchanged(A, HASH[SHUT], said('"1"', status=304))]))
    assert written == []


def test_exchanges_are_merged_and_validators_are_not(fresh_file: Fresh) -> None:
    other = crawl(
        fresh_file(),
        (0, [Answer(A, SHUT, "", said('"1"')), Answer(B, OPEN, "", said(more=(("Via", "x"),)))]),
        (1, [Answer(A, OPEN, "", said('"2"')), Answer(B, OPEN, "", said())]),
    )
    mine = fresh_file()
    with Writer(mine, AGENTS) as writer:
        merge(writer, other, mine)
        merge(writer, other, mine)
    told = "SELECT site, seen_at, url, status, address, headers, hops FROM exchanges ORDER BY 1, 2"
    assert rows(mine, told) == rows(other, told)
    assert len(rows(mine, told)) == 3
    assert rows(mine, VALIDATORS) == []
    assert verify(mine).ok


@pytest.mark.parametrize("headers", ["", "[1]", '[["a", 1]]', "{", "[" * 100_000])
def test_a_merge_refuses_an_exchange_that_is_none(fresh_file: Fresh, headers: str) -> None:
    other, mine = crawl(fresh_file(), (0, [Answer(A, SHUT, "", said())])), fresh_file()
    damaged(other, "UPDATE exchange SET headers = text()", text=headers)
    with Writer(mine, AGENTS) as writer, pytest.raises(SourceError, match=f"{A} has an HTTP answer that cannot be"):
        merge(writer, other, mine)


def test_an_exchange_without_its_sighting_is_damage(fresh_file: Fresh) -> None:
    path = crawl(fresh_file(), (0, [Answer(A, SHUT, "", said())]))
    damaged(path, "UPDATE exchange SET seen_at = seen_at + 1")
    (found,) = [check for check in verify(path).checks if check.wrong]
    assert (found.name, found.examples[0][:8]) == ("references", "exchange")


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE exchange SET headers = '[1]'",
        "UPDATE exchange SET hops = '{}}'",
        "UPDATE exchange SET hops = '[{\"url\": 1}]'",
        "UPDATE exchange SET status = 0",
    ],
)
def test_an_exchange_that_is_none_is_damage(fresh_file: Fresh, script: str) -> None:
    path = crawl(fresh_file(), (0, [Answer(A, SHUT, "", said())]))
    damaged(path, script)
    report = verify(path)
    (found,) = [check for check in report.checks if check.wrong]
    assert (found.name, found.examples[0].startswith(A), report.can_be_repaired) == ("exchanges", True, False)


def test_validators_of_an_answer_that_was_replaced_hold_up_nothing(fresh_history: Fresh) -> None:
    """Forgetting another source lets go of files that nobody saw: also of this one."""
    path = fresh_history()
    past = SourceFacts("git", "past", "past")
    with Writer(path, AGENTS) as writer:
        for ref, seen in (("one", Answer(A, SHUT, "", said('"1"'))), ("other", Answer(A, OPEN))):
            one = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), START, ref, 1)
            writer.record(one, [seen])
            writer.finish_crawl(one, START)
        writer.source(past)
        writer.forget("past")
    assert rows(path, VALIDATORS) == []
    assert verify(path).ok


def test_both_go_with_their_source(fresh_history: Fresh) -> None:
    path = crawl(fresh_history(), (0, [Answer(A, SHUT, "", said('"1"'))]))
    with Writer(path, AGENTS) as writer:
        assert writer.forget("own").bodies == 1
    assert rows(path, SEEN_AT) == rows(path, VALIDATORS) == []
    assert verify(path).ok
