"""How good a reading is: hits and misses a category over labelled texts, with bootstrap intervals by document.

A document counts once for a category: hit if the reading has it and the labels have it. `silent` is counted apart, and
so is "unclear": a text of which the reading says neither `silent` nor any of the categories that `silent` excludes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.terms.folder import Document, Pair, Series
from tracker.core.terms import CATEGORIES, Category, Finding, Stance
from tracker.core.terms.changes import ChangeKind, Says, changes
from tracker.core.terms.standing import MACHINES, Standing, standing
from tracker.core.terms.text import wording

Read = Callable[[str], Sequence[Finding]]
RESAMPLES = 2_000
SEED = 20261122


@dataclass(frozen=True)
class Counts:
    """tp, fp, fn of one category. evidenced: the hits whose finding overlaps a labelled clause."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    evidenced: int = 0

    @property
    def precision(self) -> float | None:
        """None where nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """None where nothing is labelled."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """None where nothing is found and nothing is labelled."""
        of = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / of if of else None

    @property
    def overlap(self) -> float | None:
        """The share of hits with evidence; None without a hit."""
        return self.evidenced / self.tp if self.tp else None

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.evidenced + other.evidenced)


@dataclass(frozen=True)
class Miss:
    """What a reading says too much ("fp"), lacks ("fn"), or finds in another place ("elsewhere")."""

    document: str
    category: Category
    kind: str
    words: str


@dataclass(frozen=True)
class Score:
    """Of a reading over a folder: counts a category (`silent` among them), intervals of F1, and every miss."""

    documents: int
    counts: Mapping[Category, Counts]
    intervals: Mapping[Category, tuple[float, float] | None]
    macro: float | None
    macro_interval: tuple[float, float] | None
    unclear_silent: int
    unclear_other: int
    misses: Sequence[Miss]

    @property
    def overlap(self) -> float | None:
        """Of all hits but those of `conditional_allow`."""
        return sum((self.counts[one] for one in CATEGORIES if one is not Category.CONDITIONAL_ALLOW), Counts()).overlap


def score(documents: Sequence[Document], read: Read) -> Score:
    """Read every document and hold the findings against its labels."""
    found = [read(document.text) for document in documents]
    judged = [_judge(document, findings) for document, findings in zip(documents, found, strict=True)]
    scored = (*CATEGORIES, Category.SILENT)
    table = np.array([[_triple(counts[category]) for category in scored] for counts, _ in judged], dtype=np.int64)
    drawn = _resampled_f1(table.reshape(len(documents), len(scored), 3))
    totals = {one: sum((counts[one] for counts, _ in judged), Counts()) for one in scored}
    f1s = [totals[one].f1 for one in CATEGORIES]
    known = [value for value in f1s if value is not None]
    unclear = [document.silent for document, findings in zip(documents, found, strict=True) if _is_unclear(findings)]
    return Score(
        documents=len(documents),
        counts=totals,
        intervals={one: _interval(drawn[:, at]) for at, one in enumerate(scored)},
        macro=sum(known) / len(known) if known else None,
        macro_interval=_interval(_row_means(drawn[:, : len(CATEGORIES)])),
        unclear_silent=sum(unclear),
        unclear_other=len(unclear) - sum(unclear),
        misses=[miss for _, misses in judged for miss in misses],
    )


def score_pairs(pairs: Iterable[Pair], read: Read) -> list[tuple[Pair, frozenset[Category], frozenset[Category]]]:
    """Each pair with what a reading says was added and removed, ambiguous categories left out."""
    results = []
    for pair in pairs:
        before, after = (
            {finding.category for finding in read(text)} - {Category.SILENT} - pair.ambiguous
            for text in (pair.before, pair.after)
        )
        results.append((pair, frozenset(after - before), frozenset(before - after)))
    return results


def policy_events(series: Series, read: Read) -> int:
    """How many changes of policy are reported of a series of looks."""
    texts = {wording(text): text for text in series.looks}
    stances = {words: standing(read(text)).stances for words, text in texts.items()}
    says = {words: Says(said, said) for words, said in stances.items()}
    looks = [(round(number * series.hours * 3_600), wording(text)) for number, text in enumerate(series.looks)]
    found = changes(looks, says.get)
    return sum(one.is_event and one.kind is ChangeKind.POLICY for one in found)


def classes_right(documents: Iterable[Document], read: Read) -> tuple[int, int]:
    """Of how many documents the class of the Data Provenance Initiative is that of the labels, and of how many in all.

    Documents in which a category that decides it is ambiguous are left out.
    """
    pairs = [
        (standing(read(document.text)).dpi_class, _labelled(document).dpi_class)
        for document in documents
        if not document.ambiguous & MACHINES
    ]
    return sum(found == labelled for found, labelled in pairs), len(pairs)


def _labelled(document: Document) -> Standing:
    return Standing(frozenset((category, Stance.PROHIBIT) for category in document.labels), document.silent, False)


def _judge(document: Document, findings: Sequence[Finding]) -> tuple[dict[Category, Counts], list[Miss]]:
    by_category = {one: [finding for finding in findings if finding.category is one] for one in Category}
    counts = {one: Counts() for one in Category}
    misses = []
    for one in Category:
        if one in document.ambiguous:
            continue
        found, spans = by_category[one], document.labels.get(one, ())
        is_labelled = document.silent if one is Category.SILENT else bool(spans)
        if found and is_labelled:
            overlaps = any(_overlap(finding, span) for finding in found for span in spans)
            counts[one] = Counts(tp=1, evidenced=int(overlaps))
            if not overlaps and one is not Category.SILENT:
                misses.append(Miss(document.name, one, "elsewhere", found[0].quote))
        elif found:
            counts[one] = Counts(fp=1)
            misses.append(Miss(document.name, one, "fp", found[0].quote))
        elif is_labelled:
            counts[one] = Counts(fn=1)
            words = document.text[spans[0][0] : spans[0][1]] if spans else ""
            misses.append(Miss(document.name, one, "fn", words))
    return counts, misses


def _overlap(finding: Finding, span: tuple[int, int]) -> bool:
    return finding.start < span[1] and span[0] < finding.end


def _is_unclear(findings: Sequence[Finding]) -> bool:
    return not {finding.category for finding in findings} & {*MACHINES, Category.SILENT}


def _triple(counts: Counts) -> tuple[int, int, int]:
    return counts.tp, counts.fp, counts.fn


def _resampled_f1(table: np.ndarray) -> np.ndarray:
    """F1 (resample, category) of documents drawn with replacement; nan where a resample has none of a category."""
    documents = len(table)
    if not documents:
        return np.full((0, table.shape[1]), np.nan)
    drawn = np.random.default_rng(SEED).multinomial(documents, [1 / documents] * documents, size=RESAMPLES)
    tp, fp, fn = np.moveaxis(np.tensordot(drawn, table, axes=1), 2, 0)
    with np.errstate(invalid="ignore"):
        return 2 * tp / (2 * tp + fp + fn)


def _row_means(drawn: np.ndarray) -> np.ndarray:
    """The mean of what is known in each row."""
    known = ~np.isnan(drawn)
    with np.errstate(invalid="ignore"):
        return np.where(known, drawn, 0).sum(axis=1) / known.sum(axis=1)


def _interval(values: np.ndarray) -> tuple[float, float] | None:
    """The middle 95 % of the known values."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)
