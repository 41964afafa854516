"""Pages beside robots.txt: which looks are one run, what is kept of them, and what sites signal by them over time."""

import json
import random
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.core.signal_model import Look as ModelLook
from tests.core.signal_model import expected
from tests.store.damage import damaged
from tests.store.histories import HOSTS, START, STEPS, answer, drop, dump, panel, rebuild
from tests.store.test_orders import RELAXED
from tracker.core.exchange import Exchange
from tracker.core.intervals import DAY, Hold
from tracker.core.outcomes import Classification, Outcome
from tracker.core.pages import classify_page, page_seen, unasked
from tracker.core.site_signals import said_by
from tracker.core.visits import DISALLOWED, UNASKED, PageSeen, Target
from tracker.errors import SourceError
from tracker.sources.merge import merge
from tracker.store.captures import OWN
from tracker.store.database import open_writer
from tracker.store.query import Reader
from tracker.store.verify import verify
from tracker.store.verify.repair import repair
from tracker.store.write import Writer

Fresh = Callable[[], Path]
A, B = HOSTS[:2]


def home(head: bytes = b"", status: int = 200, **fields: str) -> PageSeen:
    """A home page, with its header fields."""
    said = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    exchange = Exchange(f"https://{A}/", status, (("Server", "x"), *said))
    if status == 200:
        data = b"<html><head>" + head + b"</head><body>" + str(random.random()).encode()
        return page_seen(Target.HOME, classify_page(Target.HOME, data), exchange, data)
    outcome = Outcome.ABSENT if status in (404, 410) else Outcome.DENIED if status in (402, 403) else Outcome.ERROR
    cause = "paid_402" if status == 402 else f"http_{status}"
    return page_seen(Target.HOME, Classification(outcome, cause, detail="made up"), exchange)


def file(target: Target, data: bytes | None) -> PageSeen:
    """A file at a well-known place, or that there is none."""
    exchange = Exchange(f"https://{A}/{target}", 200 if data else 404)
    if data is None:
        return page_seen(target, Classification(Outcome.ABSENT, "http_404"), exchange)
    return page_seen(target, classify_page(target, data), exchange, data)


NOAI = b'<meta name="robots" content="noai">'
NOML = b'<meta name="robots" content="noai, noml">'
LATE = Classification(Outcome.ERROR, "read_timeout")
SILENT = page_seen(Target.HOME, LATE, None)


def see(writer: Writer, at: int, *pages: PageSeen, host: str = A) -> None:
    """One crawl of pages of one site."""
    targets = (Target.ROBOTS, Target.HOME)
    panel_id = writer.panel(panel("all"))
    one = writer.begin_crawl(writer.source(OWN), panel_id, at, f"{host} {at}", 1, targets=targets)
    writer.record(one, [answer(host, "open")], [(host, page) for page in pages])
    writer.finish_crawl(one, at)


def told(path: Path, *looks: tuple[int, PageSeen]) -> Path:
    """Looks by days after the start."""
    with Writer(path, AGENTS) as writer:
        for day, page in looks:
            see(writer, START + day * DAY, page)
    return path


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(statement).rows


RUNS = (
    "SELECT cause, (unixepoch(first_seen) - 1640995200) / 86400, (unixepoch(last_seen) - 1640995200) / 86400, checks "
    "FROM pages ORDER BY 2, 1"
)
SIGNALS = (
    "SELECT key, value, (unixepoch(valid_from) - 1640995200) / 86400, (unixepoch(valid_to) - 1640995200) / 86400 "
    "FROM signals WHERE source <> 'robots' ORDER BY 1, 2, 3"
)


def test_other_bytes_alone_begin_no_run(fresh_history: Fresh) -> None:
    newest = home(NOAI + b"<title>newest</title>")
    path = told(fresh_history(), (0, home(NOAI)), (7, home(NOAI)), (14, newest), (21, home(NOML)), (28, home()))
    assert rows(path, RUNS) == [("ok", 0, 14, 3), ("ok", 21, 21, 1), ("ok", 28, 28, 1)]
    assert rows(path, "SELECT sha256, bytes, status, url FROM pages WHERE checks = 3") == [
        (newest.sha256, newest.size, 200, f"https://{A}/")
    ]
    assert rows(path, SIGNALS) == [("noai", "1", 0, 28), ("noml", "1", 21, 28)]
    assert rows(path, "SELECT DISTINCT kind, agent, source FROM signals WHERE key = 'noml'") == [
        ("robots-meta", "*", "html")
    ]
    assert verify(path).ok


