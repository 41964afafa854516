"""Rounds: a crawl and its parts, what is left to do in one, and what of it the views and other histories see."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.damage import damaged
from tests.store.histories import FAIL, START, answer, panel
from tracker.core.intervals import DAY
from tracker.core.visits import Target
from tracker.sources.merge import merge
from tracker.store.captures import OWN, Failure
from tracker.store.pending import Failing
from tracker.store.query import Reader
from tracker.store.rounds import RECHECK, REST, Round, retry
from tracker.store.verify import verify
from tracker.store.write import OpenCrawl, Writer

Fresh = Callable[[], Path]
HOUR = 3_600
WEEKLY = (Target.HOME, Target.TDMREP)


class Crawler:
    """Writes crawls of the panel `few` (c to g.example) into a history."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.source, self.panel = writer.source(OWN), writer.panel(panel("few"))

    def crawl(
        self, at: int, saw: Mapping[str, str], part: str = "", ends: bool = True, targets: tuple[Target, ...] = ()
    ) -> OpenCrawl:
        """A crawl at `at`, a part of the latest round if it is one; `saw`: letter of a host to what it said."""
        parent = self.round().crawl_id if part else None
        writer = self.writer
        crawl = writer.begin_crawl(
            self.source,
            self.panel,
            at,
            f"few@{at}",
            len(saw) if part else 5,
            targets=targets or (Target.ROBOTS,),
            parent=parent,
            part=part,
        )
        writer.record(crawl, [answer(f"{letter}.example", what) for letter, what in saw.items()])
        writer.finish_crawl(crawl, at + HOUR // 2 if ends else None)
        return crawl

    def round(self) -> Round:
        """The newest one, which there is."""
        found = self.writer.latest_round(self.panel, self.source)
        assert found is not None
        return found


def column(path: Path, statement: str) -> list[object]:
    with Reader(path) as reader:
        return [row[0] if len(row) == 1 else row for row in reader.sql(statement).rows]


ANSWERED = (
    "SELECT answered FROM shares WHERE panel = 'few' AND agent = 'CCBot' AND definition = 'mentioned' ORDER BY date"
)


def whole_round(path: Path, first: int = START + 23 * HOUR) -> None:
    """An interrupted crawl in the evening, its rest and two waves of retries after midnight, and a second look."""
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(first, {"c": "shut", "d": FAIL}, ends=False)
        few.crawl(first + 2 * HOUR, {"e": "open", "f": FAIL, "g": FAIL}, REST)
        few.crawl(first + 3 * HOUR, {"d": FAIL, "f": "open", "g": FAIL}, retry(1))
        few.crawl(first + 4 * HOUR, {"d": FAIL, "g": "absent"}, retry(2))
        few.crawl(first + 5 * HOUR, {"c": "shut"}, RECHECK)


def test_coverage_is_that_of_the_newest_round_up_to_the_day(fresh_history: Fresh) -> None:
    path = fresh_history()
    whole_round(path)
    assert column(path, ANSWERED) == [1, 4]
    with Writer(path, AGENTS) as writer:
        Crawler(writer).crawl(START + 2 * DAY, {"c": "shut", "d": FAIL}, ends=False)
    assert column(path, ANSWERED) == [1, 4, 1]


def test_crawls_say_what_they_are_in_their_round(fresh_history: Fresh) -> None:
    path = fresh_history()
    whole_round(path)
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START + 9 * DAY, {"c": "open"}, targets=WEEKLY)
        writer.note_suspect(few.round().crawl_id, "all flipped")
    rows = column(path, "SELECT round, part, sites, targets, suspect FROM crawls ORDER BY crawl_id")
    assert rows == [
        (1, "", 5, "robots", ""),
        (1, "rest", 3, "robots", ""),
        (1, "retry-1", 3, "robots", ""),
        (1, "retry-2", 2, "robots", ""),
        (1, "recheck", 1, "robots", ""),
        (6, "", 5, "home tdmrep", "all flipped"),
    ]
    with Reader(path) as reader:
        newest = reader.newest_crawl("few")
        assert newest is not None
        assert newest["crawl_id"] == 6


def test_a_round_knows_its_parts_and_its_coverage(fresh_history: Fresh) -> None:
    path = fresh_history()
    whole_round(path)
    with Reader(path) as reader:
        found = reader.latest_round("few")
        assert found is not None
        assert (found.crawl_id, found.at, found.ref) == (1, START + 23 * HOUR, f"few@{START + 23 * HOUR}")
        assert [part.part for part in found.parts] == [REST, retry(1), retry(2), RECHECK]
        assert (found.asked, found.answered, found.failing) == (5, 4, 1)
        # The rest asked all that the interrupted crawl had left.
        assert found.finished_at == found.parts[0].finished_at == START + 25 * HOUR + HOUR // 2
        assert reader.rounds("few", 9) == [found]
        assert reader.latest_round("all") is None
        assert reader.latest_round("nowhere") is None


