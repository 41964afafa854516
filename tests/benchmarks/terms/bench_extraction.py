"""How well terms pages are read into text: a folder of pages with their terms as people selected them.

    pytest -n 0 -s -m bench tests/benchmarks/terms/bench_extraction.py --terms-folder FOLDER

The folder holds `extraction/labels.jsonl` (or is that folder itself), each line with `id`, `html` (a page, .gz or not),
`reference` (its terms, one block a line) and, where two captures say the same, `cosmetic_pair` {a, b}; `changed_pair`
{a, b} of captures that do not. Figures, with bootstrap 95 % intervals over pages:

- recall: of the reference's sentences that are in the page's body at all, the share that is in our text
- clause recall: the same of sentences that speak of what users may do (`CLAUSE`)
- boilerplate: the share of the characters of our sentences that are not in the reference
- false change: pairs of captures without a change of text whose texts, or wordings, differ for us
- true change: changed pairs whose texts differ for us; and the same of pages in one clause of which a word was changed,
  for up to `EDITS` clauses a page
- CPU milliseconds a page, the best of three

Nothing here fails for being slow; the targets stand beside the figures.
"""

import gzip
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import pytest
from selectolax.lexbor import LexborHTMLParser

from tracker.core.terms.text import TermsText
from tracker.crawl.extract import terms_text

pytestmark = pytest.mark.bench
ROUNDS = 3
DRAWS = 2_000
EDITS = 5
SENTENCE = 25
"""Letters and digits from which on a sentence counts."""

CLAUSE = re.compile(
    r"crawl|scrap|spider|robot|harvest|automat|data.?mining|artificial|machine.?learning|\btrain|\bmodels?\b|commercial"
    r"|reproduc|redistribut|republish|copy|copies|derivative|permission|consent|licen[cs]e|may not|shall not|must not"
    r"|prohibit|nicht gestattet|untersagt|vervielf|zustimmung|interdit|autoris|reprodu|utilis|prohib|permiso",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[.!?;:])\s+|\n")
_SCRIPT = re.compile(rb"<script.*?</script", re.DOTALL | re.IGNORECASE)
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Score:
    """Of one page. A pair is None where the page has none."""

    page: str
    hits: int
    visible: int
    clause_hits: int
    clauses: int
    strange: int
    characters: int
    false_text: bool | None
    false_wording: bool | None
    changes_seen: int
    changes: int
    milliseconds: float
    octets: int


