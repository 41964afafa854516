"""The file of decisions about terms: what it may hold, and how a row is added."""

from pathlib import Path

import pytest

from tracker.core.terms import Category, Stance
from tracker.errors import ReferenceDataError
from tracker.reference.decisions import add_decision, check_decisions, decisions

TEXT = "ab" * 32
ROW = {
    "site": "acme.example",
    "text": TEXT,
    "category": "no_scraping",
    "stance": "prohibit",
    "who": "ada",
    "when": "2026-11-25",
    "why": 'the clause says "by any means"',
}
FILE = Path("terms_decisions.toml")


def test_no_file_is_no_decision():
    assert decisions(None) == ()


def test_a_row_is_added_and_what_stands_there_is_kept():
    before = "# mine, é\n"
    FILE.write_text(before, encoding="utf-8")
    added = add_decision(FILE, ROW)
    assert (added.category, added.stance, added.quote) == (Category.NO_SCRAPING, Stance.PROHIBIT, "")
    add_decision(FILE, {**ROW, "category": "silent", "stance": "none", "quote": "Terms\u00a0of use"})
    assert FILE.read_text(encoding="utf-8").startswith(before)
    assert [one.category for one in decisions(FILE)] == ["no_scraping", "silent"]
    assert add_decision(FILE, {**ROW, "text": "cd" * 32, "category": "silent", "stance": "yes"}).stance is Stance.NONE
    assert decisions(FILE)[-1].stance is Stance.NONE
    assert decisions(FILE)[0].why == ROW["why"]
    assert add_decision(FILE, {**ROW, "site": "*"}).site == "*"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"category": "no_fun"}, "category: 'no_fun' is unknown, write one of: no_scraping"),
        ({"stance": "maybe"}, "stance: 'maybe' is unknown"),
        ({"stance": "yes"}, "stance: 'yes' is unknown"),
        ({"category": "silent"}, "stance: a text is silent or not"),
        ({"text": "abc"}, "text: 'abc' is no SHA-256"),
        ({"site": "a b"}, "site: 'a b' is neither a host nor"),
        ({"when": "yesterday"}, "when: 'yesterday' is no date"),
        ({"why": ""}, "why: '' is no line of text"),
        ({"quote": "x" * 3000}, "quote: write the sentence that says so on one line, at most 2,000"),
        ({"quote": "two\nlines"}, "quote: write the sentence that says so on one line"),
        ({"mood": "good"}, "mood: unknown field"),
    ],
)
def test_a_bad_fact_is_refused_with_the_file_unchanged(change: dict, says: str):
    add_decision(FILE, ROW)
    before = FILE.read_bytes()
    with pytest.raises(ReferenceDataError, match=f"nothing was decided: {says}") as caught:
        add_decision(FILE, {**ROW, "text": "cd" * 32, **change})
    assert "\n" not in str(caught.value)
    assert FILE.read_bytes() == before


def test_a_second_word_on_the_same_text_is_refused_with_the_line_of_the_first():
    FILE.write_text("# mine\n")
    add_decision(FILE, ROW)
    with pytest.raises(ReferenceDataError, match=r"terms_decisions.toml:3: no_scraping .* decided there already"):
        add_decision(FILE, {**ROW, "stance": "none"})
    text = FILE.read_text()
    FILE.write_text(text + text)
    with pytest.raises(ReferenceDataError, match=r"toml:16: category: no_scraping .* decided on line 3 already"):
        decisions(FILE)


def test_every_error_has_its_line():
    rows = [f"[[decision]]\n{''.join(f'{key} = {value!r}' + chr(10) for key, value in row.items())}" for row in (
        ROW, {**ROW, "stance": "maybe", "when": "now"}, {key: ROW[key] for key in ROW if key != "who"},
    )]  # fmt: skip
    FILE.write_text("".join(rows))
    assert [error.split(": ")[:2] for error in check_decisions(FILE)] == [
        ["terms_decisions.toml:13", "stance"],
        ["terms_decisions.toml:15", "when"],
        ["terms_decisions.toml:17", "who"],
    ]
    with pytest.raises(ReferenceDataError, match=r"terms_decisions\.toml:13: stance"):
        decisions(FILE)


def test_a_file_that_is_no_toml_or_missing_is_one_line():
    FILE.write_text("[[decision]\n")
    assert check_decisions(FILE)[0].startswith("terms_decisions.toml:1: not valid TOML")
    with pytest.raises(ReferenceDataError, match=r"gone\.toml cannot be read"):
        decisions(Path("gone.toml"))
