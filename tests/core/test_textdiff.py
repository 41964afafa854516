"""The diff of two files, whatever strangers put into them."""

import time

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.textdiff import LONGEST_LINE, MOST_LINES, text_diff


def test_what_changed_with_its_surroundings() -> None:
    assert text_diff(b"a\nb\nc\nd\ne\n", b"a\nb\nc\nX\ne\n") == ["@@ -1,5 +1,5 @@", " a", " b", " c", "-d", "+X", " e"]
    assert text_diff(None, b"a\n") == ["@@ -0,0 +1 @@", "+a"]
    assert text_diff(b"a\n", None) == ["@@ -1 +0,0 @@", "-a"]
    assert text_diff(b"a\r\n", b"a") == text_diff(None, None) == []


def test_nothing_that_disfigures_a_terminal() -> None:
    assert text_diff(b"", b"\x1b[2J\xff\x00\xe2\x80\xae")[1] == "+\ufffd[2J\ufffd\ufffd\ufffd"
    assert len(text_diff(b"", b"x" * 100_000)[1]) == LONGEST_LINE + 2


def test_long_files() -> None:
    one = b"".join(b"Disallow: /%d\n" % n for n in range(30_000))
    assert "-Disallow: /777" in text_diff(one, one.replace(b"/777\n", b"/other\n"))
    other = one.replace(b"/", b"!")
    started = time.process_time()
    assert text_diff(one, other) == ["(too much has changed to show: 30,000 lines before, 30,000 after)"]
    half = MOST_LINES // 2
    lines = text_diff(b"\n".join([b"a", b"b"] * (half // 2)), b"\n".join([b"b", b"c", b"a"] * (half // 3)), most=50)
    assert (len(lines), lines[-1]) == (51, "(and more)")
    assert time.process_time() - started < 2


@given(st.lists(st.sampled_from([b"a", b"b", b"", b"\xff"])), st.lists(st.sampled_from([b"a", b"b", b"", b"\xff"])))
def test_a_diff_is_empty_only_for_equal_lines(old: list[bytes], new: list[bytes]) -> None:
    before, after = b"\n".join(old), b"\n".join(new)
    assert (text_diff(before, after) == []) == (before.splitlines() == after.splitlines())
