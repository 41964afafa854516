"""The public views: columns that people rely on, and figures against a count over all raw looks."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import (
    AGENT_NAMES,
    BODIES,
    FAIL,
    HOSTS,
    PANELS,
    READINGS,
    STAR_SAYS,
    START,
    Look,
    Model,
    Says,
    drop,
    looks,
    panel,
    play,
)
from tests.store.test_orders import RELAXED
from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import DAY
from tracker.store.captures import OWN, Answer
from tracker.store.definition import views_text
from tracker.store.migrations import SCHEMA_VERSION
from tracker.store.models import Tally, tally_columns
from tracker.store.query import Reader
from tracker.store.write import Writer

Fresh = Callable[[], Path]

CLASSES = "no_scraping no_ai_training tdm_reservation noncommercial_only no_redistribution permission_required "
CLASSES += "conditional_allow no_compete dpi_class silent unclear ruleset"
COLUMNS = {
    "sites": "site category language country rank list added",
    "agents": "agent operator purpose kind tokens since documentation headline",
    "access_now": "site category rank agent verdict named root_blocked stale since last_checked",
    "access_history": "site agent verdict named root_blocked valid_from valid_to stale",
    "changes": "date not_before site agent before after kind named body_before body_after agent_existed cause",
    "relabels": "date body_sha256 agent before after ruleset_before ruleset_after sites",
    "shares_by_group": "date agent panel category rank_bucket sites_known sites_blocked sites_partial sites_unknown "
    "percent_blocked",
    "shares": "date agent panel definition members answered readable absent unknown blocked blocked_named "
    "blocked_wildcard partial percent_blocked agent_existed",
    "captures": "site target first_seen last_seen checks body_sha256 body_bytes source ref",
    "exchanges": "site seen_at url status address headers hops source",
    "pages": "site target cause first_seen last_seen checks status url sha256 bytes detail source",
    "terms_now": "site url kind found_by state cause since last_checked last_ok text_sha256 language effective_date "
    "flags flapping " + CLASSES,
    "terms_history": "site url kind text_sha256 valid_from valid_to last_seen language effective_date flags " + CLASSES,
    "terms_findings": "site url text_sha256 number category stance start_char end_char quote score rule asserted "
    "current language first_seen ruleset",
    "terms_changes": "date site url kind confirmed not_before first_seen confirmed_at text_before text_after added "
    "removed",
    "terms_captures": "site url state cause first_seen last_seen checks text_sha256 status answered_url content_type "
    "sha256 bytes kind found_by score link_text detail source",
    "terms_texts": "text_sha256 wording chars language effective_date flags extractor page_sha256 first_seen pages "
    "is_read",
    "terms_decisions": "site text_sha256 category stance who decided why quote",
    "contradictions": "site agent robots_verdict direction category stance quote terms_url text_sha256 since",
    "claims_check": "claim publisher claimed_on precision agent claimed figure population definition denominator "
    "counted_as counted_of claimed_top claimed_category obstacle panel top category date days members readable absent "
    "unknown blocked n percent difference blocked_ours percent_ours reading source checked note",
    "probes": "site agent asked_at reading cause_agent status_agent cause_neutral status_neutral method source",
    "bodies": "body_sha256 bytes first_seen sites flags",
    "failures": "site target kind first_seen last_seen checks source detail",
    "crawls": "crawl_id started finished panel list_id vantage source source_kind ref ruleset sites answered failed "
    "whole round part targets suspect",
    "about": "key value",
    "signals": "site kind key value agent path flags raw source valid_from valid_to",
    "signal_conflicts": "site agent purpose kind key value verdict named conflict",
}


def ask(path: Path, statement: str) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(statement).rows


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date(day: int) -> str:
    return iso(day * DAY)[:10]


def date_number(text: str) -> int:
    return (datetime.fromisoformat(text).date() - datetime.fromtimestamp(0, UTC).date()).days


@pytest.mark.parametrize("view", COLUMNS)
def test_the_columns_are_stable(view: str, empty_history: Path) -> None:
    with Reader(empty_history) as reader:
        assert reader.sql(f"SELECT * FROM {view}").columns == tuple(COLUMNS[view].split())


def test_every_definition_has_its_columns_in_the_tally_and_its_lines_in_the_view() -> None:
    assert tuple(Tally.__table__.columns.keys())[3:] == tally_columns()  # type: ignore[attr-defined]
    text = views_text()
    shares = text[text.index("CREATE VIEW shares") : text.index("CREATE VIEW captures")]
    assert (
        tuple(re.findall(r"AS (\w+)[,\n]", shares[shares.index("level AS") : shares.index("FROM agent")]))[
            -len(tally_columns()) :
        ]
        == tally_columns()
    )
    assert tuple(re.findall(r"\('(\w+)'\)", shares)) == tuple(DEFINITIONS)
    blocked, named = re.findall(r"CASE d\.name(.*?)END", shares, re.DOTALL)
    for name, definition in DEFINITIONS.items():
        last = name == list(DEFINITIONS)[-1]
        column = name if definition.named_only else f"{name}_named"
        assert (f"ELSE l.{name} " if last else f"WHEN '{name}' THEN l.{name} ") in f"{blocked} ".replace("\n", " ")
        assert (f"ELSE l.{column} " if last else f"WHEN '{name}' THEN l.{column} ") in f"{named} ".replace("\n", " ")


def read_by(body: str, agent: str, heard: bool) -> Says:
    """What a body says to an agent; to one that nobody had heard of yet, what it says to all that it does not name."""
    says = BODIES[body][1][AGENT_NAMES.index(agent)]
    return says if heard else STAR_SAYS[body]._replace(text=says.text and not says.named)


def counted(bodies: Sequence[str], agent: str, definition: str, heard: bool) -> list[Says]:
    """The bodies that count under a definition, by what they say to the agent."""
    says = [read_by(body, agent, heard) for body in bodies]
    return [one for one in says if READINGS[definition](one)]


def failed(history: list[Look], host: str, end: int) -> bool:
    """Whether the last look at a site up to a moment failed; an answer in the same second counts."""
    looks = [look for look in history if look.at <= end and host in look.results()]
    newest = max((look.at for look in looks), default=None)
    return bool(looks) and all(look.results()[host] == FAIL for look in looks if look.at == newest)


def expected_shares(model: Model, first: int, last: int) -> dict[tuple[str, str, str, str], tuple[object, ...]]:
    """(date, agent, panel, definition) to (members, readable, absent, unknown, blocked, by name, partial)."""
    found = {}
    for day in range(first, last + 1):
        end = (day + 1) * DAY - 1
        for name, members in PANELS.items():
            bodies = [model.at(host, end) for host in members]
            known = [body for body in bodies if body is not None]
            absent = known.count("absent")
            if not known:
                continue
            for agent in AGENT_NAMES:
                heard = agent != "GPTBot" or date(day) >= "2023-08-07"
                partial = sum(one.degree == "partial" for one in (read_by(body, agent, heard) for body in known))
                for definition in READINGS:
                    hits = counted(known, agent, definition, heard)
                    counts = (len(members), len(known) - absent, absent, len(members) - len(known), len(hits))
                    by_name = sum(one.named for one in hits)
                    found[date(day), agent, name, definition] = (*counts, by_name, partial)
    return found


@settings(RELAXED, max_examples=8)
@given(looks(most=6), st.sampled_from(sorted(DEFINITIONS)))
def test_of_the_sites_that_answered(fresh_history: Fresh, history: list[Look], definition: str) -> None:
    """`held` are the known sites whose last look failed; `blocked_held` those of them that block."""
    path = play(fresh_history(), history)
    model = Model(history)
    with Reader(path) as reader:
        rows = reader.shares("all", AGENT_NAMES, definition, held=True).dicts()
        last = reader.league("all", definition).dicts()
    drop(path)
    for row in rows:
        end = (date_number(row["date"]) + 1) * DAY - 1
        silent = [body for host in HOSTS if failed(history, host, end) and (body := model.at(host, end)) is not None]
        hits = counted(silent, row["agent"], definition, bool(row["agent_existed"]))
        by_name = sum(one.named for one in hits)
        assert (row["held"], row["blocked_held"], row["blocked_named_held"]) == (len(silent), len(hits), by_name)
    newest_rows = {row["agent"]: row for row in rows if row["date"] == rows[-1]["date"]}
    assert {row["agent"]: (row["blocked"], row["held"], row["blocked_held"]) for row in last} == {
        agent: (row["blocked"], row["held"], row["blocked_held"]) for agent, row in newest_rows.items()
    }


@settings(RELAXED, max_examples=8)
@given(looks(most=6))
def test_shares_are_what_counting_gives(fresh_history: Fresh, history: list[Look]) -> None:
    path = play(fresh_history(), history)
    model = Model(history)
    expected = expected_shares(model, history[0].at // DAY, model.horizon // DAY)
    rows = ask(
        path,
        "SELECT date, agent, panel, definition, members, readable, absent, unknown, blocked, blocked_named, partial, "
        "blocked_wildcard, percent_blocked, agent_existed FROM shares",
    )
    drop(path)
    assert len(rows) == len(expected)
    for row in rows:
        day, agent = str(row[0]), row[1]
        counted = expected[row[:4]]  # type: ignore[index]
        _, readable, absent, _, blocked, by_name, _ = counted
        assert row[4:11] == counted
        percent = round(100 * blocked / (readable + absent), 3)  # type: ignore[operator]
        assert row[11] == blocked - by_name  # type: ignore[operator]
        assert row[12] == pytest.approx(percent, abs=0.0011)
        assert row[13] == (0 if agent == "GPTBot" and day < "2023-08-07" else 1)


def test_shares_on_days_without_anything_known(database: Path) -> None:
    nobody = (None,) * len(HOSTS)
    history = [
        Look("own", START, (FAIL,) * len(HOSTS)),
        Look("own", START + 5 * DAY, ("shut", *nobody[1:])),
        Look("own", START + 120 * DAY, nobody),
    ]
    play(database, history)
    days = [row[0] for row in ask(database, "SELECT DISTINCT date FROM shares WHERE panel = 'all' ORDER BY date")]
    assert days == [date(START // DAY + day) for day in range(5, 97)]
    first = "SELECT members, answered, readable, absent, unknown FROM shares WHERE panel = 'all' LIMIT 1"
    assert ask(database, first) == [(len(HOSTS), 1, 1, 0, len(HOSTS) - 1)]


def test_a_day_counts_as_it_ends(database: Path) -> None:
    one = (None,) * (len(HOSTS) - 1)
    start = 1_704_067_200  # 2024-01-01: GPTBot exists
    history = [
        Look("own", start, ("shut", *one)),
        Look("own", start + DAY - 1, ("open", *one)),
        Look("own", start + DAY, ("shut", *one)),
        Look("own", start + DAY + 1, ("GPTBot shut", *one)),
        Look("own", start + 2 * DAY, ("open", *one)),
    ]
    play(database, history)
    where = "WHERE panel = 'all' AND agent = 'GPTBot' AND definition = 'effective_full' ORDER BY date"
    assert ask(database, f"SELECT blocked, blocked_named, agent_existed FROM shares {where}") == [
        (0, 0, 1),
        (1, 1, 1),
        (0, 0, 1),
    ]


# A small history worked through by hand: site a over time, b never answers, c is absent

A_SAW = ["open", "open, other bytes", "GPTBot in part", "GPTBot shut", FAIL, "shut", "open"]


@pytest.fixture
def told(database: Path) -> Path:
    rest = (None,) * (len(HOSTS) - 3)
    return play(database, [Look("own", START + n * DAY, (saw, FAIL, "absent", *rest)) for n, saw in enumerate(A_SAW)])


def day(number: int) -> str:
    return iso(START + number * DAY)


def test_captures(told: Path) -> None:
    with Reader(told) as reader:
        rows = reader.captures("a.example").dicts()
        assert [row["first_seen"] for row in rows] == [day(n) for n in (0, 1, 2, 3, 5, 6)]
        assert {row["source"] for row in rows} == {"own"}
        for row, saw in zip(rows, [saw for saw in A_SAW if saw != FAIL], strict=True):
            assert reader.body(row["body_sha256"]) == BODIES[saw][0]
            assert row["body_bytes"] == len(BODIES[saw][0] or b"")
        (absent,) = reader.captures("c.example").dicts()
    assert (absent["body_sha256"], absent["body_bytes"], absent["checks"]) == (None, None, 7)
    assert (absent["first_seen"], absent["last_seen"]) == (day(0), day(6))


def test_changes(told: Path) -> None:
    rows = ask(
        told,
        "SELECT date, not_before, before, after, kind, named FROM changes "
        "WHERE site = 'a.example' AND agent = 'GPTBot' ORDER BY date",
    )
    assert rows == [
        ("2022-01-03", day(1), "allowed", "partial", "narrowed", 1),
        ("2022-01-04", day(2), "partial", "blocked", "closed", 1),
        ("2022-01-07", day(5), "blocked", "allowed", "reopened", 0),
    ]
    rows = ask(told, "SELECT date, not_before, body_before <> body_after FROM changes WHERE agent = 'CCBot'")
    assert rows == [("2022-01-06", day(3), 1), ("2022-01-07", day(5), 1)]


def test_access_history(told: Path) -> None:
    rows = ask(
        told,
        "SELECT verdict, named, root_blocked, valid_from, valid_to, stale FROM access_history "
        "WHERE site = 'a.example' AND agent = 'GPTBot' ORDER BY valid_from",
    )
    assert rows == [
        ("allowed", 0, 0, day(0), day(2), 0),
        ("partial", 1, 0, day(2), day(3), 0),
        ("blocked", 1, 1, day(3), day(5), 1),
        ("blocked", 0, 1, day(5), day(6), 0),
        ("allowed", 0, 0, day(6), None, 0),
    ]


def test_access_now(told: Path) -> None:
    columns = "verdict, named, root_blocked, stale, since, last_checked, rank, category"
    row = f"SELECT {columns} FROM access_now WHERE agent = 'GPTBot' AND site = "
    assert ask(told, row + "'a.example'") == [("allowed", 0, 0, 0, day(6), day(6), 1, "news")]
    assert ask(told, row + "'b.example'") == [("unknown", None, None, 0, None, day(6), 2, "news")]
    assert ask(told, row + "'c.example'")[0][:6] == ("allowed", 0, 0, 0, day(0), day(6))
    assert ask(told, row + "'d.example'")[0][:6] == ("unknown", None, None, 0, None, None)
    assert ask(told, "SELECT COUNT(*) FROM access_now") == [(len(HOSTS) * len(AGENTS),)]


@settings(RELAXED, max_examples=5)
@given(looks(most=6))
def test_access_now_is_the_open_end_of_the_history(fresh_history: Fresh, history: list[Look]) -> None:
    path = play(fresh_history(), history)
    now = ask(
        path,
        "SELECT site, agent, verdict, named, root_blocked, since, stale FROM access_now "
        "WHERE since IS NOT NULL ORDER BY site, agent",
    )
    last = ask(
        path,
        "SELECT site, agent, verdict, named, root_blocked, valid_from, stale FROM access_history "
        "WHERE valid_to IS NULL ORDER BY site, agent",
    )
    assert now == last
    model = Model(history)
    for host, agent, verdict, named, root, *_ in now:
        says = model.says(str(host), model.horizon + 1)
        if says is None:
            assert (verdict, named, root) == ("unknown", None, None)
        else:
            assert (verdict, named, root) == (says[str(agent)].degree, says[str(agent)].named, says[str(agent)].root)
    drop(path)


def test_failures_crawls_sites_agents_bodies_about(told: Path) -> None:
    assert ask(told, "SELECT site, kind, first_seen, last_seen, checks, source FROM failures ORDER BY site") == [
        ("a.example", "http_503", day(4), day(4), 1, "own"),
        ("b.example", "http_503", day(0), day(6), 7, "own"),
    ]
    crawl = "SELECT started, finished, panel, source, sites, answered, failed FROM crawls ORDER BY started"
    assert ask(told, crawl)[4] == (day(4), iso(START + 4 * DAY + 5), "all", "own", len(HOSTS), 1, 2)
    assert ask(told, "SELECT list, COUNT(*) FROM sites GROUP BY list ORDER BY list") == [("all", 16), ("few", 5)]
    agents = ask(told, "SELECT agent, purpose, since, headline, tokens FROM agents ORDER BY agent")
    assert agents[2] == ("GPTBot", "training", "2023-08-07", 1, json.dumps(["GPTBot"]))
    assert ask(told, "SELECT COUNT(*), SUM(sites), MIN(first_seen) FROM bodies") == [(5, 5, day(0))]
    about = dict(ask(told, "SELECT key, value FROM about"))  # type: ignore[arg-type]
    assert about["horizon"] == day(6)
    assert about["schema_version"] == str(SCHEMA_VERSION)
    assert about["kind"] == "live"


def test_the_source_of_a_capture_is_the_one_that_saw_it_then(database: Path) -> None:
    """The archive had seen the same bytes before, and something else since."""
    rest = (None,) * (len(HOSTS) - 1)
    play(
        database,
        [
            Look("own", START, ("shut", *rest)),
            Look("wayback", START + 2 * DAY, ("shut", *rest)),
            Look("wayback", START + 4 * DAY, ("open", *rest)),
            Look("own", START + 6 * DAY, ("shut", *rest)),
        ],
    )
    rows = ask(database, "SELECT first_seen, source FROM captures WHERE site = 'a.example' ORDER BY first_seen")
    assert rows == [(day(0), "own"), (day(4), "wayback"), (day(6), "own")]


def test_the_cause_of_a_change(database: Path) -> None:
    rest = (None,) * (len(HOSTS) - 1)
    saw = [("own", "open"), ("own", "shut"), ("wayback", "shut"), ("own", "open"), ("wayback", "shut"), ("own", FAIL)]
    looks = [Look(source, START + n * DAY, (what, *rest)) for n, (source, what) in enumerate([*saw, ("own", "open")])]
    play(database, looks)
    asked = "SELECT date, not_before, cause FROM changes WHERE site = 'a.example' AND agent = 'CCBot' ORDER BY date"
    assert ask(database, asked) == [
        ("2022-01-02", day(0), "site"),
        ("2022-01-04", day(2), "source"),
        ("2022-01-05", day(3), "source"),
        ("2022-01-07", day(4), "source"),
    ]


@settings(RELAXED, max_examples=4)
@given(looks(most=6))
def test_groups_add_up_to_the_whole(fresh_history: Fresh, history: list[Look]) -> None:
    path = play(fresh_history(), history)
    parts = ask(
        path,
        "SELECT date, agent, panel, SUM(sites_known), SUM(sites_blocked), SUM(sites_partial), SUM(sites_unknown) "
        "FROM shares_by_group GROUP BY date, agent, panel HAVING SUM(sites_known) > 0 ORDER BY 1, 2, 3",
    )
    assert parts == ask(
        path,
        "SELECT date, agent, panel, readable + absent, blocked, partial, unknown FROM shares "
        "WHERE definition = 'effective_full' ORDER BY 1, 2, 3",
    )
    drop(path)


def test_bodies_that_nobody_shows_any_more_stay(database: Path) -> None:
    with Writer(database, AGENTS) as writer:
        members, own = writer.panel(panel("all")), writer.source(OWN)
        for name in ("one", "two"):
            crawl = writer.begin_crawl(own, members, START, name, 1)
            writer.record(crawl, [Answer("a.example", name.encode())])
    rows = ask(database, "SELECT bytes, sites FROM bodies ORDER BY sites")
    assert rows == [(3, 0), (3, 1)]
