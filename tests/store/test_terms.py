"""Terms in the history: runs of looks, texts, what was found in them, what persons decided, and what followed."""

import pytest

from tests.conftest import AGENTS
from tests.store.histories import START, panel
from tests.store.terms import (
    ARCHIVE,
    BLOCKED,
    MAYBE,
    NO_LINK,
    OPEN,
    SHUT,
    TARGETS,
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
from tracker.core.intervals import DAY
from tracker.core.terms import Category, Finding, RuleClassifier, Stance, TermsText
from tracker.core.terms.decisions import Decision
from tracker.core.terms.looks import TermsLook, TermsState
from tracker.core.visits import Target
from tracker.errors import QueryError, TermsError
from tracker.store.captures import OWN
from tracker.store.query import Reader
from tracker.store.write import Writer

RUNS = (
    "SELECT state, (unixepoch(first_seen) - 1640995200) / 86400, (unixepoch(last_seen) - 1640995200) / 86400, checks "
    "FROM terms_captures ORDER BY 2, 1"
)
STOOD = (
    "SELECT dpi_class, (unixepoch(valid_from) - 1640995200) / 86400, (unixepoch(valid_to) - 1640995200) / 86400 "
    "FROM terms_history ORDER BY 2"
)
CHANGES = (
    "SELECT kind, (unixepoch(first_seen) - 1640995200) / 86400, (unixepoch(confirmed_at) - 1640995200) / 86400, "
    "added, removed FROM terms_changes ORDER BY 2"
)


# Looks


def test_looks_at_the_same_words_are_one_run_whatever_spacing_and_dates_do(fresh_history: Fresh) -> None:
    dated = f"Updated 3 May 2021. {SHUT}"
    newer = f"Updated   4 June 2022.\n{SHUT}"
    path = told(fresh_history(), (0, dated), (7, newer), (14, dated), (21, TRAIN))
    assert rows(path, RUNS) == [("ok", 0, 14, 3), ("ok", 21, 21, 1)]
    assert rows(path, "SELECT COUNT(*) FROM terms_texts") == [(2,)]
    is_sound(path)


def test_what_cannot_be_read_ends_no_text(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, SHUT), (7, BLOCKED), (14, SHUT), (21, BLOCKED), (28, BLOCKED))
    assert rows(path, RUNS) == [("ok", 0, 14, 2), ("blocked", 7, 7, 1), ("blocked", 21, 28, 2)]
    assert rows(path, STOOD) == [(2, 0, None)]
    (now,) = rows(path, "SELECT state, cause, no_scraping, last_ok < last_checked FROM terms_now")
    assert (now[:3], bool(now[3])) == (("blocked", "http_403", "prohibit"), True)
    told(path, (60, BLOCKED))
    assert rows(path, STOOD) == [(2, 0, 44)]
    assert rows(path, "SELECT state, text_sha256, no_scraping, dpi_class FROM terms_now") == [
        ("blocked", None, None, None)
    ]
    is_sound(path)


def test_an_unchanged_page_goes_on_with_what_is_known(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(SHUT, etag='"1"'))
        see(writer, START + DAY, look(SHUT, unchanged=True))
        (known,) = queued(writer)
    assert (known.url, known.validators.etag, known.sha256) == (URL, '"1"', look(SHUT).sha256)
    assert rows(path, RUNS) == [("ok", 0, 1, 2)]
    with Writer(path, AGENTS) as writer:
        with pytest.raises(ValueError, match="not held"):
            see(writer, START + 2 * DAY, look(TRAIN, unchanged=True))
        assert queued(writer) == (known,)
    is_sound(path)


def queued(writer: Writer) -> tuple[object, ...]:
    """What a crawl that asks for terms is told of the site."""
    crawl = writer.begin_crawl(
        writer.source(OWN), writer.panel(panel("all")), START + 9 * DAY, "asks", 1, targets=TARGETS
    )
    (site,) = next(iter(writer.queue(crawl, seed=1, only=[A])))
    return site.terms


def test_only_a_crawl_that_asks_for_terms_is_told_of_them(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(SHUT), look(OPEN, url="https://a.example/legal"))
        see(writer, START + DAY, BLOCKED)
        first, second = queued(writer)
        assert (first.url, first.last_state, first.sha256) == (URL, TermsState.BLOCKED, look(SHUT).sha256)
        assert second.url == "https://a.example/legal"
        crawl = writer.begin_crawl(
            writer.source(OWN), writer.panel(panel("all")), START + 9 * DAY, "robots", 1, targets=(Target.ROBOTS,)
        )
        (site,) = next(iter(writer.queue(crawl, seed=1, only=[A])))
        assert site.terms == ()


