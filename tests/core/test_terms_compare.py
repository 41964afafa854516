"""Two texts of terms beside each other, block by block."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.terms.compare import MOST_BLOCKS, Compared, Fate, TooDifferent, compare, words_changed
from tracker.core.textdiff import text_diff

BEFORE = "Terms of use\nYou may read what is here.\nDo not sell it to others.\nGoodbye"
AFTER = (
    "Terms of use\nYou may read what is here.\nDo not sell it, or train models on it, to others.\nNo robots\nGoodbye"
)

blocks = st.lists(st.text(alphabet="ab \u00e9", max_size=8), max_size=12).map("\n".join)


def test_blocks_that_stay_change_come_and_go():
    assert compare(BEFORE, AFTER) == [
        Compared(Fate.SAME, "Terms of use", "Terms of use"),
        Compared(Fate.SAME, "You may read what is here.", "You may read what is here."),
        Compared(Fate.CHANGED, "Do not sell it to others.", "Do not sell it, or train models on it, to others."),
        Compared(Fate.ADDED, "", "No robots"),
        Compared(Fate.SAME, "Goodbye", "Goodbye"),
    ]
    assert [one.fate for one in compare(AFTER, BEFORE)] == ["same", "same", "changed", "removed", "same"]


def test_a_block_of_other_words_is_another_block():
    assert [one.fate for one in compare("a b c", "x y z")] == ["removed", "added"]
    assert [one.fate for one in compare("", "x y z")] == ["added"]
    assert compare("", "") == []


def test_what_came_before_a_changed_block_is_told_from_it():
    found = compare("one two three four", "brand new\none two three five")
    assert [(one.fate, one.after) for one in found] == [
        ("added", "brand new"),
        ("changed", "one two three five"),
    ]


@given(blocks, blocks)
def test_nothing_is_lost(before: str, after: str):
    found = compare(before, after)
    old = [one.before for one in found if one.fate is not Fate.ADDED]
    new = [one.after for one in found if one.fate is not Fate.REMOVED]
    assert (old, new) == tuple([block for block in text.split("\n") if block] for text in (before, after))
    assert all((one.before == one.after) is (one.fate is Fate.SAME) for one in found)


@given(blocks, blocks)
def test_the_pieces_of_words_make_up_their_block(before: str, after: str):
    left, right = words_changed(before, after)
    assert ("".join(piece for piece, _ in left), "".join(piece for piece, _ in right)) == (before, after)


def test_the_words_that_differ_are_marked():
    left, right = words_changed("Do not sell it", "Do not even sell it")
    assert left == [("Do not ", False), ("sell it", False)]
    assert right == [("Do not ", False), ("even ", True), ("sell it", False)]


def test_hostile_texts_are_bounded_in_time():
    began = time.process_time()
    with pytest.raises(TooDifferent):
        compare("\n".join(f"a{n}" for n in range(MOST_BLOCKS)), "\n".join(f"b{n}" for n in range(MOST_BLOCKS)))
    alike = compare("\n".join(["a b"] * 1_999 + ["x"]), "\n".join(["y", *["a b"] * 1_999]))
    assert len(alike) >= 2_000
    one, other = ("\n".join(f"{word} {n}" for n in range(1_900)) for word in ("a", "b"))
    compare(one, other)
    words_changed("a " * 900_000, "b " * 900_000)
    assert time.process_time() - began < 3


def test_a_unified_diff_can_show_whole_paragraphs():
    old, new = f"{'word ' * 200}end".encode(), f"{'word ' * 200}other".encode()
    assert text_diff(old, new, longest=20_000)[-1].endswith("word other")