def test_what_is_left_to_do(fresh_history: Fresh) -> None:
    path = fresh_history()

    def unasked(one: Round) -> list[str]:
        with Reader(path) as reader:
            return reader.unasked("few", one)

    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        assert writer.latest_round(few.panel, few.source) is None
        few.crawl(START, {"c": "shut", "d": FAIL, "e": FAIL}, ends=False)
        assert (few.round().finished_at, unasked(few.round())) == (None, ["f.example", "g.example"])
        few.crawl(START + HOUR, {"f": FAIL}, REST, ends=False)
        assert (few.round().finished_at, unasked(few.round())) == (None, ["g.example"])
        few.crawl(START + 2 * HOUR, {"g": "open"}, REST)
        assert unasked(few.round()) == []
        assert [one.finished_at for one in few.round().parts] == [few.round().finished_at] * 2
        wave = writer.begin_crawl(
            few.source, few.panel, START + 3 * HOUR, "wave", 3, parent=few.round().crawl_id, part=retry(1)
        )
        writer.record(wave, [answer("d.example", "open"), Failure("e.example", "reset", "by peer")])
        assert writer.failing(few.round()) == [
            Failing("e.example", "reset", "by peer", START + 3 * HOUR),
            Failing("f.example", "http_503", "made up", START + HOUR),
        ]
        assert writer.latest_round(few.panel, writer.source(OWN)) == few.round()