def test_a_site_without_a_link_has_a_row_until_a_page_is_found(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, NO_LINK), (7, NO_LINK))
    assert rows(path, "SELECT url, state, text_sha256, silent FROM terms_now") == [("", "not_found", None, 0)]
    told(path, (14, SHUT))
    assert rows(path, "SELECT url, state FROM terms_now") == [(URL, "ok")]
    told(path, (21, NO_LINK))
    assert rows(path, "SELECT url, state FROM terms_now ORDER BY 1") == [("", "not_found"), (URL, "ok")]
    is_sound(path)


def test_hostile_words_are_fit_for_every_engine(fresh_history: Fresh) -> None:
    odd = "scrape \x00\ud800 \u202e \U0001f600\nnext"

    class Whole(Words):
        def classify(self, text: str, language: str | None = None) -> list[Finding]:
            return [Finding(Category.NO_SCRAPING, Stance.PROHIBIT, 0, len(text), text, 0.9, "\ud800")]

    path = fresh_history()
    strange = TermsLook(
        "https://a.example/\x00" + "x" * 9_000, *_of(look(OPEN)), link_text="\x00\ud800" * 9_000, text=TermsText(odd)
    )
    with Writer(path, AGENTS) as writer:
        see(writer, START, strange)
        see(writer, START + DAY, strange)
        writer.read_terms(Whole())
    assert rows(path, RUNS) == [("ok", 0, 1, 2)]
    with Reader(path) as reader:
        (digest,) = reader.terms_now(A).column("text_sha256")
        assert reader.terms_text(digest).text == odd
    is_sound(path)


def _of(one: TermsLook) -> tuple[object, ...]:
    return one.kind, one.found_by, one.state


# Texts, findings


def test_a_text_comes_back_as_it_went_in_with_the_page_it_was_read_from(fresh_history: Fresh) -> None:
    given = look(f"{SHUT}\n{OPEN}")
    path = told(fresh_history(), (0, given))
    assert given.text is not None
    with Reader(path) as reader:
        assert reader.terms_text(given.text.sha256) == given.text
        assert reader.terms_page(given.text.sha256) == given.html
        for missing in ("00" * 32, "no digest"):
            with pytest.raises(QueryError, match="no text of terms"):
                reader.terms_text(missing)
    asked = "SELECT language, effective_date, flags FROM terms_now"
    assert rows(path, asked) == [("en", "2022-01-01", "multiple_versions")]


def test_findings_quote_the_text(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, TRAIN))
    asked = "SELECT category, stance, start_char, quote, asserted, current, ruleset FROM terms_findings ORDER BY number"
    assert rows(path, asked) == [
        ("no_scraping", "prohibit", TRAIN.index("scrape"), "scrape", 1, 1, "words 1"),
        ("no_ai_training", "prohibit", TRAIN.index("train"), "train", 1, 1, "words 1"),
    ]
    assert rows(path, "SELECT no_scraping, no_ai_training, no_compete, dpi_class, silent FROM terms_now") == [
        ("prohibit", "prohibit", None, 1, 0)
    ]


def test_silent_unclear_and_unread_are_three_things(fresh_history: Fresh) -> None:
    asked = "SELECT dpi_class, silent, unclear, ruleset FROM terms_now"
    path = told(fresh_history(), (0, OPEN), read=False)
    assert rows(path, asked) == [(None, 0, 0, None)]
    told(path)
    assert rows(path, asked) == [(5, 1, 0, "words 1")]
    assert rows(told(fresh_history(), (0, MAYBE)), asked) == [(None, 0, 1, "words 1")]


