from datetime import date

import pytest

from tracker.core.agents import MAX_TOKEN_BYTES, Agent, Kind, Purpose, checked_token, existed


def agent(valid_from: str | None) -> Agent:
    return Agent(
        name="ExampleBot",
        tokens=("ExampleBot",),
        operator="Example",
        purpose=Purpose.TRAINING,
        kind=Kind.CRAWLER,
        source="made up",
        checked="2026-11-22",
        valid_from=valid_from,
    )


@pytest.mark.parametrize(
    ("valid_from", "day", "expected"),
    [
        ("2023-08-07", "2023-08-06", False),
        ("2023-08-07", "2023-08-07", True),
        ("2023-08-07", "2023-08-07T00:00:00Z", True),
        ("2023-08-07", "2023-08-06T23:59:59Z", False),
        ("2023-08-07", date(2023, 8, 6), False),
        ("2023-08-07", date(2024, 1, 1), True),
        (None, "1994-01-01", True),
    ],
)
def test_existed(valid_from: str | None, day: str | date, expected: bool) -> None:
    assert existed(agent(valid_from), day) is expected


@pytest.mark.parametrize("token", ["GPTBot", "Kangaroo Bot", "bigsur.ai", "AI2Bot", "x", "a" * MAX_TOKEN_BYTES])
def test_token_is_taken_as_it_stands(token: str) -> None:
    assert checked_token(token) == token


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "1 to 64 bytes"),
        ("a" * (MAX_TOKEN_BYTES + 1), "1 to 64 bytes"),
        ("é" * (MAX_TOKEN_BYTES // 2) + "x", "1 to 64 bytes"),
        ("GPTBot/1.0", "slash"),
        ("GPT\x00Bot", "control character"),
        ("GPT\nBot", "control character"),
        ("-GPTBot", "start and end"),
        ("GPTBot ", "start and end"),
        ("*", "start and end"),
    ],
)
def test_token_that_no_line_can_name_is_refused(token: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked_token(token)
