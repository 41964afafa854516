"""How well links to terms are found on labelled pages, and at what cost; nothing fails for a slow machine.

    pytest -n 0 -s -m bench tests/benchmarks/terms/bench_discovery.py --terms-folder FOLDER

FOLDER, or `discovery` in it, holds `labels.jsonl`, a page a line:

    {"file": "html/site.html.gz", "base_url": "https://site.example/", "gold_terms_url": "https://site.example/terms",
     "acceptable_url": "https://site.example/legal"}

gold_terms_url: the page's link to terms, null without one. acceptable_url: a link that may be offered although it is
not certain to lead there (null: none but the gold one). What is scored is the best link offered as terms: strictly,
right is the gold one alone; leniently the acceptable one too.
"""

import gzip
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tracker.core.terms.looks import SourceKind
from tracker.crawl.discover import TermsLink, terms_links

pytestmark = pytest.mark.bench
ROUNDS = 3
RESAMPLES = 2_000
SEED = 20261125
TARGETS = "targets: precision .93, recall .95, 15 ms"


@dataclass(frozen=True)
class Score:
    """One page: what was offered as terms, whether it is right, and the best CPU time of `ROUNDS`."""

    file: str
    gold: str | None
    link: TermsLink | None
    strict: bool
    lenient: bool
    milliseconds: float
    octets: int


def score(folder: Path, label: dict) -> Score:
    path = folder / label["file"]
    html = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    took = []
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        links = terms_links(html, label["base_url"])
        took.append((time.process_time_ns() - start) / 1e6)
    link = next((link for link in links if link.kind is SourceKind.TERMS), None)
    gold, acceptable = label["gold_terms_url"], label.get("acceptable_url")
    strict = link is not None and link.url == gold
    lenient = strict or (link is not None and link.url == acceptable)
    return Score(label["file"], gold, link, strict, lenient, min(took), len(html))


def share(hits: np.ndarray, of: np.ndarray) -> str:
    """A share with the middle 95 % of it over pages drawn with replacement."""
    draws = np.random.default_rng(SEED).multinomial(len(of), np.full(len(of), 1 / len(of)), size=RESAMPLES)
    with np.errstate(invalid="ignore"):
        drawn = (draws @ hits) / (draws @ of)
    low, high = np.nanquantile(drawn, (0.025, 0.975)) if of.sum() else (np.nan, np.nan)
    return f"{hits.sum() / max(1, of.sum()):.3f} ({low:.3f}-{high:.3f}; {int(hits.sum())}/{int(of.sum())})"


def told(scores: list[Score]) -> str:
    offered = np.array([one.link is not None for one in scores], dtype=float)
    present = np.array([one.gold is not None for one in scores], dtype=float)
    strict, lenient = (np.array([getattr(one, name) for one in scores], dtype=float) for name in ("strict", "lenient"))
    times = np.array([one.milliseconds for one in scores])
    octets = sum(one.octets for one in scores) / len(scores)
    return (
        f"precision {share(strict, offered)}, lenient {share(lenient, offered)}; recall {share(strict, present)}; "
        f"CPU {times.mean():.1f} ms a page of {octets / 1024:.0f} KiB, p95 {np.quantile(times, 0.95):.1f}"
    )


def test_discovery(pytestconfig: pytest.Config) -> None:
    option = pytestconfig.getoption("terms_folder", None)
    if not option:
        pytest.skip("no --terms-folder")
    folder = Path(option)
    folder = folder / "discovery" if (folder / "discovery").is_dir() else folder
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    labels = [label for label in labels if "gold_terms_url" in label]
    if not labels:
        pytest.skip(f"{folder} has no pages with a gold_terms_url")
    terms_links(b"<a href=/terms>Terms</a>", "https://site.example/")  # reads the words
    scores = [score(folder, label) for label in labels]
    print(f"\n{len(scores)} pages ({TARGETS})\n  all          {told(scores)}")
    for name, half in (("even lines", scores[::2]), ("odd lines", scores[1::2])):
        if half:
            print(f"  {name:12} {told(half)}")
    for one in scores:
        if one.link is not None and not one.lenient:
            print(f"  wrong: {one.file}: {one.link.url} ({one.link.score}, {one.link.text!r}), labelled {one.gold}")
        elif one.link is None and one.gold:
            print(f"  missed: {one.file}: {one.gold}")
