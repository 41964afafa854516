"""What items inherit from lead-ins, lists around them and headings."""

import pytest

from tracker.core.terms import Category, read

ITEM = "Use robots and scripts to extract data from the pages"
COPY = "Reproduce or republish the articles"


def categories(text: str) -> set[str]:
    return {finding.category.value for finding in read(text, "en")}


@pytest.mark.parametrize(
    "lead_in",
    [
        "You may not:",
        "You agree not to do any of the following:",
        "You must not do the following.",
        "The following is prohibited:",
        "Unless we have expressly agreed in writing, you must not:",
        "You may not do any of these, unless the law forbids this restriction or you have our permission to do so:",
        "You will not (and you will ensure that your agents will not):",
    ],
)
def test_a_lead_in_forbids_its_items(lead_in: str) -> None:
    assert {"no_scraping", "no_redistribution"} <= categories(f"{lead_in}\n{ITEM};\n{COPY}.")


@pytest.mark.parametrize("lead_in", ["You may:", "You are free to:", "You must not sell them, but you may:"])
def test_a_lead_in_that_allows_forbids_nothing(lead_in: str) -> None:
    assert "no_redistribution" not in categories(f"{lead_in}\n{COPY};\nPrint the articles.")


def test_a_list_within_a_list_inherits() -> None:
    text = "You agree not to:\n1. send spam;\n2. do with the articles any of these:\n(a) reproduce or republish them;"
    assert "no_redistribution" in categories(text)


def test_back_in_the_outer_list_its_lead_in_holds_again() -> None:
    text = "You must not:\n1. send spam;\n2. stop us, for we may:\na) close your account;\n3. republish our articles;"
    assert "no_redistribution" in categories(text)


def test_a_paragraph_of_its_own_ends_the_list() -> None:
    text = f"You may not:\n{ITEM}.\nWe send letters.\nThis text is about the reproduction of articles by partners."
    quotes = [finding.quote for finding in read(text, "en") if finding.category is Category.NO_REDISTRIBUTION]
    assert not any("partners" in quote for quote in quotes)


@pytest.mark.parametrize("heading", ["Prohibited uses", "What you must not do", "3. Restrictions", "YOU MAY NOT"])
def test_a_heading_forbids(heading: str) -> None:
    assert "no_redistribution" in categories(f"{heading}\n{COPY}.\nThat is all.")


def test_another_heading_ends_it() -> None:
    assert "no_redistribution" not in categories(f"Prohibited uses\nSpam.\nOur offers\n{COPY}.")


def test_an_enumeration_in_a_sentence() -> None:
    text = "You may not (a) send spam, (b) reproduce our articles, or (c) use robots to extract data from the site."
    found = {finding.category.value: finding.quote for finding in read(text, "en")}
    assert found["no_redistribution"].startswith("(b)")
    assert found["no_scraping"].startswith("(c)")


def test_a_clause_that_allows_within_an_enumeration_that_forbids() -> None:
    text = "You may not (a) send spam, or (b) sell copies, but you may reproduce our articles in class."
    assert not any("class" in f.quote and f.rule == "en-redistribution-bare" for f in read(text, "en"))


def test_the_marker_of_the_paragraph_is_no_enumeration() -> None:
    text = (
        "(b) You have a licence; however, it does not include any right to (i) send spam; (ii) republish our articles."
    )
    assert [f.quote[:4] for f in read(text, "en") if f.category is Category.NO_REDISTRIBUTION] == ["(ii)"]


def test_a_sentence_that_goes_on() -> None:
    text = "You may not use our services for business. This includes selling any portion of our service."
    assert "no_redistribution" in categories(text)


def test_wrapped_lines_are_one_sentence() -> None:
    text = "Readers of this journal may not, for any purpose,\nuse a robot to collect the contents of it\nor to copy."
    [finding] = [f for f in read(text, "en") if f.category is Category.NO_SCRAPING]
    assert finding.quote == text


def test_the_first_item_in_the_paragraph_of_the_lead_in() -> None:
    assert "no_redistribution" in categories(f"The following is not permitted: sending spam;\n{COPY};\nand worse.")
