"""The rules of the reading of terms load, and each kind of bad row is refused with file, line, field and mend."""

from pathlib import Path

import pytest

from tracker.core.terms import CATEGORIES
from tracker.errors import ReferenceDataError
from tracker.reference.terms_rules import NEEDED, terms_rules, terms_rules_path

RULE = """
[[pattern]]
language = "en"
role = "rule"
name = "one"
category = "no_scraping"
any = ["scrape"]
polarity = ["prohibit"]
score = 0.8
"""


def row(role: str, more: str = "", language: str = "en") -> str:
    return f'\n[[pattern]]\nlanguage = "{language}"\nrole = "{role}"\nany = ["word"]\n{more}\n'


def whole(without: str = "") -> str:
    return "".join(row(role) for role in NEEDED if role != without)


def load(folder: Path, text: str) -> None:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    terms_rules(path)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "nl"])
def test_every_language_has_rules_for_every_category_that_its_terms_have(language: str) -> None:
    lexicon = terms_rules()[language]
    assert {rule.category for rule in lexicon.rules} == set(CATEGORIES)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "nl"])
def test_no_rule_stands_twice(language: str) -> None:
    names = [rule.name for rule in terms_rules()[language].rules]
    assert len(names) == len(set(names))


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    load(tmp_path, whole() + RULE)


def test_words_are_filled_in(tmp_path: Path) -> None:
    text = whole() + row("words", 'name = "verbs"') + RULE.replace('"scrape"', '"%verbs% it"')
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    [rule] = terms_rules(path)["en"].rules
    assert rule.hit.pattern == "word it"


@pytest.mark.parametrize(
    ("text", "field", "mend"),
    [
        (RULE.replace('"scrape"', '"("'), "any", "is no regular expression"),
        (RULE.replace('"scrape"', '"(a)"'), "any", "write (?:...)"),
        (RULE.replace('"scrape"', '"a*"'), "any", "matches nothing at all"),
        (RULE.replace('"scrape"', '"%verbs%"'), "any", "%verbs% is not among the words above"),
        (RULE.replace('any = ["scrape"]', "any = []"), "any", "is empty"),
        (RULE.replace('any = ["scrape"]', 'any = ["a"]\nunless = ["("]'), "unless", "is no regular expression"),
        (RULE.replace("0.8", "0.3"), "score", "write one from 0.5 to 1"),
        (RULE.replace('name = "one"\n', ""), "name", "is missing"),
        (RULE.replace('category = "no_scraping"\n', ""), "category", "is missing"),
        (RULE.replace("no_scraping", "no_reading"), "category", "write one of"),
        (RULE.replace('polarity = ["prohibit"]\n', ""), "polarity", "is missing"),
        (RULE.replace("prohibit", "hate"), "polarity", "write one of"),
        (RULE.replace('"rule"', '"law"'), "role", "write one of"),
        (RULE + RULE, "name", "choose another name"),
        (row("words"), "name", "is missing"),
        (row("gate"), "role", "put both into one row"),
        (RULE + "colour = 3\n", "colour", "unknown field"),
    ],
)
def test_a_bad_row(tmp_path: Path, text: str, field: str, mend: str) -> None:
    with pytest.raises(ReferenceDataError) as raised:
        load(tmp_path, whole() + text)
    message = str(raised.value)
    assert "\n" not in message
    assert message.startswith(f"{tmp_path / 'rules.toml'}:")
    assert f": {field}: " in message
    assert mend in message


@pytest.mark.parametrize("role", NEEDED)
def test_a_language_lacks_a_row(tmp_path: Path, role: str) -> None:
    with pytest.raises(ReferenceDataError, match=f"en has no row {role}, add it"):
        load(tmp_path, whole(without=role) + RULE)


def test_the_shipped_file_is_where_the_facts_are() -> None:
    assert terms_rules_path().is_file()
    assert terms_rules_path().parent.name == "reference"
