"""The settings of the schedule: what they may say, and the one line for what they may not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.processes import settings_environment
from tracker.core.visits import Target
from tracker.errors import UsageError
from tracker.schedule.durations import seconds_of, words_of
from tracker.schedule.rules import Rules
from tracker.settings import load

DAY, WEEK = 86_400, 7 * 86_400


@given(st.integers(1, 400 * DAY))
def test_a_span_of_time_is_read_as_it_is_written(seconds: int) -> None:
    assert seconds_of(words_of(seconds)) == seconds


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1h30m", 5_400), (" 2W ", 2 * WEEK), ("1d", DAY)])
def test_a_span_of_time(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1 h", "1h?", "1y", "9999999999d"])
def test_what_is_no_span_of_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        seconds_of(text)


def test_by_default_robots_daily_and_pages_weekly_with_two_waves() -> None:
    rules = Rules.of(load())
    assert rules.every == dict.fromkeys(Target, WEEK) | {Target.ROBOTS: DAY}
    assert rules.waves == (600, 3_600)
    assert str(rules.timetable) == "30 4 * * * (UTC)"


def test_a_table_of_the_file_lies_over_the_defaults_with_or_without_quotes() -> None:
    Path("tracker.toml").write_text('[every]\nhome = "14d"\nllms.txt = "never"\n"ai.txt" = "30d"\n')
    assert load().every == (
        "robots=1d",
        "home=14d",
        "tdmrep=7d",
        "llms.txt=never",
        "ai.txt=30d",
        "trust.txt=7d",
        "terms=7d",
    )
    assert Target.LLMS not in Rules.of(load()).every


def test_flag_and_variable_say_the_same_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(every="home=14d, robots=12h").every[:2] == ("robots=12h", "home=14d")
    monkeypatch.setenv("TRACKER_EVERY", "home=3d")
    monkeypatch.setenv("TRACKER_RETRY_WAVES", "5m,2h")
    monkeypatch.setenv("TRACKER_SCHEDULE", "6h")
    assert (load().every[1], load().retry_waves, load().schedule) == ("home=3d", ("5m", "2h"), "6h")


@pytest.mark.parametrize("text", ["none", ""])
def test_no_waves(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_RETRY_WAVES", text)
    assert load().retry_waves == ()
    assert settings_environment(load())["TRACKER_RETRY_WAVES"] == "none"


def test_children_see_the_same_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = load(schedule="0 5 * * 0", every="home=14d,llms.txt=never", retry_waves="7m")
    for name, value in settings_environment(mine).items():
        monkeypatch.setenv(name, value)
    assert (load().schedule, load().every, load().retry_waves) == (mine.schedule, mine.every, mine.retry_waves)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("schedule", "daily", "neither five cron fields"),
        ("schedule", "30 4 * *", "neither five cron fields"),
        ("schedule", "6x", "no span of time"),
        ("schedule", "5s", "less than a minute"),
        ("schedule", "61 * * * *", "no cron expression"),
        ("schedule", "0 0 30 2 *", "never comes"),
        ("schedule", "0 0 1 * 1", "give one of them"),
        ("schedule", "0 0 * * 8", "no weekday"),
        ("schedule", "0 0 * * 5-2", "no weekday"),
        ("every", "homes=1d", "no target 'homes': use robots, home"),
        ("every", "home", "write home=7d"),
        ("every", "home=soon", "home: 'soon' is no span of time"),
        ("every", "home=1m", "between an hour and a year"),
        ("every", "robots=never", "robots cannot be never"),
        ("retry_waves", "1h,10m", "must rise"),
        ("retry_waves", "10m,10m", "must rise"),
        ("retry_waves", "5s", "must rise"),
        ("retry_waves", "1h,2h,3h,4h,5h,6h", "too many"),
        ("retry_waves", "later", "no span of time"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(setting: str, value: str, says: str) -> None:
    with pytest.raises(UsageError, match=f"setting {setting} \\(flag\\): .*{says}") as error:
        load(**{setting: value})
    assert "\n" not in str(error.value)