def test_texts_are_read_once_by_a_version_and_a_new_one_counts_when_it_has_read_all(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, SHUT), (7, TRAIN), (14, TRAIN), read=False)
    assert rows(path, CHANGES) == [("unread", 7, 14, "", "")]
    first, second = Words(), Words("words 2")
    said: list[tuple[int, int]] = []
    with Writer(path, AGENTS) as writer:
        assert writer.read_terms(first, lambda *one: said.append(one)) == 2
        assert writer.read_terms(first) == 0
    assert (len(first.read), said) == (2, [(2, 2)])
    assert rows(path, CHANGES) == [("policy", 7, 14, "no_ai_training:prohibit", "")]
    second.classify = lambda text, language=None: []  # type: ignore[method-assign]
    with Writer(path, AGENTS) as writer:
        assert writer.read_terms(second) == 2
    assert rows(path, CHANGES) == [("wording", 7, 14, "", "")]
    assert rows(path, "SELECT value FROM about WHERE key = 'terms_ruleset'") == [("words 2",)]
    assert rows(path, "SELECT DISTINCT ruleset FROM terms_finding") == [("words 1",)]
    is_sound(path)


@pytest.mark.parametrize(
    ("finding", "says"),
    [
        (Finding(Category.NO_SCRAPING, Stance.PROHIBIT, 0, 3, "Bee", 0.9, "x"), "its quote is not what stands"),
        (Finding(Category.NO_SCRAPING, Stance.PROHIBIT, 0, 999, SHUT, 0.9, "x"), "its quote is not what stands"),
        (Finding(Category.NO_SCRAPING, Stance.PROHIBIT, 0, 2, "Be", float("nan"), "x"), "a score of nan"),
        (Finding("no_fun", Stance.PROHIBIT, 0, 2, "Be", 0.9, "x"), "no_fun"),  # type: ignore[arg-type]
    ],
)
def test_findings_that_no_text_can_have_are_refused(fresh_history: Fresh, finding: Finding, says: str) -> None:
    path, liar = told(fresh_history(), (0, SHUT)), Words("liar")
    liar.classify = lambda text, language=None: [finding]  # type: ignore[method-assign]
    with Writer(path, AGENTS) as writer, pytest.raises(TermsError, match=says):
        writer.read_terms(liar)
    assert rows(path, "SELECT DISTINCT ruleset FROM terms_findings") == [("words 1",)]


# Decisions


def decision(category: Category, stance: Stance, text: str = MAYBE, site: str = A) -> Decision:
    return Decision(site, TermsText(text).sha256, category, stance, "ada", "2026-11-25", "says so")


def test_a_persons_word_replaces_what_was_found(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, MAYBE))
    asked = "SELECT no_scraping, dpi_class, silent, unclear FROM terms_now"
    found = "SELECT category, score, rule FROM terms_findings ORDER BY 1"
    with Writer(path, AGENTS) as writer:
        assert writer.decide([decision(Category.NO_SCRAPING, Stance.RESERVE)]) == 1
    assert rows(path, asked) == [("reserve", 2, 0, 0)]
    assert rows(path, found) == [("no_scraping", 1.0, "person:ada")]
    is_sound(path)
    # Of all sites nothing; its own word goes first.
    with Writer(path, AGENTS) as writer:
        denied = decision(Category.NO_SCRAPING, Stance.NONE, site="*")
        assert writer.decide([denied, decision(Category.NO_SCRAPING, Stance.PROHIBIT)]) == 1
        assert rows(path, asked) == [("prohibit", 2, 0, 0)]
        assert len(rows(path, found)) == 1
        assert writer.decide([denied, decision(Category.SILENT, Stance.NONE)]) == 1
    assert rows(path, asked) == [(None, 5, 1, 0)]
    assert rows(path, found) == [("silent", 1.0, "person:ada")]
    assert len(rows(path, "SELECT * FROM terms_decisions")) == 2
    is_sound(path)
    with Writer(path, AGENTS) as writer:
        assert writer.decide([]) == 1
        assert writer.decide([]) == 0
    assert rows(path, asked) == [(None, None, 0, 1)]


