"""A month of schedulers, cron, crashes and clocks that are set: each due round runs once."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.schedule.world import DAY, HOUR, MINUTE, Model, StoredBook, World
from tracker.core.visits import Target
from tracker.schedule.rules import Rules, every_of
from tracker.schedule.timetable import Timetable
from tracker.settings import EVERY

RULES = Rules(every_of(EVERY), (600, 3_600), Timetable("30 4 * * *"))
DECEMBER = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
MONTH = 31 * 24 * 60


def events(world: World) -> Counter[str]:
    return Counter(name for name, _ in world.log)


def rounds_by_slot(world: World) -> Counter[int]:
    """How many rounds began in each period of robots.txt."""
    every = world.rules.every[Target.ROBOTS]
    return Counter(world.rules.timetable.slot(at, every) for name, at in world.log if name == "round")


def ended_by_slot(world: World) -> set[int]:
    every = world.rules.every[Target.ROBOTS]
    return {world.rules.timetable.slot(one.at, every) for one in model(world).rounds if one.finished is not None}


def model(world: World) -> Model:
    assert isinstance(world.book, Model)
    return world.book


def month(book: Model | StoredBook, **more: object) -> World:
    return World(book, RULES, DECEMBER, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("daemons", "cron"), [(1, 0), (0, 1), (2, 0), (0, 3), (2, 2)])
def test_an_undisturbed_month(daemons: int, cron: int) -> None:
    """From the first minute of 1 December: one round at once, one each morning, pages on the first and on Mondays."""
    world = month(Model(RULES), daemons=daemons, cron=cron)
    world.run(MONTH)
    seen = events(world)
    rounds = model(world).rounds
    assert seen["round"] == seen["round ended"] == 32  # 00:00 on the first is yesterday's period
    assert [datetime.fromtimestamp(one.at, UTC).day for one in rounds if Target.HOME in one.targets] == [
        1,
        7,
        14,
        21,
        28,
    ]
    assert set(rounds_by_slot(world).values()) == {1}
    assert seen["wave 1"] == seen["wave 1 ended"] == seen["wave 2"] == seen["wave 2 ended"] >= 31
    assert seen["rest"] == seen["recheck"] == 0


def test_a_month_begun_in_the_morning_has_31_daily_and_5_weekly_rounds() -> None:
    world = World(Model(RULES), RULES, DECEMBER + 5 * HOUR, daemons=1, cron=1)
    world.run(MONTH - 5 * 60)
    rounds = model(world).rounds
    counts = Counter(target for one in rounds for target in one.targets)
    assert counts[Target.ROBOTS] == 31
    assert {counts[target] for target in Target if target is not Target.ROBOTS} == {5}
    assert (events(world)["wave 1 ended"], events(world)["wave 2 ended"]) == (31, 31)


def test_a_month_of_trouble_in_a_real_history(fresh_file) -> None:
    """Two daemons, two crons, kills, power cuts and a clock that is set, on what is really stored."""
    world = World(StoredBook(fresh_file(), RULES), RULES, DECEMBER + 5 * HOUR, daemons=2, cron=2, tick=3 * HOUR)
    world.suspicious = lambda count: count == 4
    day = 24 * 60
    world.run(10)
    world.kill()  # in the middle of the first round
    world.run(6 * day - 10)
    world.power_cut(2 * day)  # two mornings are missed
    world.run(5 * day)
    world.set_clock(3 * DAY)  # three are jumped over
    world.run(2 * day + 30)
    world.set_clock(-3 * DAY)  # and come again: they are not late
    world.run(4 * day - 30)
    world.set_clock(-2 * HOUR)
    world.run(14 * day)
    seen, slots = events(world), rounds_by_slot(world)
    assert set(slots.values()) == {1}
    days = {datetime.fromtimestamp(slot, UTC).day for slot in slots}
    assert seen["round"] == len(slots)
    assert seen["rest"] == seen["rest ended"] == seen["round"] - seen["round ended"] == 1
    assert seen["recheck"] == seen["recheck ended"] == 1
    assert days == {*range(1, 32)} - {8, 13, 14}  # 8: no power all its day; 13, 14: the clock was past them
    # The power failed before the waves of one round, and a jump passed those of another.
    assert [seen[f"wave {number}{end}"] for number in (1, 2) for end in ("", " ended")] == [26] * 4
    assert seen["round"] == 28


def test_an_interrupted_round_is_finished_by_whoever_comes_next_and_not_begun_again() -> None:
    for other in ({"daemons": 1}, {"cron": 1}):
        world = World(Model(RULES), RULES, DECEMBER + 5 * HOUR, **other)  # type: ignore[arg-type]
        world.run(20)
        world.kill()
        world.run(120)
        assert [name for name, _ in world.log][:2] == ["round", "rest"] or not model(world).rounds
        assert events(world)["round"] == 1
        assert events(world)["rest ended"] == 1


def test_a_jump_of_forty_days_makes_one_round_due_and_its_return_none_twice() -> None:
    world = World(Model(RULES), RULES, DECEMBER + 5 * HOUR, daemons=1, cron=1)
    world.run(3 * 24 * 60)
    before = events(world)["round"]
    world.set_clock(40 * DAY)
    world.run(120)
    assert events(world)["round"] == before + 1
    world.set_clock(-40 * DAY)
    world.run(60 * 24 * 60)  # past the day that has its round already
    assert set(rounds_by_slot(world).values()) == {1}


@pytest.mark.parametrize("back", [10 * MINUTE, 5 * HOUR, 12 * HOUR, DAY - MINUTE])
def test_a_clock_set_back_before_the_last_round_neither_repeats_it_nor_stops_the_next(back: int) -> None:
    """The hours that come again are not asked for again; the next round is that of the slot after the last one."""
    world = World(Model(RULES), RULES, DECEMBER + 5 * HOUR, daemons=1, cron=1)
    world.run(3 * 24 * 60)
    world.set_clock(-back)
    world.run((DECEMBER + 4 * DAY + 12 * HOUR - world.now) // MINUTE)
    mornings = [datetime.fromtimestamp(one.at, UTC).day for one in model(world).rounds]
    assert mornings == [1, 2, 3, 4, 5]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has no tzset")
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
def test_summer_time_of_the_machine_moves_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All times are UTC: no day of 23 or 25 hours lacks a round or has two."""
    with monkeypatch.context() as machine:
        machine.setenv("TZ", zone)
        time.tzset()
        for month in (3, 10):
            world = World(Model(RULES), RULES, int(datetime(2027, month, 1, 5, tzinfo=UTC).timestamp()), cron=2)
            world.run(31 * 24 * 60)
            began = [at for name, at in world.log if name == "round"]
            assert len(began) == 31
            assert {after - before for before, after in pairwise(began[1:])} == {DAY}
    time.tzset()


