"""What is due, case by case: facts of the history, a moment, the rules."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tracker.core.dates import iso
from tracker.core.visits import Target
from tracker.schedule.due import Due, Facts, Last, Repeat, due, outlook
from tracker.schedule.rules import Rules, every_of
from tracker.schedule.timetable import Timetable
from tracker.settings import EVERY

ALL = tuple(Target)
ROBOTS = (Target.ROBOTS,)
HOUR, DAY = 3_600, 86_400
RULES = Rules(every_of(EVERY), (600, 3_600), Timetable("30 4 * * *"))
MONDAY = int(datetime(2026, 11, 23, 4, 30, tzinfo=UTC).timestamp())
ENDED = MONDAY + 20 * 60
ROUND = Last(7, MONDAY, ALL, asked=100, answered=90, finished=ENDED, failing=10)
DONE = Facts(ROUND, dict.fromkeys(ALL, MONDAY))
WAVED = (Repeat(ENDED + 700, ENDED + 800), Repeat(ENDED + 3_700, ENDED + 3_800))
QUIET = Facts(replace(ROUND, waves=WAVED), DONE.finished)
OPEN = Last(8, MONDAY + DAY, ROBOTS, asked=100, answered=40)


def said(found: Due) -> tuple[object, ...]:
    return (found.targets, found.resume, found.wave, found.recheck)


NOTHING = ((), None, 0, False)


@pytest.mark.parametrize(
    ("facts", "now", "expected", "why"),
    [
        (Facts(), MONDAY + 7 * HOUR, (ALL, None, 0, False), "nothing was ever asked for: at once, at any hour"),
        (QUIET, MONDAY + 12 * HOUR, NOTHING, "asked in this period"),
        (QUIET, MONDAY + DAY - 1, NOTHING, "not yet"),
        (QUIET, MONDAY + DAY, (ROBOTS, None, 0, False), "the next day: robots.txt alone"),
        (QUIET, MONDAY + 7 * DAY, (ALL, None, 0, False), "the next week: all"),
        (QUIET, MONDAY + 400 * DAY, (ALL, None, 0, False), "much missed, or the clock jumped: one round"),
        (QUIET, MONDAY - 3 * HOUR, NOTHING, "the clock was set back"),
        (DONE, ENDED + 599, NOTHING, "the first wave waits"),
        (DONE, ENDED + 600, ((), None, 1, False), "the first wave"),
        (DONE, MONDAY + DAY, (ROBOTS, None, 0, False), "waves end with the period of their round"),
        (replace(QUIET, last=OPEN), MONDAY + DAY + HOUR, ((), 8, 0, False), "interrupted: finished, not begun again"),
        (replace(QUIET, last=OPEN), MONDAY + DAY - HOUR, ((), 8, 0, False), "so, too, with the clock set back"),
        (replace(QUIET, last=OPEN), MONDAY + 2 * DAY, (ROBOTS, None, 0, False), "a new period has begun: anew"),
    ],
)
def test_what_is_due(facts: Facts, now: int, expected: tuple[object, ...], why: str) -> None:
    assert said(due(facts, now, RULES)) == expected, why


def seen(waves: tuple[Repeat, ...] = (), **more: object) -> Facts:
    return replace(DONE, last=replace(ROUND, waves=waves, **more))


FIRST = Repeat(ENDED + 600, ENDED + 660)
LATE = Repeat(ENDED + 50 * 60, ENDED + 55 * 60)


@pytest.mark.parametrize(
    ("facts", "wave", "at"),
    [
        (seen(), 1, ENDED + 600),
        (seen((FIRST,)), 2, ENDED + 3_660),  # 50 minutes after the end of the first
        (seen((LATE,)), 2, ENDED + 105 * 60),  # a late first wave puts off the second
        (seen((Repeat(ENDED + 600),)), 1, ENDED + 600),  # interrupted: finished first
        (seen((FIRST, WAVED[1])), 0, 0),
        (seen(failing=0), 0, 0),
        (seen((FIRST,), failing=0), 0, 0),
        (seen(finished=None), 0, 0),
    ],
)
def test_waves_run_once_each_and_keep_their_distance(facts: Facts, wave: int, at: int) -> None:
    found = due(facts, ENDED + 12 * HOUR, RULES)
    assert found.wave == wave
    if wave and at > ENDED + 600:
        before = due(facts, at - 1, RULES)
        assert (before.wave, before.next_at) == (0, at)
        assert due(facts, at, RULES).wave == wave


def test_without_waves_in_the_rules_none_is_due() -> None:
    assert not due(DONE, ENDED + 12 * HOUR, replace(RULES, waves=()))


def test_a_suspect_crawl_is_checked_again_an_hour_after_its_end_and_once() -> None:
    facts = seen((FIRST, WAVED[1]), suspect=True)
    before = due(facts, ENDED + HOUR - 1, RULES)
    assert (before.recheck, before.next_at) == (False, ENDED + HOUR)
    assert said(due(facts, ENDED + HOUR, RULES)) == ((), None, 0, True)
    begun = seen(WAVED, suspect=True, recheck=Repeat(ENDED + HOUR))
    assert due(begun, ENDED + 2 * HOUR, RULES).recheck
    assert not due(seen(WAVED, suspect=True, recheck=Repeat(ENDED + HOUR, ENDED + 2 * HOUR)), ENDED + 9 * HOUR, RULES)


@pytest.mark.parametrize(
    ("confirm", "since", "due_at", "why"),
    [
        (None, MONDAY, MONDAY + 6 * HOUR, "six hours after they were seen"),
        (Repeat(MONDAY + 7 * HOUR), MONDAY, MONDAY + 7 * HOUR, "interrupted: gone on with"),
        (Repeat(MONDAY + 7 * HOUR, MONDAY + 8 * HOUR), MONDAY, MONDAY + 13 * HOUR, "not seen then: six hours later"),
        (Repeat(MONDAY - HOUR, MONDAY), MONDAY, MONDAY + 6 * HOUR, "what was looked at before they were seen"),
    ],
)
def test_new_terms_are_looked_at_again(confirm: Repeat | None, since: int, due_at: int, why: str) -> None:
    facts = replace(seen(WAVED, confirm=confirm), new_terms=since)
    before = due(facts, due_at - 1, RULES)
    assert (bool(before), before.next_at) == (False, due_at), why
    found = due(facts, due_at, RULES)
    assert (found.confirm, said(found)) == (True, NOTHING)
    assert found.why == ("terms were seen that are new",)


def test_new_terms_wait_for_the_round() -> None:
    assert not due(replace(QUIET, new_terms=MONDAY), MONDAY + DAY, RULES).confirm
    unfinished = replace(seen(WAVED), last=replace(ROUND, finished=None), new_terms=MONDAY)
    assert due(unfinished, MONDAY + 7 * HOUR, RULES).resume == ROUND.crawl_id


def test_a_wave_and_a_recheck_can_be_due_together() -> None:
    found = due(seen((FIRST,), suspect=True), ENDED + 2 * HOUR, RULES)
    assert said(found) == ((), None, 2, True)
    assert len(found.why) == 2


def test_a_round_that_no_site_answered_is_tried_anew_half_an_hour_after_its_end() -> None:
    offline = Facts(replace(ROUND, answered=0, failing=100))
    assert said(due(offline, ENDED + HOUR // 2 - 1, RULES)) == NOTHING
    assert due(offline, ENDED + 60, RULES).next_at == ENDED + HOUR // 2
    assert due(offline, ENDED + HOUR // 2, RULES).targets == ALL
    assert due(offline, ENDED - 2 * HOUR, RULES).targets == ALL  # a clock set back does not make it wait longer


def test_a_page_that_falls_due_alone_is_asked_for_with_robots_txt() -> None:
    facts = replace(QUIET, finished=dict.fromkeys(ALL, MONDAY) | {Target.HOME: MONDAY - DAY})
    assert due(facts, MONDAY + 5 * HOUR, RULES).targets == (Target.ROBOTS, Target.HOME)


def test_targets_that_are_never_asked_for_are_never_due() -> None:
    rules = replace(RULES, every={Target.ROBOTS: DAY})
    assert due(Facts(), MONDAY, rules).targets == ROBOTS
    assert [view.target for view in outlook(Facts(), MONDAY, rules)] == [Target.ROBOTS]


def test_why_and_when_are_said_for_every_target() -> None:
    found = due(QUIET, MONDAY + 12 * HOUR, RULES)
    assert found.next_at == MONDAY + DAY
    assert found.why == ("robots falls due 2026-11-24T04:30:00Z: last asked 2026-11-23T04:30:00Z, every 1d",)
    views = {view.target: view for view in outlook(QUIET, MONDAY + 9 * DAY, RULES)}
    assert views[Target.ROBOTS].due_at == MONDAY + 9 * DAY
    assert views[Target.ROBOTS].why == f"last asked {iso(MONDAY)}, due since {iso(MONDAY + 9 * DAY)}"
    assert views[Target.HOME].due_at == MONDAY + 7 * DAY
    assert set(views) == set(Target)


def test_next_at_is_when_something_falls_due_and_not_before() -> None:
    now = ENDED
    for _ in range(3):
        found = due(QUIET, now, RULES)
        assert not found
        assert not due(QUIET, found.next_at - 1, RULES)
        assert due(QUIET, found.next_at, RULES)
        now = found.next_at - 1