def test_a_persons_word_holds_for_the_same_words_of_another_date(fresh_history: Fresh) -> None:
    path = fresh_history()
    dated, before = f"{MAYBE}\nUpdated on 3 May 2022", f"{MAYBE}\nUpdated on 3 May 2020"
    with Writer(path, AGENTS) as writer:
        see(writer, START + 100 * DAY, look(dated))
        see(writer, START + 100 * DAY, look(dated, url="https://b.example/terms"), host=B)
        writer.decide([decision(Category.NO_SCRAPING, Stance.RESERVE, dated)])
        # An archive knows the page from before: its text is the first of these words.
        writer.import_terms(writer.source(ARCHIVE), [(A, START + 50 * DAY, look(before))])
        writer.read_terms(Words())
    asked = "SELECT site, no_scraping, since < '2022-03-01' FROM terms_now ORDER BY 1"
    assert rows(path, asked) == [(A, "reserve", 1), (B, None, 0)]
    found = "SELECT rule, current FROM terms_findings WHERE site = 'a.example' ORDER BY first_seen"
    assert rows(path, found) == [("person:ada", 1), ("person:ada", 0)]
    assert rows(path, "SELECT DISTINCT site, quote FROM contradictions") == [(A, None)]
    is_sound(path)
    # One about the very text goes before that, and one of the site before those of every site.
    for word in (
        decision(Category.NO_SCRAPING, Stance.NONE, before),
        Decision(A, TermsText(before).sha256, Category.NO_SCRAPING, Stance.NONE, "bob", "2020-01-01", "no"),
    ):
        with Writer(path, AGENTS) as writer:
            writer.decide([decision(Category.NO_SCRAPING, Stance.RESERVE, dated), word])
        assert rows(path, asked)[0] == (A, None, 1)
        assert rows(path, found) == [("person:ada", 0)]
        is_sound(path)
    with Writer(path, AGENTS) as writer:
        of_all = decision(Category.NO_SCRAPING, Stance.NONE, before, "*")
        writer.decide([decision(Category.NO_SCRAPING, Stance.RESERVE, dated), of_all])
    assert rows(path, asked)[0] == (A, "reserve", 1)
    assert rows(path, found) == [("person:ada", 1), ("person:ada", 0)]


def test_a_decision_on_both_texts_makes_a_change_one_of_policy(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, OPEN), (7, f"{OPEN} More."), (14, f"{OPEN} More."))
    assert rows(path, CHANGES) == [("wording", 7, 14, "", "")]
    later = decision(Category.NO_COMPETE, Stance.PROHIBIT, f"{OPEN} More.")
    with Writer(path, AGENTS) as writer:
        writer.decide([later])
    assert rows(path, CHANGES) == [("wording", 7, 14, "", "")]  # it may have missed the same in the text before
    with Writer(path, AGENTS) as writer:
        writer.decide([later, decision(Category.NO_COMPETE, Stance.NONE, OPEN)])
    is_sound(path)
    assert rows(path, CHANGES) == [("policy", 7, 14, "no_compete:prohibit", "")]


def test_decisions_that_cannot_be_are_refused(fresh_history: Fresh) -> None:
    one = decision(Category.NO_COMPETE, Stance.PROHIBIT)
    path = told(fresh_history(), (0, MAYBE))
    with Writer(path, AGENTS) as writer:
        writer.decide([one])
        with pytest.raises(TermsError, match="two decisions about no_compete"):
            writer.decide([one, decision(Category.NO_COMPETE, Stance.ALLOW)])
        with pytest.raises(TermsError, match="no SHA-256"):
            writer.decide([Decision(A, "abc", Category.NO_COMPETE, Stance.ALLOW, "ada", "2026-11-25", "")])
    assert rows(path, "SELECT stance FROM terms_decisions") == [("prohibit",)]


def test_what_is_to_be_reviewed(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, MAYBE))
    with Reader(path) as reader:
        assert reader.terms_review().column("quote") == ["Robots"]
    told(path, (7, TRAIN), (14, TRAIN))
    with Reader(path) as reader:
        assert reader.terms_review().rows == []
        assert reader.terms_review("2022-01-05").column("quote") == ["scrape", "train"]


# Changes


def test_a_change_is_a_candidate_until_it_is_seen_again(fresh_history: Fresh) -> None:
    path = told(fresh_history(), (0, SHUT), (7, TRAIN))
    assert rows(path, CHANGES) == [("policy", 7, None, "no_ai_training:prohibit", "")]
    assert rows(path, STOOD) == [(2, 0, None)]
    told(path, (7.1, TRAIN))
    assert rows(path, "SELECT confirmed FROM terms_changes") == [(0,)]
    told(path, (14, TRAIN))
    assert rows(path, CHANGES) == [("policy", 7, 14, "no_ai_training:prohibit", "")]
    assert rows(path, STOOD) == [(2, 0, 7), (1, 7, None)]
    is_sound(path)


