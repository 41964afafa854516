"""What a brief gives to copy: citations in BibTeX whatever a list is called, and words in which code is marked."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.publish.brief.blocks import Code
from tracker.publish.brief.facts import Frame
from tracker.publish.brief.words import bibtex, ticked

FRAME = Frame(
    panel="top",
    title="The top",
    list_id="1",
    population=None,
    is_sample=False,
    members=5,
    first_day="2024-01-01",
    date="2024-01-10",
    n=4,
    unknown=1,
    definition="effective_full",
    counted="",
    denominator="",
    of_sites="",
    bounds="",
    is_demo=False,
    software="drywell 1",
    history_id="a",
    generation="1",
    horizon="2024-01-10",
)


def note(list_id: str) -> str:
    return next(line for line in bibtex(replace(FRAME, list_id=list_id)) if line.startswith("  note = "))


@pytest.mark.parametrize(
    ("list_id", "written"),
    [
        ("robots/{site}.txt", r"robots/\{site\}.txt"),
        ("a_b&c%d$e#f", r"a\_b\&c\%d\$e\#f"),
        ("}{", r"\textbraceright{}\textbraceleft{}"),
        ("{x", r"\textbraceleft{}x"),
        ("~\\^", r"\textasciitilde{}\textbackslash{}\textasciicircum{}"),
    ],
)
def test_nothing_is_a_command_of_tex(list_id: str, written: str) -> None:
    assert f"list {written}; n = 4" in note(list_id)


@given(st.text(alphabet="{}\\ax%", max_size=12))
@example("\\}")
@example("{" * 5_000)
def test_an_entry_ends_where_its_braces_say(list_id: str) -> None:
    """BibTeX counts braces, be they escaped or not: the entry is one only if they nest as they should."""
    depth = 0
    entry = "\n".join(bibtex(replace(FRAME, list_id=list_id, title=list_id)))
    for place, sign in enumerate(entry):
        depth += (sign == "{") - (sign == "}")
        assert depth > 0 or place < entry.index("{") or place == len(entry) - 1
    assert depth == 0


def test_back_quotes_in_pairs_mark_code() -> None:
    assert ticked("ask `tracker crawl` first") == ("ask ", Code("tracker crawl"), " first")
    assert ticked("`a` and `b`") == (Code("a"), " and ", Code("b"))
    assert ticked("one ` alone") == ("one ` alone",)
    assert len(ticked("`" * 100_000)) == 1