def test_a_failure_ends_nothing_and_is_a_run_of_its_own(fresh_history: Fresh) -> None:
    path = told(
        fresh_history(),
        (0, home(NOAI)),
        (1, SILENT),
        (2, SILENT),
        (3, unasked(Target.HOME, UNASKED)),
        (4, SILENT),
        (5, home(NOAI)),
        (6, SILENT),
        (7, unasked(Target.HOME, DISALLOWED, "robots.txt of a.example: ok")),
    )
    assert rows(path, RUNS) == [
        ("ok", 0, 5, 2),
        ("read_timeout", 1, 2, 2),
        ("robots_unknown", 3, 3, 1),
        ("read_timeout", 4, 4, 1),
        ("read_timeout", 6, 6, 1),
        ("robots_disallow", 7, 7, 1),
    ]
    assert rows(path, SIGNALS) == [("noai", "1", 0, None)]
    assert verify(path).ok


def test_absence_ends_what_the_page_said_and_an_outlived_hold_makes_it_unknown(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, home(NOAI)), (7, home(status=404)), (14, home(NOAI)), (21, SILENT), (28, SILENT))
    assert rows(path, SIGNALS) == [("noai", "1", 0, 7), ("noai", "1", 14, None)]
    told(path, (50, SILENT))
    assert rows(path, SIGNALS) == [("noai", "1", 0, 7), ("noai", "1", 14, 44)]
    told(path, (51, home(NOAI)))
    assert rows(path, SIGNALS)[1:] == [("noai", "1", 14, 44), ("noai", "1", 51, None)]
    assert verify(path).ok


def test_a_crawl_that_looks_at_no_pages_lets_them_expire(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, home(NOAI)))
    for day, ends in ((92, None), (93, 92)):
        with Writer(path, AGENTS) as writer:
            see(writer, START + day * DAY, host=B)
        assert rows(path, SIGNALS) == [("noai", "1", 0, ends)]
        assert verify(path).ok


def test_files_and_headers_signal_too(fresh_history: Fresh) -> None:
    path = fresh_history()
    reserved = b'[{"location": "/*", "tdm-reservation": 1}]'
    with Writer(path, AGENTS) as writer:
        see(
            writer,
            START,
            home(b"", content_usage="train-ai=n", x_robots_tag="GPTBot: noai"),
            file(Target.TDMREP, reserved),
            file(Target.LLMS, b"# Hello"),
            file(Target.AI, None),
            file(Target.TRUST, b"datatrainingallowed=no\n"),
        )
        see(writer, START + DAY, file(Target.TDMREP, b"<html>nothing here"), file(Target.LLMS, None))
    asked = "SELECT kind, key, value, agent, source, valid_to IS NULL FROM signals WHERE source <> 'robots' ORDER BY 1"
    assert [(*row[:5], bool(row[5])) for row in rows(path, asked)] == [
        ("content-usage", "train-ai", "n", "*", "header", True),
        ("llms.txt", "presence", "yes", "*", "file", False),
        ("robots-meta", "noai", "1", "gptbot", "header", True),
        ("tdmrep", "tdm-reservation", "1", "*", "file", False),
        ("trust.txt", "datatrainingallowed", "no", "*", "file", True),
    ]
    assert rows(
        path, "SELECT target, cause FROM pages WHERE target IN ('ai.txt', 'tdmrep') ORDER BY 1, first_seen"
    ) == [
        ("ai.txt", "http_404"),
        ("tdmrep", "ok"),
        ("tdmrep", "not_file"),
    ]
    assert verify(path).ok


def test_a_refusal_may_name_its_price_and_ends_no_words(fresh_history: Fresh) -> None:
    path = told(
        fresh_history(),
        (0, home(NOAI)),
        (1, home(status=402, crawler_price="EUR 1", x_robots_tag="noml")),
        (2, home(status=402, crawler_price="EUR 2")),
        (3, home(status=403)),
        (4, home(NOAI)),
    )
    assert rows(path, SIGNALS) == [
        ("crawler-price", "EUR 1", 1, 2),
        ("crawler-price", "EUR 2", 2, 4),
        ("noai", "1", 0, None),
    ]
    assert verify(path).ok


