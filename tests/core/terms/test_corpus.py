"""The made-up terms documents of tests/corpus/terms: that they are labelled soundly, and read as they are labelled.

Each line of labels.jsonl is a document: its text, the language, the categories with the clauses that prove them
(characters of the text, and the stance that each takes), the categories that readers may disagree about, and whether
the text is terms that say nothing of machines.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tracker.core.terms import CATEGORIES, Finding, Stance, read
from tracker.core.terms.standing import MACHINES

HERE = Path(__file__).parents[2] / "corpus" / "terms"
DOCUMENTS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "labels.jsonl").read_text(encoding="utf-8").splitlines()
]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=[document["id"] for document in DOCUMENTS])


def text_of(document: dict[str, Any]) -> str:
    """The words of a document, newlines as they are in the file."""
    return (HERE / document["file"]).read_bytes().decode()


@EACH
def test_labels_quote_the_text(document: dict[str, Any]) -> None:
    text = text_of(document)
    assert len(text) == document["chars"]
    assert {*document["labels"], *document["ambiguous"]} <= {*CATEGORIES, "silent"}
    for spans in document["labels"].values():
        assert spans
        assert all(text[span["start"] : span["end"]] == span["quote"] for span in spans)
    assert not (document["silent"] and MACHINES & document["labels"].keys())


def test_every_text_is_labelled() -> None:
    assert sorted(document["file"] for document in DOCUMENTS) == sorted(
        path.relative_to(HERE).as_posix() for path in HERE.glob("texts/*.txt")
    )


def test_the_corpus_has_every_category_and_stance() -> None:
    found = {
        (category, span["stance"])
        for document in DOCUMENTS
        for category, spans in document["labels"].items()
        for span in spans
    }
    assert {category for category, _ in found} == {*CATEGORIES}
    assert {stance for _, stance in found} == {*Stance} - {Stance.NONE}


def proves(finding: Finding, span: dict[str, Any]) -> bool:
    return finding.start < span["end"] and span["start"] < finding.end


@EACH
def test_each_document_is_read_as_labelled(document: dict[str, Any]) -> None:
    compared = {*CATEGORIES, "silent"} - {*document["ambiguous"]}
    findings = [finding for finding in read(text_of(document)) if finding.category in compared]
    expected = {*document["labels"]} | ({"silent"} if document["silent"] else set())
    assert {finding.category for finding in findings} == expected & compared
    for category, spans in document["labels"].items():
        found = [finding for finding in findings if finding.category == category]
        assert not found or any(proves(finding, span) for finding in found for span in spans), found
