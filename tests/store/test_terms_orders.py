"""Terms in the history: whatever the order of arrival, and after forgetting, thinning and mending."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.store.histories import START, copy, drop
from tests.store.terms import (
    ARCHIVE,
    BLOCKED,
    OPEN,
    SHUT,
    TRAIN,
    URL,
    A,
    B,
    Fresh,
    Words,
    is_sound,
    look,
    rows,
    see,
    told,
)
from tests.store.test_orders import RELAXED
from tracker.core.intervals import DAY, Hold
from tracker.core.terms import TermsText
from tracker.core.terms.changes import changes
from tracker.core.terms.history import stood
from tracker.core.terms.looks import TermsLook, TermsState
from tracker.errors import QueryError
from tracker.sources.merge import merge
from tracker.store.query import Reader
from tracker.store.thin import thin
from tracker.store.verify.repair import repair
from tracker.store.write import Writer

END = START + 1_300 * DAY


# Any history, in any order

DERIVED = (
    "SELECT s.host, p.url, g.valid_from, g.valid_to, g.last_seen, t.wording, g.dpi_class, g.silent, g.no_ai_training "
    "FROM terms_standing g JOIN terms_source p USING (terms_source_id) JOIN site s USING (site_id) "
    "JOIN terms_text t USING (terms_text_id) ORDER BY 1, 2, 3"
)
DERIVED_CHANGES = (
    "SELECT s.host, p.url, c.first_seen, c.not_before, c.confirmed_at, c.kind, a.wording, b.wording, added, removed "
    "FROM terms_change c JOIN terms_source p USING (terms_source_id) JOIN site s USING (site_id) "
    "JOIN terms_text a ON a.terms_text_id = c.before_text_id JOIN terms_text b ON b.terms_text_id = c.after_text_id "
    "ORDER BY 1, 2, 3"
)
SAW: tuple[TermsLook, ...] = (
    *map(look, (OPEN, SHUT, TRAIN, f"  {SHUT} ", f"{TRAIN}\n3 May 2021")),
    BLOCKED,
    look(None, TermsState.NOT_FOUND),
    look(OPEN, url="https://a.example/legal"),
)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int, TermsLook]]:
    """(source, moment, look), no two of a source in one second; what a page says changes now and then."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    when, usual, found = START, chance.choice(SAW), []
    for _ in range(draw(st.integers(1, 12))):
        when += chance.choice((0, 3_600, DAY, 7 * DAY, 31 * DAY, 100 * DAY))
        usual = chance.choice((usual, usual, *SAW))
        if (source := chance.choice(("own", "own", "wayback"))) not in {one[0] for one in found if one[1] == when}:
            found.append((source, when, usual))
    return found


def write(path: Path, arrivals: list[tuple[str, int, TermsLook]], read_at: int) -> Path:
    with Writer(path, AGENTS) as writer:
        archive = writer.source(ARCHIVE)
        for number, (source, at, one) in enumerate(arrivals):
            if number == read_at:
                writer.read_terms(Words())
            if source == "own":
                see(writer, at, one)
            else:
                writer.import_terms(archive, [(A, at, one)])
                writer.import_terms(archive, [(A, at, one)])
        # So that all histories end at the same moment.
        see(writer, END, look(OPEN, url="https://b.example/"), host=B)
        writer.read_terms(Words())
    return path


def derived(path: Path) -> tuple[list[tuple[object, ...]], ...]:
    return rows(path, DERIVED), rows(path, DERIVED_CHANGES)


def as_defined(history: list[tuple[str, int, TermsLook]], url: str) -> list[tuple[object, ...]]:
    """When which words stood at a page, from the looks and not by way of runs."""
    first = sorted(history, key=lambda one: (one[1], one[0] != "own"))
    seen: dict[int, str] = {}
    failures = []
    for _, at, one in first:
        if one.url != url:
            continue
        if one.text is None:
            failures.append(at)
        else:
            seen.setdefault(at, one.text.wording)
    looks = sorted(seen.items())
    found = changes(looks, lambda _text: None)
    stands = stood(looks, failures, found, Hold(), END)
    return [(one.valid_from, one.valid_to, one.last_seen, bytes.fromhex(one.text)) for one in stands]