def test_a_price_ends_where_the_page_was_looked_at_next(fresh_history: Fresh) -> None:
    """Weekly looks: the page's own run goes on over the refusal, which is no look at 30 days after its beginning."""
    weekly = [(day, home()) for day in (0, 7, 14, 21)]
    path = told(fresh_history(), *weekly, (28, home(status=402, crawler_price="USD 1")), (35, home()))
    assert rows(path, RUNS) == [("ok", 0, 35, 5), ("paid_402", 28, 28, 1)]
    assert rows(path, SIGNALS) == [("crawler-price", "USD 1", 28, 35)]
    assert verify(path).ok
    again = derived_again(path)
    assert [(row[6], row[7]) for row in again] == [(START + 28 * DAY, START + 35 * DAY)]


def test_what_signals_were_read_from_is_kept(fresh_history: Fresh) -> None:
    """Where a run begins: its head and the header fields that say something."""
    first = home(NOAI, content_usage="train-ai=n")
    path = told(fresh_history(), (0, first), (7, home(NOAI + b"<title>other</title>", content_usage="train-ai=n")))
    kept = rows(path, "SELECT b.sha256, b.size, p.headers FROM page p JOIN page_body b USING (page_body_id)")
    assert first.kept is not None
    assert [(bytes(row[0]), row[1]) for row in kept] == [(sha256(first.kept).digest(), len(first.kept))]
    assert json.loads(str(kept[0][2])) == [["content-usage", "train-ai=n"]]
    assert rows(path, "SELECT COUNT(*) FROM page_body") == [(1,)]


def test_a_site_recorded_before_is_passed_over_with_its_pages(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        one = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), START, "one", 2)
        writer.record(one, [answer(A, "open")], [(A, home(NOAI))])
        writer.record(one, [answer(A, "open"), answer(B, "open")], [(A, home(NOML)), (B, home(NOML))])
    assert rows(path, "SELECT site, key FROM signals WHERE source = 'html' ORDER BY 1, 2") == [
        (A, "noai"),
        (B, "noai"),
        (B, "noml"),
    ]


def test_hostile_words_are_fit_for_every_engine(fresh_history: Fresh) -> None:
    odd = "\x00\ud800 \u202e" + "\U0001f600" * 5_000
    page = page_seen(
        Target.HOME,
        Classification(Outcome.OK, "ok", detail="x"),
        Exchange("https://x/\x00\udcff", 200, (("content-usage", odd), ("tdm-policy", odd), ("Link", odd * 3)), "\x00"),
        b'<head><meta name="tdm-policy" content="' + b"\xff\x00\xed\xa0\x80" * 2_000 + b'"></head>',
    )
    path = told(fresh_history(), (0, page), (1, page))
    assert rows(path, RUNS) == [("ok", 0, 1, 2)]
    assert verify(path).ok


# Any history, in any order


class Look(NamedTuple):
    """One look of a source (ours, or that of a history to be merged) at two pages of two sites."""

    at: int
    source: str
    seen: tuple[PageSeen | None, ...]


WHERE = ((A, Target.HOME), (A, Target.LLMS), (B, Target.HOME))
HOMES = (home(NOAI), home(NOML), home(), home(status=404), home(status=402, crawler_price="EUR 1"), SILENT, None)
FILES = (file(Target.LLMS, b"# Hello"), file(Target.LLMS, None), unasked(Target.LLMS, DISALLOWED), None)
DEAR = home(status=402, crawler_price="EUR 2")


