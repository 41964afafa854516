"""The sentence and the marked file: right lines, right words, and nothing of a stranger's bytes runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evidence import LONGEST_LINE, as_html, explain
from tests.conftest import AGENTS

GPTBOT, _, EXTENDED, _, STUBBORN = AGENTS


@pytest.mark.parametrize(
    ("body", "agent", "sentence"),
    [
        (
            b"User-agent: GPTBot\nDisallow: /\n",
            GPTBOT,
            "Line 2 `Disallow: /` in the group of line 1 closes every page to GPTBot, by name.",
        ),
        (
            b"User-agent: CCBot\nUser-agent: GPTBot\nDisallow: /a\n",
            GPTBOT,
            "Line 3 `Disallow: /a` in the group of line 2 closes some pages to GPTBot, by name.",
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow: /about\n",
            GPTBOT,
            (
                "Line 2 `Disallow: /` in the group of line 1 closes ordinary pages to GPTBot, "
                "through the rules for every agent; line 3 keeps some open."
            ),
        ),
        (b"User-agent: GPTBot\nDisallow:\n", GPTBOT, "The group of line 1 closes nothing to GPTBot, by name."),
        (b"", GPTBOT, "No group of this file is for GPTBot and none is for everybody: every page is open."),
        (
            b"User-agent: *\nDisallow: /\n",
            STUBBORN,
            "No group of this file is for Stubborn and none is for everybody: every page is open.",
        ),
        (
            b"User-agent: Googlebot\nDisallow: /\n",
            EXTENDED,
            (
                "Line 2 `Disallow: /` in the group of line 1 closes every page to Google-Extended, "
                "which obeys the rules for Googlebot where it is not named itself."
            ),
        ),
        (
            b"User-agent: GPTBot\nDisallow: /a\n\nUser-agent: GPTBot\nDisallow: /\n",
            GPTBOT,
            "Line 5 `Disallow: /` in the group of lines 1 and 4 closes every page to GPTBot, by name.",
        ),
    ],
)
def test_the_sentence_names_line_words_group_effect_and_basis(body: bytes, agent: object, sentence: str) -> None:
    assert explain(body, agent).sentence == sentence  # type: ignore[arg-type]


def test_the_deciding_line_is_marked_in_words() -> None:
    html = as_html(explain(b"User-agent: GPTBot\nDisallow: /\n", GPTBOT), whole=True)
    assert "&#8592; names GPTBot" in html
    assert html.index("Disallow: /") < html.index("&#8592; decides")


@pytest.mark.parametrize(
    ("group", "agent", "words"),
    [
        (b"*", GPTBOT, "applies to GPTBot"),
        (b"GPTBot", GPTBOT, "names GPTBot"),
        (b"Googlebot", EXTENDED, "applies to Google-Extended"),
    ],
)
def test_a_line_names_an_agent_or_only_applies_to_it(group: bytes, agent: object, words: str) -> None:
    html = as_html(explain(b"User-agent: " + group + b"\nDisallow: /\n", agent), whole=True)  # type: ignore[arg-type]
    assert f"&#8592; {words}<" in html


def test_a_long_file_is_folded_to_its_beginning_and_what_matters() -> None:
    body = b"".join(b"# %d\n" % number for number in range(1, 501)) + b"User-agent: GPTBot\nDisallow: /\n"
    folded = as_html(explain(body, GPTBOT), whole=False)
    assert "# 3<" in folded
    assert "# 250<" not in folded
    assert "494 lines" in folded
    assert "Disallow: /" in folded
    assert "# 250<" in as_html(explain(body, GPTBOT), whole=True)


def test_lines_and_files_are_shown_in_bounds() -> None:
    html = as_html(explain(b"# " + b"x" * 100_000 + b"\n" + b"#\n" * 100_000, GPTBOT), whole=True)
    assert "x" * (LONGEST_LINE + 1) not in html
    assert len(html) < 1_000_000


@given(st.binary(max_size=400))
def test_no_bytes_become_markup_or_control_characters(body: bytes) -> None:
    evidence = explain(b"User-agent: *\nDisallow: /\n<script>alert(1)</script>\n" + body, GPTBOT)
    html = as_html(evidence, whole=True)
    assert "<script" not in html
    assert all(sign.isprintable() for sign in html)