def in_any_order(fresh: Fresh, history: list[tuple[str, int, TermsLook]], chance: random.Random) -> None:
    straight = write(fresh(), history, len(history) // 2)
    expected = derived(straight)
    for url in (URL, "https://a.example/legal"):
        mine = [row for row in expected[0] if row[1] == url]
        assert [(*row[2:5], bytes(row[5])) for row in mine] == as_defined(history, url)  # type: ignore[arg-type]
    is_sound(straight)
    shuffled = write(fresh(), chance.sample(history, len(history)), chance.randrange(len(history)))
    assert derived(shuffled) == expected
    is_sound(shuffled)
    merged = fresh()
    with Writer(merged, AGENTS) as writer:
        merge(writer, shuffled, merged)
        merge(writer, shuffled, merged)
        writer.read_terms(Words())
    assert derived(merged) == expected
    is_sound(merged)
    for path in (straight, shuffled, merged):
        drop(path)


@settings(RELAXED, max_examples=5)
@given(histories(), st.randoms(use_true_random=False))
def test_in_any_order_the_same_follows(
    fresh_history: Fresh, history: list[tuple[str, int, TermsLook]], chance: random.Random
) -> None:
    in_any_order(fresh_history, history, chance)


@pytest.mark.slow
@settings(RELAXED, max_examples=500)
@given(histories(), st.randoms(use_true_random=False))
def test_in_any_order_many_times(
    fresh_history: Fresh, history: list[tuple[str, int, TermsLook]], chance: random.Random
) -> None:
    in_any_order(fresh_history, history, chance)


def test_the_same_again_changes_nothing(fresh_history: Fresh) -> None:
    path = fresh_history()
    looks = [(A, START + n * DAY, look(text)) for n, text in enumerate((OPEN, SHUT, SHUT, OPEN, TRAIN))]
    with Writer(path, AGENTS) as writer:
        archive = writer.source(ARCHIVE)
        writer.import_terms(archive, looks)
        before = rows(path, "SELECT * FROM terms_captures ORDER BY first_seen"), derived(path)
        writer.import_terms(archive, looks[::-1])
    assert (rows(path, "SELECT * FROM terms_captures ORDER BY first_seen"), derived(path)) == before


# Forgetting, thinning, mending


def test_a_forgotten_source_leaves_nothing_that_only_it_saw(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, SHUT), (7, SHUT))
    before = derived(path)
    with Writer(path, AGENTS) as writer:
        archive = writer.source(ARCHIVE)
        other = look(OPEN, url="https://a.example/legal")
        writer.import_terms(archive, [(A, START - DAY, look(OPEN)), (A, START, look(SHUT)), (A, START, other)])
        writer.read_terms(Words())
        assert derived(path) != before
        writer.forget("wayback")
    assert derived(path) == before
    for name in ("terms_source", "terms_text", "page_body"):
        assert rows(path, f"SELECT COUNT(*) FROM {name}") == [(1,)]
    is_sound(path)


def test_pages_of_texts_that_nobody_saw_lately_can_be_thinned(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, OPEN), (7, SHUT), (14, SHUT))
    assert thin(path, START + 10 * DAY, dry_run=True).pages == 1
    assert thin(path, START + 10 * DAY).pages == 1
    assert thin(path, START + 10 * DAY).pages == 0
    assert rows(path, "SELECT page_sha256 IS NULL, is_read FROM terms_texts ORDER BY first_seen") in (
        [(1, 1), (0, 1)],
        [(True, 1), (False, 1)],
    )
    with Reader(path) as reader, pytest.raises(QueryError, match="no page is kept"):
        reader.terms_page(TermsText(OPEN).sha256)
    told(path, (21, OPEN), (28, OPEN))
    is_sound(path)


def test_what_follows_can_be_derived_again(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, OPEN), (7, SHUT), (14, SHUT))
    before, other = derived(path), fresh_history()
    copied = copy(path, other)
    repair(copied)
    assert derived(copied) == before
    is_sound(copied)
