"""Tables in terminals of several widths: words and numbers stay whole, whatever the cells hold."""

import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.cli.output import note, print_table, say

WIDTHS = (80, 100, 120, 200)
Printed = Callable[..., str]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on(width: int, columns: Sequence[str], rows: Sequence[Sequence[Any]], **more: Any) -> str:
    """What a terminal of this width shows, without its colours."""
    patch = pytest.MonkeyPatch()
    shown = _Terminal()
    with patch.context() as at:
        for name, value in {"COLUMNS": str(width), "LINES": "40", "TERM": "xterm", "NO_COLOR": "1"}.items():
            at.setitem(os.environ, name, value)
        at.setattr(sys, "stdout", shown)
        print_table(columns, rows, **more)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue())


WORDS = ["share", "of", "sites", "that", "block", "persistence", "by", "their", "rule,", "counted", "again"]
NUMBERS = ["claim", "agent", "claimed", "theirs", "n", "points", "ours", "panel", "days", "verdict"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("many", [1, 5, 12, 30])
def test_no_word_and_no_number_is_cut(width: int, many: int) -> None:
    names = [f"{word} of sites" for word in (WORDS * 3)[:many]]
    rows = [[" ".join((WORDS * 9)[at : at + at * 5]) or 1234567.25 for at in range(many)] for _ in range(3)]
    printed = on(width, names, rows)
    assert max(map(len, printed.splitlines())) <= width
    whole = {word for text in (*names, *map(str, rows[0])) for word in text.split()}
    assert {word for word in printed.split() if word.strip("─") and not word.startswith("[")} <= whole
    assert printed.count("1234567.25") == 3


@pytest.mark.parametrize("width", WIDTHS)
def test_short_texts_are_not_wrapped(width: int) -> None:
    """Ten columns of numbers and short words need 80 columns, and a text beside them takes what is left."""
    rows = [
        ["top1k", "GPTBot", 35.7, "15.4", 804, -20.3, "ours only", "[1, 2]", -18, "cannot be checked with this panel"]
    ]
    printed = on(width, NUMBERS, rows)
    assert "ours only" in printed
    assert "[1, 2]" in printed


@pytest.mark.parametrize("width", WIDTHS)
def test_a_word_longer_than_any_line_is_folded_and_nothing_else(width: int) -> None:
    printed = on(width, ("site", "line", "days"), [["a.example", "x" * 5_000, 12], ["b.example", "Disallow: /", 3]])
    assert max(map(len, printed.splitlines())) <= width
    assert printed.count("x") - printed.count("example") == 5_000
    assert all(word in printed for word in ("a.example", "b.example", "Disallow:", "12"))


def test_long_texts_become_footnotes() -> None:
    source = "a long source that says where the number comes from, with its pages and the day it was read"
    rows = [[f"input_{at}", at, "95 %", source, source.upper()] for at in range(5)]
    printed = on(50, ("input", "value", "level", "source", "note"), rows)
    assert printed.count("a long source") == 1
    assert printed.index("input_4") < printed.index("[1] a long source")
    assert on(60, ("input", "source"), [["x", source]]).count("[1]") == 0


def test_spare_columns_give_way(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[word] * 10 for word in ("persistence", "a")]
    printed = on(110, NUMBERS, rows, spare=("n", "days", "panel"))
    assert "verdict" in printed
    assert " n " not in printed
    assert capsys.readouterr().err == "left out for want of width: n, days\n"
    assert " n " in on(200, NUMBERS, rows, spare=("n", "days", "panel"))
    assert capsys.readouterr().err == ""


def test_what_no_table_holds_is_printed_as_records() -> None:
    printed = on(80, NUMBERS, [["persistence"] * 10, [None, *["persistence"] * 9]], title="A title", spare=("n",))
    assert printed.splitlines()[0].strip() == "A title"
    assert len(re.findall(r"^claim +persistence", printed, re.M)) == 1
    assert len(re.findall(r"^n +persistence", printed, re.M)) == 2


def test_a_pipe_has_every_column_and_no_terminal_is_steered(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"{word}-{at}" for at in range(30) for word in NUMBERS]
    print_table(names, [["persistence"] * 300, ["\x1b[2J\x07\ttab", *["x"] * 299]], spare=("n-0",))
    printed = capsys.readouterr().out
    assert printed.count("persistence") == 300
    assert "n-0" in printed
    assert "\x1b" not in printed
    assert "\N{REPLACEMENT CHARACTER}[2J" in printed


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 8).flatmap(
        lambda many: st.lists(
            st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=80)), min_size=many, max_size=many),
            max_size=4,
        )
    ),
    st.integers(1, 130),
)
def test_any_cells_in_any_width(rows: list[list[object]], width: int) -> None:
    columns = [f"column {at}" for at in range(len(rows[0]) if rows else 3)]
    assert bool(on(width, columns, rows, spare=columns[:1])) or not rows


# Prose


def _said(width: int, text: str, hang: int = 0) -> str:
    patch = pytest.MonkeyPatch()
    shown = _Terminal()
    with patch.context() as at:
        at.setitem(os.environ, "COLUMNS", str(width))
        at.setattr(sys, "stdout", shown)
        say(text, hang)
    return shown.getvalue()


@given(st.text("ab -\u00e4", max_size=400), st.integers(30, 120))
@settings(max_examples=50)
def test_prose_is_wrapped_between_words(text: str, width: int) -> None:
    printed = _said(width, text)
    assert printed.split() == text.split()
    assert all(len(line) <= width or len(line.split()) == 1 for line in printed.splitlines())


def test_what_goes_over_hangs_below() -> None:
    assert _said(30, f"  said:   {'word ' * 6}", 10) == "  said:   word word word word\n          word word\n"
    assert _said(80, "one line\n\n  and another") == "one line\n\n  and another\n"


def test_a_pipe_gets_lines_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    line = "word " * 100
    say(line)
    note(line)
    assert capsys.readouterr() == (line + "\n", line + "\n")
