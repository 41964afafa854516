"""`read`, `review` and the classifier: quotes, stances, silence, doubts, languages, and texts of ill will."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.terms.cases import CASES
from tracker.core.terms import RULESET, Category, Classifier, Finding, RuleClassifier, Stance, classify, read, review
from tracker.core.terms.finding import ASSERTED, DOUBTFUL

TERMS = """Terms of Use
By using this site you agree to these terms. Read our privacy policy, too.
The terms are governed by the law of the place where we are. The courts there have jurisdiction.
We offer the site as is, without warranties of any kind, and we are not liable for damages.
We reserve the right to terminate your account. You acknowledge that we own the intellectual property.
"""
LONG_TERMS = TERMS + "Members meet every Tuesday at noon, and bring their own tea and cake. " * 20


def stances(text: str, language: str = "en") -> dict[Category, Stance]:
    return {finding.category: finding.stance for finding in read(text, language)}


@pytest.mark.parametrize(
    ("clause", "category", "stance"),
    [
        ("You may not scrape the site.", Category.NO_SCRAPING, Stance.PROHIBIT),
        ("You may not scrape the site without our consent.", Category.NO_SCRAPING, Stance.NEEDS_PERMISSION),
        ("You may not copy the pages without our consent.", Category.PERMISSION_REQUIRED, Stance.NEEDS_PERMISSION),
        ("We reserve all rights to text and data mining.", Category.TDM_RESERVATION, Stance.RESERVE),
        ("Crawling is allowed as our robots.txt permits it.", Category.CONDITIONAL_ALLOW, Stance.CONDITIONAL),
        ("You may not build a competing service with our data.", Category.NO_COMPETE, Stance.PROHIBIT),
    ],
)
def test_stance(clause: str, category: Category, stance: Stance) -> None:
    assert stances(clause)[category] is stance


def test_findings_quote_the_text_in_its_order() -> None:
    text = "\ufeff“Terms”\r\n\r\n" + "\r\n".join(case[1] for case in CASES) + "\r\n"
    found = classify(text, "en")
    assert found == sorted(found, key=lambda finding: finding.start)
    assert all(finding.quote == text[finding.start : finding.end] for finding in found)
    assert all(finding.quote == finding.quote.strip() for finding in found)


def test_a_clause_is_quoted_not_the_page() -> None:
    [finding] = [f for f in read(LONG_TERMS + "Scraping is prohibited. Tea is not.", "en") if f.rule != "terms-page"]
    assert finding.quote == "Scraping is prohibited."


def test_a_terms_page_without_a_word_of_machines_is_silent() -> None:
    [finding] = read(LONG_TERMS)
    assert (finding.category, finding.stance) == (Category.SILENT, Stance.NONE)
    assert finding.quote
    assert review(LONG_TERMS) == []


def test_silent_stands_beside_what_else_is_said() -> None:
    found = {f.category for f in read(LONG_TERMS + "You may not republish our articles.")}
    assert found == {Category.SILENT, Category.NO_REDISTRIBUTION}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TERMS, id="too short"),
        pytest.param("Members meet every Tuesday at noon, and bring their own tea. " * 60, id="no terms"),
        pytest.param(
            "Members meet every Tuesday at noon, and bring their own tea. " * 60
            + "Terms of use. Privacy policy. Copyright, all rights reserved. By using the site you agree to our terms.",
            id="an article with a legal footer",
        ),
        pytest.param(LONG_TERMS + "Our robot says hello to you.", id="a word of machines"),
        pytest.param(LONG_TERMS + "Scraping is prohibited.", id="something asserted"),
        pytest.param("Näiden ehtojen mukaan palvelua saa käyttää vain omaan käyttöön. " * 60, id="a language unread"),
        pytest.param("", id="nothing"),
        pytest.param(
            LONG_TERMS + "Tea is served at noon. " * 25_000 + "Scraping is prohibited.", id="more than is read"
        ),
    ],
)
def test_not_silent(text: str) -> None:
    assert Category.SILENT not in {finding.category for finding in read(text)}


def test_the_own_robot_is_a_mention_and_no_ban() -> None:
    sentence = "Our robots read every page at night."
    assert read(LONG_TERMS + sentence) == []
    assert [(f.quote, f.rule) for f in review(LONG_TERMS + sentence)] == [(sentence, "mention")]


@pytest.mark.parametrize(
    ("sentence", "category"),
    [
        ("We crawl our own pages at night.", Category.NO_SCRAPING),
        ("An AI may be trained with what is written here.", Category.NO_AI_TRAINING),
        ("Our provider respects opt-outs from text and data mining.", Category.TDM_RESERVATION),
    ],
)
def test_a_mention_is_of_the_category_that_it_could_be_of(sentence: str, category: Category) -> None:
    [mention] = review(LONG_TERMS + sentence)
    assert (mention.category, mention.quote, mention.rule) == (category, sentence, "mention")


@pytest.mark.parametrize(
    "sentence",
    [
        "We use automated tools to keep the site clean.",
        "We may train an AI with what you write.",
        "Your notes are never used to train models of others.",
        "Accounts that were opened by bots are closed.",
        "You may ask a person to look at a decision that was taken by automated means.",
        "Your membership renews by automatic payment.",
        "Do not harvest phone numbers or other contact information.",
        "Do not use bots to post messages or to inflate the number of likes.",
    ],
)
def test_machines_that_read_nothing_do_not_break_silence(sentence: str) -> None:
    assert [finding.category for finding in read(LONG_TERMS + sentence)] == [Category.SILENT]
    assert review(LONG_TERMS + sentence) == []


def test_read_and_review_share_what_classify_finds() -> None:
    for text in (LONG_TERMS, "\n".join(case[1] for case in CASES)):
        assert sorted(map(repr, read(text) + review(text))) == sorted(map(repr, classify(text)))
        assert all(finding.score >= ASSERTED for finding in read(text))
        assert all(DOUBTFUL <= finding.score < ASSERTED for finding in review(text))


def test_the_rules_are_a_classifier() -> None:
    classifier: Classifier = RuleClassifier()
    assert classifier.version == RULESET
    assert list(classifier.classify("Scraping is prohibited.", "en")) == read("Scraping is prohibited.", "en")


def test_the_language_is_told_by_the_text() -> None:
    german = "Die Inhalte dieser Seite sind für Sie und mit Mühe gemacht. Das automatisierte Auslesen ist untersagt."
    assert {finding.category for finding in read(german)} == {Category.NO_SCRAPING}


def test_a_text_in_two_languages_is_read_in_both() -> None:
    german = (
        "Das Kopieren der Texte ist nicht gestattet. Die Seite ist von und für Leser, und sie wird mit Mühe gemacht. "
    )
    english = "You and your friends are the readers of this site. You may not use robots on the site. "
    found = {finding.category for finding in read(german * 3 + "\n" + english * 3)}
    assert found == {Category.NO_SCRAPING, Category.NO_REDISTRIBUTION}


@pytest.mark.parametrize("language", ["fi", "xx", ""])
def test_a_language_without_rules_yields_nothing(language: str) -> None:
    assert classify(LONG_TERMS + "Scraping is prohibited.", language) == []


def test_regions_of_a_language() -> None:
    assert read("Scraping is prohibited.", "en-GB") == read("Scraping is prohibited.", "EN")


WORDS = st.one_of(
    st.sampled_from(
        ["you", "may not", "we", "(a)", "(b)", "scrape", "robots", ".", ";", ":", "\n", "train", "ai", "models"]
    ),
    st.sampled_from(
        ["data", "mining", "“", "”", "text", "and", "is prohibited", "Use", "1.", "-", "unless", "reserve"]
    ),
    st.sampled_from(["without our prior written consent", "competing", "copy", "the content", "İ", "ß", "’", "\u2028"]),
    st.sampled_from(["die", "nicht", "untersagt", "für", "la", "de", "pas", "prohibido"]),
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=80).map(" ".join)))
def test_any_text(text: str) -> None:
    found: list[Finding] = []
    for language in (None, "en", "fr"):
        found += classify(text, language)
        assert classify(text, language) == classify(text, language)
    for finding in found:
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.quote == text[finding.start : finding.end]
        assert DOUBTFUL <= finding.score <= 1


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: "the " + "a" * 5_000_000, id="one word"),
        pytest.param(lambda: "you may not use the robot " * 200_000, id="one line", marks=pytest.mark.slow),
        pytest.param(lambda: "you may not\n" * 1_000_000, id="a million lines", marks=pytest.mark.slow),
        pytest.param(lambda: "without the prior written " * 200_000, id="leave without end"),
        pytest.param(
            lambda: "you may not (a) copy (b) sell the content " * 125_000, id="enumerations", marks=pytest.mark.slow
        ),
        pytest.param(lambda: "the and of to you " + "(a)" * 1_500_000, id="markers"),
        pytest.param(
            lambda: "the and of you may not: " + "use the site:\n" * 350_000, id="lead-ins", marks=pytest.mark.slow
        ),
        pytest.param(lambda: "train the and, " * 350_000, id="commas", marks=pytest.mark.slow),
        pytest.param(lambda: "the and of " + " " * 5_000_000 + "ai", id="spaces"),
        pytest.param(lambda: "the of and " + "\"'“" * 1_700_000, id="quotes"),
        pytest.param(lambda: "the of and. " + "A.A." * 1_200_000, id="stops"),
    ],
)
def test_ill_will_costs_little(make: Callable[[], str]) -> None:
    text = make()
    begun = time.process_time()
    found = classify(text)
    assert time.process_time() - begun < 8
    assert all(finding.quote == text[finding.start : finding.end] for finding in found)