def test_a_page_that_alternates_is_no_series_of_reversals(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        archive = writer.source(ARCHIVE)
        looks = [(A, START + n * DAY, look((OPEN, TRAIN)[n % 2])) for n in range(400)]
        writer.import_terms(archive, looks)
        writer.read_terms(Words())
    assert len(rows(path, "SELECT * FROM terms_changes WHERE kind = 'policy'")) <= 3
    assert rows(path, "SELECT * FROM terms_changes WHERE confirmed = 1") == []
    assert rows(path, "SELECT dpi_class, flapping FROM terms_now") == [(5, 1)]
    assert len(rows(path, STOOD)) == 1
    assert rows(path, "SELECT COUNT(*) FROM terms_texts") == [(2,)]
    is_sound(path)


def test_alternation_crawled_look_by_look_is_the_same(fresh_history: Fresh) -> None:
    path = told(fresh_history(), *[(7 * n, (OPEN, TRAIN, TRAIN)[n % 3]) for n in range(24)])
    assert len(rows(path, "SELECT * FROM terms_changes WHERE kind = 'policy'")) == 1
    is_sound(path)


# Robots.txt and terms


def test_contradictions(fresh_history: Fresh) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(TRAIN), robots="GPTBot shut")
        see(writer, START, look(TRAIN, url="https://b.example/terms"), host=B, robots="FAIL")
        writer.read_terms(Words())
    asked = "SELECT agent, robots_verdict, direction, category, stance, quote, terms_url FROM contradictions "
    found = rows(path, asked + "WHERE agent IN ('GPTBot', 'CCBot') ORDER BY category")
    assert found == [
        ("CCBot", "allowed", "robots_allow_terms_forbid", "no_ai_training", "prohibit", "train", URL),
        ("CCBot", "allowed", "robots_allow_terms_forbid", "no_scraping", "prohibit", "scrape", URL),
    ]
    assert {row[0] for row in rows(path, "SELECT site FROM contradictions")} == {A}
    with Writer(path, AGENTS) as writer:
        none = [Category.NO_SCRAPING, Category.NO_AI_TRAINING]
        said = [decision(category, Stance.NONE, TRAIN) for category in none]
        writer.decide([*said, decision(Category.CONDITIONAL_ALLOW, Stance.CONDITIONAL, TRAIN)])
    assert rows(path, asked) == [
        ("GPTBot", "blocked", "robots_block_terms_allow", "conditional_allow", "conditional", None, URL)
    ]


@pytest.mark.parametrize(
    ("clause", "directions"),
    [
        ("Crawling is permitted if it respects our robots.txt file.", []),
        ("You may not use robots or spiders that ignore our robots.txt file.", []),
        ("Scraping is prohibited. Crawling is permitted if it respects our robots.txt file.", []),
        ("You may not scrape the site.", [("CCBot", "robots_allow_terms_forbid")]),
        ("Public search engines may use spiders to copy the site.", [("GPTBot", "robots_block_terms_allow")]),
    ],
)
def test_terms_that_leave_it_to_robots_txt_contradict_nothing(
    fresh_history: Fresh, clause: str, directions: list[tuple[str, str]]
) -> None:
    path = fresh_history()
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(clause), robots="GPTBot shut")
        writer.read_terms(RuleClassifier())
    asked = "SELECT agent, direction FROM contradictions WHERE agent IN ('GPTBot', 'CCBot')"
    assert rows(path, asked) == directions


def test_one_page_of_a_site_that_forbids_is_enough(fresh_history: Fresh) -> None:
    path = fresh_history()
    imprint = look(MAYBE, url="https://a.example/impressum")
    with Writer(path, AGENTS) as writer:
        see(writer, START, look(SHUT), imprint, robots="shut")
        see(writer, START, look(OPEN, url="https://b.example/terms"), host=B, robots="shut")
        writer.read_terms(Words())
        allowed = Category.CONDITIONAL_ALLOW, Stance.CONDITIONAL
        said = [decision(*allowed, MAYBE), decision(*allowed, OPEN, B)]
        writer.decide(said)
    found = "SELECT DISTINCT site, terms_url FROM contradictions WHERE direction = 'robots_block_terms_allow'"
    assert rows(path, found) == [(B, "https://b.example/terms")]
    with Writer(path, AGENTS) as writer:
        writer.decide([*said, decision(Category.NO_SCRAPING, Stance.NONE, SHUT)])
    assert sorted(rows(path, found)) == [(A, "https://a.example/impressum"), (B, "https://b.example/terms")]