@st.composite
def histories(draw: st.DrawFn, sources: Sequence[str], most: int = 8) -> list[Look]:
    """Looks in time order, no two in one second; what a page says changes now and then, so that there are long runs."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    found: dict[int, Look] = {}
    when = START
    steps = draw(st.sampled_from((STEPS, (DAY, 7 * DAY, 29 * DAY))))
    usual = [chance.choice(HOMES), chance.choice(FILES), chance.choice(HOMES)]
    for _ in range(draw(st.integers(1, most))):
        when += draw(st.sampled_from(steps))
        source = draw(st.sampled_from(sources))
        seen = [
            chance.choice([usual[number], usual[number], *(FILES if target is Target.LLMS else (*HOMES, DEAR))])
            for number, (_, target) in enumerate(WHERE)
        ]
        found.setdefault(when, Look(when, source, tuple(seen)))
    return list(found.values())


def write(path: Path, arrivals: Sequence[Look]) -> Path:
    with Writer(path, AGENTS) as writer:
        panel_id, own = writer.panel(panel("all")), writer.source(OWN)
        for look in arrivals:
            one = writer.begin_crawl(own, panel_id, look.at, f"at {look.at}", 2, targets=(Target.HOME, Target.LLMS))
            pages = [(host, page) for (host, _), page in zip(WHERE, look.seen, strict=True) if page is not None]
            writer.record(one, [answer(A, "open"), answer(B, "open")], pages)
            writer.finish_crawl(one, look.at)
    return path


DERIVED = (
    "SELECT s.host, x.target, x.kind, x.key, x.value, x.token, x.valid_from, x.valid_to, x.last_seen "
    "FROM site_signal x JOIN site s USING (site_id) ORDER BY 1, 2, 3, 4, 5, 7"
)


def derived_again(path: Path) -> list[tuple[object, ...]]:
    """The signals as they follow from the runs in the file."""
    from tracker.store.site_signals import SiteSignals

    engine = open_writer(path)
    with engine.connect() as connection, connection.begin():
        SiteSignals(connection, Hold()).rebuild_all()
    engine.dispose()
    return rows(path, DERIVED)


def as_defined(history: Sequence[Look]) -> list[tuple[object, ...]]:
    """What `DERIVED` gives, by the definition of signals and not by way of runs."""
    horizon = max(look.at for look in history)
    found: list[tuple[object, ...]] = []
    for number, (host, target) in enumerate(WHERE):
        seen = [(look.at, look.seen[number]) for look in history]
        looks = [ModelLook(at, page.answers, said_by(page.signals, page.answers)) for at, page in seen if page]
        for one in expected(looks, Hold(), horizon):
            times = (one.valid_from, one.valid_to, one.last_seen)
            found.append((host, str(target), one.said.kind, one.said.key, one.said.value, one.said.token, *times))
    return sorted(found, key=lambda row: row[:5] + row[6:7])


def is_sound(path: Path, history: Sequence[Look]) -> None:
    """Stored is what follows from the looks by definition, and what follows from the runs in the file."""
    assert rows(path, DERIVED) == as_defined(history)
    assert derived_again(path) == as_defined(history)
    assert [check for check in verify(path).checks if check.wrong] == []


def in_any_order(fresh: Fresh, history: list[Look], chance: random.Random) -> None:
    for arrivals in (history, chance.sample(history, len(history))):
        path = write(fresh(), arrivals)
        is_sound(path, history)
        drop(path)


@settings(RELAXED, max_examples=20)
@given(histories(["own"]), st.randoms(use_true_random=False))
def test_carried_forward_or_late_the_signals_are_those_that_follow(
    fresh_history: Fresh, history: list[Look], chance: random.Random
) -> None:
    in_any_order(fresh_history, history, chance)


def between_merges(fresh: Fresh, history: list[Look], chance: random.Random) -> None:
    """Our own looks forward, those of another history merged now and then while both go on."""
    here, there = fresh(), fresh()
    told: list[Look] = []
    waiting: list[Look] = []
    for look in history:
        if look.source == "own":
            write(here, [look])
            told.append(look)
        else:
            write(there, [look])
            waiting.append(look)
        if waiting and (chance.random() < 0.4 or look is history[-1]):
            with Writer(here, AGENTS) as writer:
                merge(writer, there, here)
            told, waiting = told + waiting, []
        if told:
            assert rows(here, DERIVED) == as_defined(told)
    if waiting:
        with Writer(here, AGENTS) as writer:
            merge(writer, there, here)
    is_sound(here, history)
    repair(here)
    assert rows(here, DERIVED) == as_defined(history)
    here.unlink()
    there.unlink(missing_ok=True)


@settings(RELAXED, max_examples=8)
@given(histories(["own", "other"]), st.randoms(use_true_random=False))
def test_with_merges_in_between_the_signals_are_those_that_follow(
    fresh_file: Fresh, history: list[Look], chance: random.Random
) -> None:
    between_merges(fresh_file, history, chance)


@pytest.mark.slow
@settings(RELAXED, max_examples=300)
@given(histories(["own"], 20), st.randoms(use_true_random=False))
def test_carried_forward_or_late_many_times(fresh_file: Fresh, history: list[Look], chance: random.Random) -> None:
    in_any_order(fresh_file, history, chance)


@pytest.mark.slow
@settings(RELAXED, max_examples=60)
@given(histories(["own", "other"], 20), st.randoms(use_true_random=False))
def test_with_merges_in_between_many_times(fresh_file: Fresh, history: list[Look], chance: random.Random) -> None:
    between_merges(fresh_file, history, chance)


@settings(RELAXED, max_examples=10)
@given(histories(["one", "other"]))
def test_two_histories_merged_either_way_say_the_same(fresh_file: Fresh, history: list[Look]) -> None:
    one, other = (write(fresh_file(), [look for look in history if look.source == name]) for name in ("one", "other"))
    here, there = fresh_file(), fresh_file()
    for target, origins in ((here, (one, other)), (there, (other, one))):
        for origin in (*origins, origins[0]):
            with Writer(target, AGENTS) as writer:
                merge(writer, origin, target)
    assert rows(here, DERIVED) == rows(there, DERIVED)
    told_runs = (
        "SELECT site, target, cause, first_seen, last_seen, checks, status, url, sha256, bytes, detail FROM pages "
    )
    told_runs += "ORDER BY 1, 2, 4, 3, 5, 6, 9"
    assert rows(here, told_runs) == rows(there, told_runs)
    assert len(rows(here, told_runs)) == len(rows(one, told_runs)) + len(rows(other, told_runs))
    assert [check for check in verify(here).checks if check.wrong] == []


def test_a_merge_goes_on_with_runs_that_went_on(fresh_file: Fresh) -> None:
    other, mine = told(fresh_file(), (0, home(NOAI))), fresh_file()
    for day in (7, 14):
        with Writer(mine, AGENTS) as writer:
            merge(writer, other, mine)
        told(other, (day, home(NOAI)))
    assert rows(mine, RUNS) == [("ok", 0, 7, 2)]
    assert rows(mine, SIGNALS) == [("noai", "1", 0, None)]


def test_runs_are_forgotten_with_their_source(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, home(NOAI)), (7, SILENT))
    with Writer(path, AGENTS) as writer:
        writer.forget("own")
    found = dump(path)
    assert found["page"] == found["page_body"] == found["site_signal"] == []


@pytest.mark.parametrize(
    ("script", "name", "repairable"),
    [
        ("UPDATE site_signal SET valid_to = NULL", "signals", True),
        ("DELETE FROM site_signal WHERE key = 'noml'", "signals", True),
        ("UPDATE site_signal SET value = '0'", "signals", True),
        ("UPDATE page_body SET data = x'00'", "pages", False),
        ("UPDATE page_body SET sha256 = x'00' WHERE page_body_id = 1", "pages", False),
        ("UPDATE page SET said = x'00' WHERE checks = 2", "pages", False),
        ("UPDATE page SET checks = 0", "pages", False),
        ("UPDATE page SET headers = '{'", "pages", False),
        ("UPDATE page SET outcome = 'fine'", "pages", False),
        ("UPDATE page SET gaps = x'00'", "pages", False),
        ("UPDATE page SET gaps = x'010000' WHERE checks = 2", "pages", False),
    ],
)
def test_damage_is_found(fresh_file: Fresh, script: str, name: str, repairable: bool) -> None:
    path = told(fresh_file(), (0, home(NOAI)), (7, home(NOAI)), (14, home(NOML)), (21, home(status=404)))
    damaged(path, script)
    report = verify(path)
    assert [check.name for check in report.checks if check.wrong] == [name]
    assert report.can_be_repaired == repairable
    if repairable:
        repair(path)
        assert verify(path).ok


def test_a_better_ruleset_reads_what_was_kept(fresh_history: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    path = told(fresh_history(), (0, home(NOAI)), (7, home(NOML)), (14, home()))

    def better(target: Target, fields: object, status: object, kept: bytes | None) -> Sequence[object]:
        from tracker.core.pages import page_signals

        return [one for one in page_signals(target, fields, status, kept) if one.key != "noai"]  # type: ignore[arg-type]

    with monkeypatch.context() as other:
        other.setattr("tracker.store.site_signals.page_signals", better)
        other.setattr("tracker.store.door.RULESET", 99)
        other.setattr("tracker.store.reread.RULESET", 99)
        Writer(path, AGENTS).close()
        assert rows(path, SIGNALS) == [("noml", "1", 7, 14)]


def test_a_merge_refuses_pages_that_are_none(fresh_file: Fresh) -> None:
    for script in (
        "UPDATE page SET target = 'elsewhere'",
        "UPDATE page SET headers = '[1]'",
        "UPDATE page_body SET data = x'00'",
        "UPDATE page SET last_seen = 9999999999",
        "UPDATE page SET last_seen = last_seen + 1",
    ):
        other, mine = told(fresh_file(), (0, home(NOAI))), fresh_file()
        damaged(other, script)
        with Writer(mine, AGENTS) as writer, pytest.raises(SourceError):
            merge(writer, other, mine)


def test_rebuilding_the_rest_leaves_pages_alone(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, home(NOAI)), (7, home(NOML)))
    before = dump(path)
    after = dump(rebuild(path))
    assert {name: after[name] for name in ("page", "page_body", "site_signal")} == {
        name: before[name] for name in ("page", "page_body", "site_signal")
    }
