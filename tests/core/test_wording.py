"""Signals and conflicts of a site in few words."""

from typing import Any

import pytest

from tracker.core.wording import Statement, disagreements, in_force, some

SINCE = "2025-09-27T06:00:00Z"


def signal(agent: str = "*", value: str = "no", **other: Any) -> dict[str, Any]:
    row = {"kind": "content-signal", "key": "ai-train", "value": value, "agent": agent, "path": "", "flags": ""}
    return {**row, "raw": "", "valid_from": SINCE, "valid_to": None, **other}


def conflict(agent: str, key: str, value: str) -> dict[str, str]:
    says = "closed in words, open by rule" if value in {"no", "n"} else "open in words, closed by rule"
    return {"agent": agent, "key": key, "value": value, "conflict": says}


def test_what_is_in_force_is_told_once_to_all_whom_it_addresses() -> None:
    rows = [
        signal("gptbot", flags="conflict"),
        signal("whoever", flags="conflict"),
        signal(value="", raw="ai-train=maybe"),
        signal(value="yes", valid_to="2025-10-01T06:00:00Z"),
    ]
    assert in_force(rows, {"gptbot": "GPTBot"}) == [
        Statement("content-signal", "ai-train=no", ("GPTBot", "whoever"), "", "conflict", SINCE),
        Statement("content-signal", "ai-train=maybe", ("*",), "", "", SINCE),
    ]


def test_a_line_a_direction_with_the_first_agents_and_how_many_more() -> None:
    rows = [conflict(agent, "ai-train", "no") for agent in ("ABot", "BBot", "CCBot", "GPTBot")]
    rows += [conflict("ABot", "train-ai", "n"), conflict("DBot", "ai-input", "yes")]
    assert disagreements(rows, {"CCBot", "GPTBot"}) == [
        "closed in words (`ai-train=no`, `train-ai=n`), open by rule for CCBot, GPTBot, ABot and 1 more",
        "open in words (`ai-input=yes`), closed by rule for DBot",
    ]
    assert disagreements([], set()) == []


@pytest.mark.parametrize(("count", "words"), [(1, "0"), (3, "0, 1, 2"), (69, "0, 1, 2 and 66 more")])
def test_some_of_many(count: int, words: str) -> None:
    assert some([str(number) for number in range(count)]) == words