# Any sequence of troubles


@dataclass(frozen=True)
class Trouble:
    """After so many minutes something happens, by so much."""

    after: int
    what: str
    much: int


JUMPS = st.one_of(
    st.integers(-3 * HOUR, 3 * HOUR), st.integers(-3 * DAY, 3 * DAY), st.sampled_from([40 * DAY, -40 * DAY, DAY, -DAY])
)
TROUBLES = st.lists(
    st.one_of(
        st.builds(Trouble, st.integers(1, 2_000), st.just("kill"), st.just(0)),
        st.builds(Trouble, st.integers(1, 2_000), st.just("power"), st.integers(1, 4_000)),
        st.builds(Trouble, st.integers(1, 2_000), st.just("clock"), JUMPS),
    ),
    max_size=12,
)
TIMETABLES = st.sampled_from(["6h", "*/20 * * * *", "0 5 * * 1-5", "0 12 1 * *"])
LENGTHS = st.lists(st.integers(1, 200).map(lambda minutes: minutes * MINUTE), min_size=1, max_size=5)


def suffer(world: World, troubles: Sequence[Trouble]) -> None:
    for trouble in troubles:
        world.run(trouble.after)
        if trouble.what == "kill":
            world.kill()
        elif trouble.what == "power":
            world.power_cut(trouble.much)
        else:
            world.set_clock(trouble.much)


@settings(deadline=None, max_examples=60)
@given(TROUBLES, LENGTHS, st.sampled_from([(1, 0), (0, 1), (1, 1), (2, 2)]), st.booleans())
def test_each_due_round_runs_once_whatever_happens(
    troubles: list[Trouble], lengths: list[int], who: tuple[int, int], suspect: bool
) -> None:
    daemons, cron = who
    world = World(Model(RULES), RULES, DECEMBER, daemons=daemons, cron=cron)
    world.length = lambda count: lengths[count % len(lengths)]
    world.suspicious = lambda count: suspect and count % 3 == 0
    suffer(world, troubles)
    world.run(3 * 24 * 60)
    slots = rounds_by_slot(world)
    # Never twice: what is interrupted is finished, two at once do not both begin, no jump repeats a day.
    assert set(slots.values()) <= {1}
    # And not left out: a period with ten hours of peace has its round.
    quiet = {slot for slot, hours in world.calm.items() if hours >= 10}
    assert quiet <= ended_by_slot(world)
    for one in model(world).rounds:
        # Waves run once each, in order, not before their time.
        assert len(one.waves) <= len(RULES.waves)
        for number, (before, after) in enumerate(pairwise(one.waves)):
            assert before.finished is not None
            assert after.began - before.finished >= RULES.waves[number + 1] - RULES.waves[number]
        assert one.recheck is None or one.suspect


@settings(deadline=None, max_examples=40)
@given(TROUBLES, TIMETABLES, st.sampled_from(["6h", "1d", "3d"]))
def test_so_with_any_timetable(troubles: list[Trouble], expression: str, every: str) -> None:
    rules = Rules(every_of([f"robots={every}"]), (600,), Timetable(expression))
    world = World(Model(rules), rules, DECEMBER, daemons=1, cron=1)
    suffer(world, troubles)
    world.run(3 * 24 * 60)
    assert set(rounds_by_slot(world).values()) <= {1}
    quiet = {slot for slot, hours in world.calm.items() if hours >= 5}
    assert quiet <= ended_by_slot(world)