def test_who_is_no_longer_a_member_is_not_asked_again(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": FAIL, "d": FAIL}, ends=False)
        members = tuple(one for one in panel("few").members if one.host not in ("d.example", "g.example"))
        facts = panel("few")
        writer.revise_panel(replace(facts, members=members), START + DAY)
        assert [one.host for one in writer.failing(few.round())] == ["c.example"]
        with Reader(path) as reader:
            assert len(reader.unasked("few", few.round())) == 2


def test_flipped_are_the_sites_with_another_verdict_for_a_headline_agent(fresh_history: Fresh) -> None:
    with Writer(fresh_history(), AGENTS) as writer:
        few = Crawler(writer)
        first = few.crawl(START, {"c": "open", "d": "open", "e": "open", "f": "Stubborn shut", "g": "shut"})
        assert writer.flipped(first.crawl_id) == []
        then = {"c": "GPTBot shut", "d": "open, other bytes", "e": "Stubborn shut", "f": "open", "g": FAIL}
        second = few.crawl(START + DAY, then)
        assert writer.flipped(second.crawl_id) == ["c.example"]
        # After an outage that no hold outlived, against what was last known.
        third = few.crawl(START + 200 * DAY, {"g": "open", "c": "GPTBot in part", "d": "open"})
        assert writer.flipped(third.crawl_id) == ["c.example", "g.example"]
        few.crawl(START + 201 * DAY, {"g": "open", "c": "GPTBot shut"}, RECHECK)
        assert writer.flipped(third.crawl_id) == ["c.example", "g.example"]
        assert writer.flipped(few.round().parts[-1].crawl_id) == ["c.example"]


def test_newly_failing_are_those_that_had_answered_before_the_round(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": "open", "d": "open", "e": FAIL, "f": "open", "g": "shut"})
        assert writer.newly_failing(few.round()) == (0, [])
        # d has failed before; e has never answered.
        few.crawl(START + DAY, {"c": "open", "d": FAIL, "e": FAIL, "f": "open", "g": "shut"})
        assert writer.newly_failing(few.round()) == (1, ["d.example"])
        few.crawl(START + 2 * DAY, {"c": FAIL, "d": FAIL, "e": FAIL}, ends=False)
        few.crawl(START + 2 * DAY + HOUR, {"f": FAIL, "g": FAIL}, REST)
        assert writer.newly_failing(few.round()) == (3, ["c.example", "f.example", "g.example"])
        # A retry that fails for another cause is no news, one that is answered ends it.
        wave = {"c": "open", "d": "open", "f": FAIL, "g": FAIL}
        few.crawl(START + 2 * DAY + 2 * HOUR, wave, retry(1))
        assert writer.newly_failing(few.round(), 1) == (2, ["f.example"])
        newest = few.round()
    with Reader(path) as reader:
        assert reader.newly_failing("few", newest) == (2, ["f.example", "g.example"])
        assert reader.newly_failing("nowhere", newest) == (0, [])


def test_changed_are_the_sites_with_another_answer_than_before(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": "open", "d": "open", "e": "absent", "f": FAIL, "g": "shut"})
        assert writer.changed(few.round()) == (0, [])
        few.crawl(START + DAY, {"c": "open", "d": "open, other bytes", "e": "open", "f": "open", "g": FAIL})
        few.crawl(START + DAY + HOUR, {"g": "absent"}, retry(1))
        # A second look that finds the old answer is a change back, and one site counts once.
        few.crawl(START + DAY + 2 * HOUR, {"d": "open", "e": "open"}, RECHECK)
        assert writer.changed(few.round()) == (3, ["d.example", "e.example", "g.example"])
        newest = few.round()
        few.crawl(START + 2 * DAY, {"c": "shut", "d": "open"})
        assert writer.changed(few.round()) == (1, ["c.example"])
        members = tuple(one for one in panel("few").members if one.host != "e.example")
        writer.revise_panel(replace(panel("few"), members=members), START + 3 * DAY)
    with Reader(path) as reader:
        assert reader.changed("few", newest, 1) == (2, ["d.example"])


def test_the_last_finished_round_of_each_target(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": "open"}, targets=(*WEEKLY, Target.ROBOTS))
        few.crawl(START + DAY, {"c": "open"})
        few.crawl(START + 2 * DAY, dict.fromkeys("cdefg", FAIL))
        few.crawl(START + 3 * DAY, {"c": "open"}, ends=False)

    def last(target: Target) -> int | None:
        with Reader(path) as reader:
            return reader.last_finished("few", target)

    assert [last(target) for target in Target] == [START + DAY, START, START, None, None, None, None]
    with Writer(path, AGENTS) as writer:
        Crawler(writer).crawl(START + 4 * DAY, dict.fromkeys("defg", FAIL), REST)
    assert last(Target.ROBOTS) == START + 3 * DAY


def test_a_round_offline_counts_once_a_retry_is_answered(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, dict.fromkeys("cdefg", FAIL))
        with Reader(path) as reader:
            assert reader.last_finished("few", Target.ROBOTS) is None
        few.crawl(START + HOUR, dict.fromkeys("cdefg", "open"), retry(1))
    with Reader(path) as reader:
        assert reader.last_finished("few", Target.ROBOTS) == START


def test_only_parts_name_a_first_crawl(database: Path) -> None:
    with Writer(database, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": "open"})
        for wrong in ({"parent": 1}, {"part": REST}):
            with pytest.raises(ValueError, match="names the crawl that began it"):
                writer.begin_crawl(few.source, few.panel, START + 1, "x", 1, **wrong)  # type: ignore[arg-type]


def test_an_interrupted_part_goes_on_as_what_it_was(database: Path) -> None:
    with Writer(database, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": FAIL}, targets=WEEKLY)
        few.crawl(START + HOUR, {}, retry(1), ends=False)
        again = writer.begin_crawl(few.source, few.panel, START + DAY, f"few@{START + HOUR}", 1)
        assert (again.at, again.part, again.parent) == (START + HOUR, retry(1), 1)
        assert again.targets == (Target.ROBOTS,)


def test_rounds_are_merged_as_they_are(fresh_file: Fresh, tmp_path: Path) -> None:
    other, mine = fresh_file(), fresh_file()
    whole_round(other)
    with Writer(mine, AGENTS) as writer:
        assert merge(writer, other, mine).crawls == 5
        assert merge(writer, other, mine).crawls == 0
    told = "SELECT round, part, targets, answered, failed FROM crawls ORDER BY crawl_id"
    assert column(mine, told) == column(other, told)
    assert column(mine, ANSWERED) == column(other, ANSWERED)
    assert verify(mine).ok


def test_the_parts_of_an_unfinished_round_are_merged_with_it(fresh_file: Fresh) -> None:
    other, mine = fresh_file(), fresh_file()
    with Writer(other, AGENTS) as writer:
        few = Crawler(writer)
        few.crawl(START, {"c": "shut", "d": FAIL}, ends=False)
        few.crawl(START + HOUR, {"d": "open"}, retry(1))
    with Writer(mine, AGENTS) as writer:
        report = merge(writer, other, mine)
        assert (report.crawls, report.unfinished) == (0, 2)
    with Writer(other, AGENTS) as writer:
        Crawler(writer).crawl(START + 2 * HOUR, {"e": "open"}, REST)
    with Writer(mine, AGENTS) as writer:
        report = merge(writer, other, mine)
        assert (report.crawls, report.unfinished) == (3, 0)
    told = "SELECT round, part FROM crawls ORDER BY crawl_id"
    assert column(mine, told) == [(1, ""), (1, "retry-1"), (1, "rest")]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("UPDATE crawl SET parent = 2 WHERE crawl_id = 3", "crawl 2 did not begin its round"),
        ("UPDATE crawl SET part = '' WHERE crawl_id = 3", "crawl 1 did not begin its round"),
        ("UPDATE crawl SET part = 'retry-3' WHERE crawl_id = 5", "1 sites had answered before in its round"),
    ],
)
def test_verify_holds_parts_against_their_round(fresh_file: Fresh, script: str, said: str) -> None:
    path = fresh_file()
    whole_round(path)
    assert verify(path).ok
    damaged(path, script)
    (found,) = [check for check in verify(path).checks if check.wrong]
    assert found.name == "crawls"
    assert any(said in example for example in found.examples), found.examples


def test_forgotten_with_their_source(fresh_history: Fresh) -> None:
    path = fresh_history()
    whole_round(path)
    with Writer(path, AGENTS) as writer:
        assert writer.forget("own").crawls == 5