def squashed(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


def sentences(text: str) -> list[str]:
    return [squashed(part) for part in _ENDS.split(text) if len(squashed(part)) >= SENTENCE]


def body_of(html: bytes) -> str:
    tree = LexborHTMLParser(html, encoding=True, scripting=True)
    tree.strip_tags(["script", "style", "noscript", "template"], recursive=True)
    return squashed(tree.body.text(separator=" ")) if tree.body else ""


def read(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def labels(config: pytest.Config) -> tuple[Path, list[dict]]:
    option = config.getoption("terms_folder", None)
    if not option:
        pytest.skip("no --terms-folder")
    folder = Path(option)
    folder = folder if (folder / "reference").is_dir() else folder / "extraction"
    if not (folder / "labels.jsonl").is_file():
        pytest.skip(f"{option} has no folder extraction")
    lines = (folder / "labels.jsonl").read_text().splitlines()
    return folder, [json.loads(line) for line in lines if line.strip()]


def timed(run: Callable[[bytes], TermsText], html: bytes) -> tuple[TermsText, float]:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        text = run(html)
        best = min(best, (time.process_time_ns() - start) / 1e6)
    return text, best


def edits(html: bytes, reference: str) -> Iterator[bytes]:
    """The page with one word of one clause changed, clause by clause; each word stands in a phrase of its own."""
    clauses = [raw for _, raw in raw_sentences(reference) if CLAUSE.search(raw)]
    phrases = (" ".join(clause.split()[2:6]).encode() for clause in clauses)
    shown = _SCRIPT.sub(b"", html)
    single = [phrase for phrase in phrases if len(phrase) > 15 and html.count(phrase) == shown.count(phrase) == 1]
    for phrase in single[:: max(1, len(single) // EDITS)][:EDITS]:
        yield html.replace(phrase, phrase.rpartition(b" ")[0] + b" otherwise")


def score(folder: Path, label: dict) -> Score:
    html = read(folder / label["html"])
    text, milliseconds = timed(terms_text, html)
    reference = (folder / label["reference"]).read_text()
    seen, wanted, body = squashed(text.text), squashed(reference), body_of(html)
    visible = [(part, bool(CLAUSE.search(raw))) for part, raw in raw_sentences(reference) if part in body]
    ours = sentences(text.text)
    pair, edition = both(folder, label, "cosmetic_pair"), both(folder, label, "changed_pair")
    changed = [(text, terms_text(edited)) for edited in edits(html, reference)]
    changed += [(edition[0], edition[1])] if edition else []
    return Score(
        label["id"],
        sum(part in seen for part, _ in visible),
        len(visible),
        sum(part in seen for part, clause in visible if clause),
        sum(clause for _, clause in visible),
        sum(len(part) for part in ours if part not in wanted),
        sum(map(len, ours)),
        pair[0].text != pair[1].text if pair else None,
        pair[0].wording != pair[1].wording if pair else None,
        sum(text.text != other.text for text, other in changed),
        len(changed),
        milliseconds,
        len(html),
    )


def both(folder: Path, label: dict, name: str) -> list[TermsText]:
    return [terms_text(read(folder / path)) for side, path in label.get(name, {}).items() if side in "ab"]


def raw_sentences(text: str) -> Iterator[tuple[str, str]]:
    for part in _ENDS.split(text):
        if len(word := squashed(part)) >= SENTENCE:
            yield word, part


def interval(scores: Sequence[Score], figure: Callable[[Sequence[Score]], float]) -> str:
    """The figure, with the middle 95 % of what it is over pages drawn with replacement."""
    draw = random.Random(0)
    drawn = sorted(figure(draw.choices(scores, k=len(scores))) for _ in range(DRAWS))
    return f"{figure(scores):.4f} ({drawn[DRAWS // 40]:.4f}-{drawn[-DRAWS // 40]:.4f})"


def ratio(top: str, bottom: str) -> Callable[[Sequence[Score]], float]:
    return lambda scores: sum(getattr(s, top) for s in scores) / max(1, sum(getattr(s, bottom) for s in scores))


def share(name: str) -> Callable[[Sequence[Score]], float]:
    def figure(scores: Sequence[Score]) -> float:
        told = [value for s in scores if (value := getattr(s, name)) is not None]
        return mean(told) if told else 0.0

    return figure


def page_mean(top: str, bottom: str) -> Callable[[Sequence[Score]], float]:
    return lambda scores: mean(getattr(s, top) / getattr(s, bottom) if getattr(s, bottom) else 1.0 for s in scores)


def test_extraction(pytestconfig: pytest.Config):
    folder, lines = labels(pytestconfig)
    scores = [score(folder, label) for label in lines]
    print(f"\n{len(scores)} pages of {mean(s.octets for s in scores):,.0f} octets on average")
    for s in scores:
        print(
            f"  {s.page}: {s.visible - s.hits} of {s.visible} sentences missed, {s.clauses - s.clause_hits} of "
            f"{s.clauses} clauses, boilerplate {s.strange / max(1, s.characters):.3f}, "
            f"{'FALSE CHANGE, ' if s.false_text else ''}{s.milliseconds:.1f} ms"
        )
    print("sentence recall       ", interval(scores, ratio("hits", "visible")))
    print("clause recall         ", interval(scores, ratio("clause_hits", "clauses")), "target 0.99")
    print("clause recall by page ", interval(scores, page_mean("clause_hits", "clauses")))
    print("boilerplate           ", interval(scores, ratio("strange", "characters")), "target 0.04 at most")
    print("boilerplate by page   ", interval(scores, page_mean("strange", "characters")))
    print("false change, text    ", interval(scores, share("false_text")), "target 0.05 at most")
    print("false change, wording ", interval(scores, share("false_wording")))
    print("true change           ", interval(scores, ratio("changes_seen", "changes")), "target 1")
    print("CPU milliseconds      ", interval(scores, share("milliseconds")), "target 15 at most")
