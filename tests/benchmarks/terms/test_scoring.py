"""The scorer counts as its words say, on a folder of three made-up texts."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.terms.folder import BadFolder, Document, documents, pairs, series
from tests.benchmarks.terms.keywords import read_keywords
from tests.benchmarks.terms.scoring import Counts, classes_right, policy_events, score, score_pairs
from tracker.core.terms import Category, Finding, Stance

BAN = "You may not crawl or scrape this site."
BOUGHT = "You must not resell what you read here."
TEXTS = {
    "ban": f"Terms of use\n{BAN}\nÜbrigens: {BOUGHT}\n",
    "silent": "Terms of use\nBe kind to each other.\n",
    "hint": "Terms of use\nOur robots greet you.\nDo not compete with us.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.txt").write_bytes(text.encode())
    rows = [
        row("ban", {"no_scraping": [BAN], "no_redistribution": [BOUGHT]}),
        row("silent", {}, silent=True),
        row("hint", {}, ambiguous=["no_compete"], silent=True),
    ]
    write(tmp_path / "labels.jsonl", rows)
    return tmp_path


def row(name: str, quotes: dict[str, list[str]], **more: object) -> dict:
    text = TEXTS[name]
    labels = {
        category: [{"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote} for quote in of]
        for category, of in quotes.items()
    }
    return {"id": name, "file": f"{name}.txt", "labels": labels, "ambiguous": [], "silent": False, **more}


def write(path: Path, rows: Sequence[dict]) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))


def finding(category: Category, text: str, quote: str) -> Finding:
    start = text.index(quote)
    return Finding(category, Stance.PROHIBIT, start, start + len(quote), quote, 0.9, "made up")


def reader(said: dict[str, list[tuple[str, str]]]):
    """A reading that says these (category, quote) of the texts."""
    by_text = {
        TEXTS[name]: [finding(Category(category), TEXTS[name], quote) for category, quote in of]
        for name, of in said.items()
    }
    return lambda text: by_text.get(text, [])


def test_hits_misses_and_evidence(folder: Path):
    read = reader(
        {
            "ban": [("no_scraping", "crawl"), ("no_scraping", "Terms"), ("no_redistribution", "Terms")],
            "silent": [("no_scraping", "kind")],
            "hint": [("no_compete", "compete"), ("silent", "Terms")],
        }
    )
    found = score(documents(folder), read)
    assert found.counts[Category.NO_SCRAPING] == Counts(tp=1, fp=1, fn=0, evidenced=1)
    assert found.counts[Category.NO_REDISTRIBUTION] == Counts(tp=1, evidenced=0)
    assert found.counts[Category.NO_COMPETE] == Counts(), "ambiguous there"
    assert found.counts[Category.SILENT] == Counts(tp=1, fn=1)
    assert found.overlap == 0.5
    assert found.macro == pytest.approx((2 / 3 + 1) / 2), "of the two that there are"
    assert {(miss.document, miss.category, miss.kind) for miss in found.misses} == {
        ("silent", "no_scraping", "fp"),
        ("ban", "no_redistribution", "elsewhere"),
        ("silent", "silent", "fn"),
    }


def test_unclear_is_neither_silent_nor_a_category_that_excludes_it(folder: Path):
    found = score(documents(folder), reader({"ban": [("no_redistribution", "resell")]}))
    assert (found.unclear_silent, found.unclear_other) == (2, 1)
    assert found.counts[Category.NO_SCRAPING] == Counts(fn=1)
    assert found.counts[Category.SILENT].precision is None


def test_a_perfect_reading_has_no_spread_and_a_mixed_one_has(folder: Path):
    perfect = score(documents(folder), reader({"ban": [("no_scraping", BAN), ("no_redistribution", BOUGHT)]}))
    assert perfect.macro == 1
    assert perfect.intervals[Category.NO_SCRAPING] == (1, 1)
    assert perfect.intervals[Category.TDM_RESERVATION] is None
    mixed = score(documents(folder), reader({"ban": [("no_scraping", BAN)], "silent": [("no_scraping", "kind")]}))
    low, high = mixed.intervals[Category.NO_SCRAPING]
    assert (low, high) == (0, 1)
    assert mixed == score(
        documents(folder), reader({"ban": [("no_scraping", BAN)], "silent": [("no_scraping", "kind")]})
    )


def test_key_words_are_found_whatever_they_say(folder: Path):
    found = score(documents(folder), read_keywords)
    assert found.counts[Category.NO_SCRAPING] == Counts(tp=1, fp=1, evidenced=1)
    assert found.counts[Category.SILENT] == Counts(tp=1, fn=1)


def test_classes_are_held_against_those_of_the_labels(folder: Path):
    found = documents(folder)
    assert classes_right(found, reader({"ban": [("no_scraping", BAN)], "silent": [("silent", "Terms")]})) == (2, 3)
    write(folder / "labels.jsonl", [row("ban", {"no_scraping": [BAN]}, ambiguous=["no_ai_training"])])
    assert classes_right(documents(folder), reader({})) == (0, 0)


def test_pairs_are_held_against_what_came_and_went(folder: Path):
    assert pairs(folder) == []
    labelled = {"id": "one", "before": "silent.txt", "after": "ban.txt", "added": ["no_scraping"], "removed": []}
    write(folder / "changes.jsonl", [labelled, {**labelled, "ambiguous": ["no_redistribution"]}])
    results = score_pairs(pairs(folder), reader({"ban": [("no_scraping", BAN), ("no_redistribution", BOUGHT)]}))
    assert [(added, removed) for _, added, removed in results] == [
        ({"no_scraping", "no_redistribution"}, set()),
        ({"no_scraping"}, set()),
    ]


def test_a_series_that_alternates_has_next_to_no_events(folder: Path):
    assert series(folder) == []
    row = {"id": "flaps", "texts": ["silent.txt", "ban.txt"], "looks": [0, 1] * 100, "hours": 12, "most": 1}
    write(folder / "series.jsonl", [row, {**row, "looks": [0, 0, 1, 1, 1, 0]}])
    read = reader({"ban": [("no_scraping", BAN)]})
    assert [policy_events(one, read) for one in series(folder)] == [0, 1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"file": "gone.txt"}, "labels.jsonl:1: gone.txt cannot be read"),
        ({"ambiguous": ["no_fun"]}, "labels.jsonl:1: 'no_fun' is no category"),
        (
            {"labels": {"no_scraping": [{"start": 0, "end": 3, "quote": "You"}]}},
            "no_scraping: the text has other words",
        ),
        ({"labels": {"no_scraping": []}}, "no_scraping: has no clause"),
    ],
)
def test_a_bad_label_is_named_with_its_line(folder: Path, change: dict, says: str):
    write(folder / "labels.jsonl", [{**row("ban", {}), **change}])
    with pytest.raises(BadFolder, match=says):
        documents(folder)


def test_places_count_characters_with_line_ends_as_they_are(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes("Ü\r\nNo.".encode())
    label = {"no_compete": [{"start": 3, "end": 6, "quote": "No."}]}
    write(tmp_path / "labels.jsonl", [{"id": "a", "file": "a.txt", "labels": label, "silent": False}])
    assert documents(tmp_path) == [Document("a", "Ü\r\nNo.", {Category.NO_COMPETE: ((3, 6),)}, frozenset(), False)]
