"""How good the reading of terms is, beside mere key words, and what it costs.

    uv run pytest -n 0 -s -m bench tests/benchmarks/terms --terms-folder FOLDER
    uv run pytest -n 0 -s -m bench tests/benchmarks/terms/bench_reading.py --terms-folder FOLDER --terms-details

The folder is in the format of `folder.py`; without one the made-up corpus of tests/corpus/terms is scored, which our
rules have seen: its figures say nothing of other texts. The reading gets the text alone, not its language. Nothing here
fails for being slow or for a miss; the targets stand beside the figures.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.terms.folder import Document, documents, pairs, series
from tests.benchmarks.terms.keywords import read_keywords
from tests.benchmarks.terms.scoring import Read, Score, classes_right, policy_events, score, score_pairs
from tracker.core import terms
from tracker.core.terms import CATEGORIES, Category

pytestmark = pytest.mark.bench
TARGETS = {
    Category.NO_SCRAPING: 0.93,
    Category.NO_AI_TRAINING: 0.90,
    Category.TDM_RESERVATION: 0.95,
    Category.PERMISSION_REQUIRED: 0.88,
    Category.CONDITIONAL_ALLOW: 0.80,
}
SIZE = 43 * 1_024  # octets of the document that the target of time is about
ROUNDS = 3


def reading() -> Read:
    """Our own; skipped where the package has none."""
    if not hasattr(terms, "read"):
        pytest.skip("there is no reading yet")
    return terms.read


@pytest.fixture(scope="module")
def labelled(terms_folder: Path) -> list[Document]:
    return documents(terms_folder)


def test_reading(labelled: list[Document], terms_folder: Path, details: bool):
    ours, peer = score(labelled, reading()), score(labelled, read_keywords)
    print(f"\n{len(labelled)} documents of {terms_folder.name}")
    for found, name, read in ((ours, "rules", reading()), (peer, "peer: key words", read_keywords)):
        _print(found, name)
        print("class of the Data Provenance Initiative: {} of {} right".format(*classes_right(labelled, read)))
    if details:
        for miss in ours.misses:
            print(f"  {miss.kind:9} {miss.document}: {miss.category}: {miss.words[:200]!r}")


def test_changes(terms_folder: Path, details: bool):
    found = pairs(terms_folder)
    if not found:
        pytest.skip("the folder has no changes.jsonl")
    for name, read in (("rules", reading()), ("peer: key words", read_keywords)):
        results = score_pairs(found, read)
        wrong = [one for one in results if (one[0].added, one[0].removed) != one[1:]]
        print(f"\n{name}: {len(results) - len(wrong)} of {len(results)} pairs of texts exactly right (target 30 of 39)")
        for pair, added, removed in wrong if details and name == "rules" else ():
            print(
                f"  {pair.name}: + {_names(added)} for {_names(pair.added)}; - {_names(removed)}"
                f" for {_names(pair.removed)}"
            )


def test_series(terms_folder: Path):
    found = series(terms_folder)
    if not found:
        pytest.skip("the folder has no series.jsonl")
    print()
    for one in found:
        events = policy_events(one, reading())
        print(f"{one.name}: {len(one.looks)} looks, {events} changes of policy (target at most {one.most})")


def test_cost(labelled: list[Document]):
    """CPU milliseconds, the best of three rounds of each document."""
    read = reading()
    sizes = [len(document.text.encode()) for document in labelled]
    ours = [_milliseconds(read, document.text) for document in labelled]
    peer = [_milliseconds(read_keywords, document.text) for document in labelled]
    scaled = SIZE / sum(sizes)
    slowest, name, size = max(zip(ours, (document.name for document in labelled), sizes, strict=True))
    print(f"\n{sum(sizes) / len(sizes) / 1_024:.1f} KB the mean document, CPU for 43 KB:")
    print(f"rules {sum(ours) * scaled:.1f} ms (target 100), key words {sum(peer) * scaled:.1f} ms")
    print(f"the dearest takes {slowest:.1f} ms: {name}, {size / 1_024:.1f} KB")


def _milliseconds(read: Read, text: str) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        read(text)
        best = min(best, (time.process_time_ns() - start) / 1e6)
    return best


def _print(found: Score, name: str) -> None:
    print(f"\n{name}\n{'category':20} {'tp':>4} {'fp':>4} {'fn':>4} {'P':>6} {'R':>6} {'F1':>6}  95 %         evidence")
    for one in CATEGORIES:
        counts = found.counts[one]
        target = f"  (target {TARGETS[one]:.2f})" if one in TARGETS else ""
        print(
            f"{one:20} {counts.tp:4} {counts.fp:4} {counts.fn:4} {_share(counts.precision)} {_share(counts.recall)} "
            f"{_share(counts.f1)}  {_interval(found.intervals[one])}  {_share(counts.overlap)}{target}"
        )
    print(f"macro F1 of {_counted(found)}: {_share(found.macro)}  {_interval(found.macro_interval)}  (target 0.93)")
    conditional = found.counts[Category.CONDITIONAL_ALLOW]
    print(
        f"evidence overlaps the labels: {_share(found.overlap)} (target 0.95), "
        f"conditional_allow {_share(conditional.overlap)} (target 0.75)"
    )
    silent = found.counts[Category.SILENT]
    print(
        f"silent: tp {silent.tp}, fp {silent.fp}, fn {silent.fn}; P {_share(silent.precision)} (target 0.80), "
        f"R {_share(silent.recall)}; unclear: {found.unclear_silent} silent ones, {found.unclear_other} others"
    )


def _counted(found: Score) -> str:
    known = sum(found.counts[one].f1 is not None for one in CATEGORIES)
    return "the eight" if known == len(CATEGORIES) else f"{known} of the eight, of which there are any"


def _share(value: float | None) -> str:
    return "     –" if value is None else f"{value:6.3f}"


def _interval(value: tuple[float, float] | None) -> str:
    return f"{'–':11}" if value is None else f"{value[0]:.3f}-{value[1]:.3f}"


def _names(found: Sequence[Category] | frozenset[Category]) -> str:
    return ", ".join(sorted(found)) or "nothing"
