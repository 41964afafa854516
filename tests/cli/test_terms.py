"""`tracker terms` as somebody types it: a site's terms, what changed in them, what to review, and a person's word."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.histories import START, panel
from tracker.core.intervals import DAY
from tracker.core.terms import Block, TermsText
from tracker.core.terms.looks import FoundBy, SourceKind, TermsLook, TermsState
from tracker.store.captures import OWN, Answer
from tracker.store.write import Writer

HOST, URL = "a.example", "https://a.example/terms"
INTRO = "Terms of Use\nThese terms of use are an agreement between you and Courier Example Ltd."
BAN = "You may not use any robot, spider, scraper or other automated means to access the site."
TRAIN = "You may not use our content to train any machine learning model or artificial intelligence system."
OPEN, SHUT = f"{INTRO}\nBe kind to others.", f"{INTRO}\nBe kind to others.\n{BAN}"
BOTH = f"{SHUT}\n{TRAIN}"
# A classifier of known doubts.
MODEL = """\
from tracker.core.terms import Category, Finding, Stance


class Doubtful:
    version = "doubtful-1"

    def classify(self, text, language=None):
        words = (("robot", Category.NO_SCRAPING, 0.55), ("kind", Category.NO_COMPETE, 0.9))
        return [
            Finding(category, Stance.PROHIBIT, text.find(word), text.find(word) + len(word), word, score, "guess")
            for word, category, score in words
            if word in text
        ]


class Broken:
    version = "broken-1"

    def classify(self, text, language=None):
        raise RuntimeError("out of\\nmemory")


class Liar(Doubtful):
    version = "liar-1"

    def classify(self, text, language=None):
        return [Finding(Category.NO_COMPETE, Stance.PROHIBIT, 0, 5, "other", 0.9, "guess")]
"""


def look(text: str | None, state: TermsState = TermsState.OK, url: str = URL) -> TermsLook:
    if text is None:
        return TermsLook(url, SourceKind.TERMS, FoundBy.LINK, state, "http_403" if url else "ok", 95, "Terms")
    blocks, at = [], 0
    for line in text.split("\n"):
        blocks.append(Block(at, at + len(line), "paragraph"))
        at += len(line) + 1
    html = text.encode()
    read = TermsText(text, tuple(blocks), "en", "2022-01-01")
    return TermsLook(
        url, SourceKind.TERMS, FoundBy.LINK, state, "ok", 95, "Terms", None, "", len(html), False, read, html
    )


def digest(text: str, digits: int = 12) -> str:
    return TermsText(text).sha256[:digits]


def crawl(database: Path, looks: Sequence[TermsLook], kind: str = "live", first: int = 0) -> None:
    """A look a day at the terms of one site, whose robots.txt is open."""
    with Writer(database, AGENTS, kind=kind) as writer:
        source, members = writer.source(OWN), writer.panel(panel("all"))
        for day, one in enumerate(looks, first):
            at = START + day * DAY
            opened = writer.begin_crawl(source, members, at, f"day {day}", 1)
            writer.record(opened, [Answer(HOST, b"User-agent: *\nAllow: /\n")], terms=[(HOST, one)])
            writer.finish_crawl(opened, at + 5)


@pytest.fixture
def history(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site forbade scraping on the third day, AI training on the fifth; the page flaps back for a day."""
    crawl(database, [look(text) for text in (OPEN, OPEN, SHUT, SHUT, BOTH, BOTH, SHUT, BOTH)])
    monkeypatch.setenv("TRACKER_DATABASE", str(database))
    return database


@pytest.fixture
def read(run, history: Path) -> Path:
    assert run("terms", "read").code == 0
    return history


@pytest.fixture
def doubtful(run, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Read by a classifier of known doubts."""
    import sys

    (tmp_path / "terms_doubts.py").write_text(MODEL)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "terms_doubts", raising=False)
    assert run("terms", "read", "--classifier", "terms_doubts:Doubtful").code == 0
    return history


# --- A site ---


def test_what_a_site_says_with_the_sentence(run, read: Path) -> None:
    (source,) = run("terms", HOST, "--json").json["sources"]
    said = {one["category"]: one for one in source["findings"]}
    assert (said["no_scraping"]["quote"], said["no_scraping"]["stance"]) == (BAN, "prohibit")
    assert said["no_ai_training"]["quote"] == TRAIN
    assert BOTH[said["no_scraping"]["start"] : said["no_scraping"]["end"]] == BAN
    assert (source["state"], source["language"], source["dpi_class"]) == ("ok", "en", 1)
    assert [(one["kind"], one["date"], one["added"]) for one in source["changes"]] == [
        ("policy", "2022-01-05", "no_ai_training:prohibit"),
        ("policy", "2022-01-03", "no_scraping:prohibit"),
    ]
    assert source["flaps"] == 2


def test_people_see_pages_quotes_changes_and_contradictions(run, read: Path) -> None:
    result = run("terms", HOST)
    words = " ".join(result.out.split())
    assert result.code == 0
    assert f"{URL} (terms, found by link): ok" in words
    assert "class 1 of 5 (scraping and AI training forbidden)" in words
    assert f"“{BAN}”" in words
    assert "2022-01-05 policy (newly said: no_ai_training:prohibit)" in words
    assert (
        f"The page alternates between two texts (2 flaps), which is no change; newest look: text {digest(BOTH)}"
        in words
    )
    assert "Robots.txt and terms contradict each other" in words
    assert "robots allow terms forbid: no_ai_training prohibit, for" in words
    assert max(map(len, result.out.splitlines())) <= 80


def test_a_text_that_nobody_has_read_says_nothing(run, history: Path) -> None:
    out = run("terms", HOST).out
    assert "Not read yet: `tracker terms read` reads it." in out
    assert "Silent" not in out
    assert "class" not in out


def test_what_could_not_be_read_is_unknown(run, database: Path) -> None:
    crawl(database, [look(None, TermsState.BLOCKED)])
    out = " ".join(run("terms", HOST, "--database", str(database)).out.split())
    assert "blocked (http_403)" in out
    assert "Unknown what it says" in out


def test_words_that_did_not_stay_wait_for_nothing(run, database: Path) -> None:
    crawl(database, [look(text) for text in (OPEN, OPEN, SHUT, OPEN, BOTH)])
    out = " ".join(run("terms", HOST, "--database", str(database)).out.split())
    assert "Other words since 2022-01-05T00:00:00Z, not confirmed by a second look yet." in out
    assert "Other words that did not stay, which is no change: 2022-01-03." in out
    (source,) = run("terms", HOST, "--json", "--database", str(database)).json["sources"]
    assert [(one["date"], one["pending"]) for one in source["changes"]] == [("2022-01-05", 1), ("2022-01-03", 0)]


def test_a_text_that_stands_no_more_is_told_from_one_that_does(run, database: Path) -> None:
    crawl(database, [look(OPEN), *[look(None, TermsState.BLOCKED)] * 33])
    result = run("terms", HOST, "--text", "--database", str(database))
    assert (result.code, result.out) == (0, OPEN + "\n")
    assert f"what {URL} says now is unknown: this text stood until 2022-01-31" in result.err
    assert run("terms", HOST, "--text", "--to", "2022-01-02", "--database", str(database)).err == ""


def test_why_the_class_of_a_site_is_not_known(run, database: Path) -> None:
    at = ("--database", str(database))
    crawl(database, [look(OPEN)])
    for whys in ("it is not read yet", "it is too short to prove that it is silent"):
        (source,) = run("terms", HOST, "--json", *at).json["sources"]
        assert source["why_unknown"].startswith(whys)
        run("terms", "read", *at)
    assert "class not known: it is too short" in run("terms", HOST, *at).out


def test_a_site_without_a_link_to_terms(run, database: Path) -> None:
    crawl(database, [look(None, TermsState.NOT_FOUND, "")])
    assert "links to no terms that we find" in run("terms", HOST, "--database", str(database)).out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["b.example"], "nobody has looked for terms of b.example"),
        (["no host"], "'no host' is no host"),
        ([HOST, "--url", "https://a.example/other"], f"no page of terms of a.example; known: {URL}"),
        ([HOST, "--diff", "--text"], "--diff"),
        ([HOST, "--page", "--json"], "--page and --json"),
        ([HOST, "--from", "2022-01-01"], "--from goes with --diff"),
        ([HOST, "--to", "2022-01-01"], "--to goes with --diff, --text or --page"),
        (["www.a.example"], "nobody has looked for terms of www.a.example (did you mean a.example?)"),
        (["a.exampel"], "(did you mean a.example?)"),
        ([HOST, "--text", "--to", "soon"], "'soon' is no date"),
        ([HOST, "--text", "--to", "d0db"], "--to d0db: of a text's hash give at least its first 6 digits"),
        ([HOST, "--text", "--to", "20240301"], "no text of a.example with that hash; write a day as 2024-03-01"),
        ([HOST, "--text", "--to", "2001-01-01"], "of that moment no text of a.example is known"),
        ([HOST, "--text", "--to", "abcdef0"], "no text of a.example with that hash"),
    ],
)
def test_mistakes_are_one_line(run, read: Path, arguments: list[str], says: str) -> None:
    result = run("terms", *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1


def test_a_misspelt_site_is_guessed_everywhere(run, read: Path) -> None:
    for command in ("terms", "site"):
        assert "(did you mean a.example?)" in run(command, "www.a.example").err
    assert "did you mean" not in run("terms", "elsewhere.test").err


def test_without_a_history(run, tmp_path: Path) -> None:
    for command in ((HOST,), ("review",), ("read",), ("decide", HOST, "silent", "none", "--why", "x", "--who", "ada")):
        result = run("terms", *command, "--database", str(tmp_path / "gone.sqlite"))
        assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert not (tmp_path / "gone.sqlite").exists()


def test_tracker_site_leads_to_the_terms(run, read: Path) -> None:
    out = run("site", HOST).out
    assert f"- {URL}: ok, class 1 of 5 (scraping and AI training forbidden)" in out
    assert f"`tracker terms {HOST}` quotes what they say" in out
    (one,) = run("site", HOST, "--json").json["terms"]
    assert (one["url"], one["state"], one["dpi_class"], one["why_unknown"]) == (URL, "ok", 1, None)


# --- Text and differences ---


def test_the_stored_text(run, read: Path) -> None:
    assert run("terms", HOST, "--text").out == BOTH + "\n"
    assert run("terms", HOST, "--text", "--to", "2022-01-01").out == OPEN + "\n"
    assert run("terms", HOST, "--text", "--to", "2022-01-03", "--json").json["text"] == SHUT


def test_the_bytes_of_the_page(run, read: Path) -> None:
    assert run("terms", HOST, "--page").out == BOTH
    assert run("terms", HOST, "--page", "--to", "2022-01-01").out == OPEN


def test_the_last_change_as_a_unified_diff(run, read: Path) -> None:
    out = run("terms", HOST, "--diff").out.splitlines()
    assert out[0].startswith(f"--- {URL}")
    assert f"+{TRAIN}" in out
    assert f" {BAN}" in out
    assert out[-1] == "newly said: no_ai_training:prohibit; no longer said: nothing"


def test_the_change_between_two_moments_or_hashes(run, read: Path) -> None:
    found = run("terms", HOST, "--diff", "--from", "2022-01-01", "--json").json
    assert (found["added"], found["removed"]) == (["no_ai_training:prohibit", "no_scraping:prohibit"], [])
    assert [(one["fate"], one["after"]) for one in found["blocks"]] == [("added", BAN), ("added", TRAIN)]
    digests = (found["after"]["text_sha256"][:10], found["before"]["text_sha256"][:10])
    assert run("terms", HOST, "--diff", "--from", "9d", "--json").code == 2  # before the first look
    assert run("terms", HOST, "--diff", "--from", "6d", "--json").json["before"]["text_sha256"] == digest(OPEN, 64)
    back = run("terms", HOST, "--diff", "--from", digests[0], "--to", digests[1], "--json").json
    assert back["removed"] == found["added"]


A, B = f"{OPEN}\n{BAN}", f"{OPEN}\n{TRAIN}"


def test_a_page_that_alternates_has_no_news(run, database: Path) -> None:
    crawl(database, [look(text) for text in (A, B, A, B, A, B, A)])
    at = ("--database", str(database))
    run("terms", "read", *at)
    result = run("terms", HOST, "--diff", *at)
    lines = result.out.splitlines()
    assert lines[0] == "the page alternates between these two; no change is confirmed"
    assert {f"-{BAN}", f"+{TRAIN}"} <= {*lines} or {f"+{BAN}", f"-{TRAIN}"} <= {*lines}
    found = run("terms", HOST, "--diff", "--json", *at).json
    assert {*found["added"], *found["removed"]} == {"no_scraping:prohibit", "no_ai_training:prohibit"}
    out = " ".join(run("terms", HOST, *at).out.split())
    assert "Other words since" not in out
    assert f"The page alternates between two texts (5 flaps), which is no change; newest look: text {digest(A)}." in out
    (source,) = run("terms", HOST, "--json", *at).json["sources"]
    assert (source["flaps"], source["variants"], source["newest_text"]) == (5, 2, digest(A, 64))
    assert [(one["pending"], one["confirmed"]) for one in source["changes"]] == [(0, 0)]
    # What only passed is there by its hash.
    assert run("terms", HOST, "--text", "--to", digest(B), *at).out == B + "\n"
    there = run("terms", HOST, "--diff", "--from", digest(A), "--to", digest(B), "--json", *at).json
    assert (there["added"], there["remark"]) == (["no_ai_training:prohibit"], "")


def test_words_seen_once_are_no_news_either(run, database: Path) -> None:
    at = ("--database", str(database))
    crawl(database, [look(A), look(A), look(B)])
    assert run("terms", HOST, "--diff", *at).out.startswith("no change is confirmed: the newest look shows other words")
    assert "Other words since 2022-01-03" in run("terms", HOST, *at).out
    assert "what it newly says is not known" in run("terms", HOST, "--diff", *at).out


def test_a_text_of_a_page_that_cannot_be_read_any_more(run, database: Path) -> None:
    at = ("--database", str(database))
    crawl(database, [look(A), *[look(None, TermsState.JS_ONLY, URL)] * 40])
    out = " ".join(run("terms", HOST, *at).out.split())
    assert "Unknown what it says" in out
    assert "It could last be read 2022-01-01T00:00:00Z" in out
    result = run("terms", HOST, "--text", *at)
    assert (result.out, len(result.err.splitlines())) == (A + "\n", 1)
    assert "was last seen 2022-01-01T00:00:00Z, and the newest look found js_only" in result.err


def test_side_by_side(run, read: Path) -> None:
    out = run("terms", HOST, "--diff", "--side-by-side").out
    (row,) = [line for line in out.splitlines() if TRAIN in line]
    assert row.lstrip().startswith("+")


def test_texts_of_too_many_blocks_are_not_compared(run, database: Path) -> None:
    many = ["\n".join(f"{word} {number}" for number in range(2_500)) for word in ("one", "two")]
    crawl(database, [look(text) for text in (many[0], many[0], many[1], many[1])])
    result = run("terms", HOST, "--diff", "--json", "--database", str(database))
    assert (result.code, result.json["blocks"], "too much has changed" in result.err) == (0, None, True)
    for how in ("--side-by-side", "--unified"):
        assert "too much has changed to show" in run("terms", HOST, "--diff", how, "--database", str(database)).out


def test_terms_that_never_changed(run, database: Path) -> None:
    crawl(database, [look(OPEN), look(OPEN)])
    result = run("terms", HOST, "--diff", "--database", str(database))
    assert (result.code, "never changed in this history" in result.err) == (2, True)


# --- A panel ---


def counted(run, *arguments: str) -> dict:
    found = run("terms", "summary", "--json", *arguments).json
    return found | {row["category"]: row for row in found["categories"]}


def test_how_many_sites_of_a_panel_say_what_of_how_many(run, read: Path) -> None:
    found = counted(run)
    members = found["members"]
    assert (found["panel"], found["date"], found["n"], found["unknown"]) == ("all", "2022-01-08", 1, members - 1)
    assert found["unknown_because"] == {"not_looked": members - 1}
    training = found["no_ai_training"]
    assert (training["sites"], training["n"], training["percent"]) == (1, 1, 100.0)
    assert (training["low"], training["high"]) == (round(100 / members, 1), 100.0)
    assert (found["no_compete"]["sites"], found["no_compete"]["percent"], found["silent"]["sites"]) == (0, 0.0, 0)
    out = run("terms", "summary").out
    assert f"all on 2022-01-08: n = 1 sites of the panel whose terms could be read, of {members} members" in out
    assert f"unknown: {members - 1} (nobody has looked {members - 1})" in out


def test_what_could_not_be_read_or_is_not_read_yet_is_unknown(run, database: Path) -> None:
    at = ("--database", str(database))
    crawl(database, [look(BOTH)])
    found = counted(run, *at)
    assert (found["n"], found["unknown_because"]["not_read"]) == (0, 1)
    assert (found["no_scraping"]["percent"], found["no_scraping"]["low"]) == (None, None)
    run("terms", "read", *at)
    assert counted(run, *at)["n"] == 1
    crawl(database, [look(BOTH), *[look(None, TermsState.BLOCKED)] * 40], first=1)
    found = counted(run, *at)
    assert (found["n"], found["unknown_because"]["blocked"], found["no_scraping"]["sites"]) == (0, 1, 0)


def test_doubt_is_in_the_bounds_and_what_is_allowed_is_not_counted(run, doubtful: Path) -> None:
    found = counted(run)
    assert (found["no_scraping"]["sites"], found["no_scraping"]["doubtful"]) == (0, 1)
    assert (found["no_scraping"]["low"], found["no_scraping"]["high"]) == (0.0, 100.0)
    run("terms", "decide", HOST, "no_compete", "allow", "--why", "x", "--who", "ada")
    assert [counted(run)["no_compete"][name] for name in ("sites", "otherwise", "doubtful")] == [0, 1, 0]


def test_a_panel_that_is_not_there(run, read: Path) -> None:
    result = run("terms", "summary", "--panel", "al")
    assert (result.code, "unknown panel 'al' (did you mean all?)" in result.err) == (2, True)


# --- Review and decisions ---


def test_what_is_doubtful_or_new_is_to_be_reviewed(run, doubtful: Path) -> None:
    found = run("terms", "review", "--json").json
    assert [(one["category"], one["because"], one["quote"]) for one in found] == [
        ("no_scraping", "doubtful", "robot"),
        ("no_compete", "new", "kind"),
    ]
    assert [one["category"] for one in run("terms", "review", "--new", "0", "--json").json] == ["no_scraping"]
    limited = run("terms", "review", "--limit", "1", "--json")
    assert (len(limited.json), "1 more" in limited.err) == (1, True)
    assert run("terms", "review", "--site", "b.example", "--json").json == []
    assert "tracker terms decide a.example no_scraping prohibit --text" in run("terms", "review").out


def test_what_review_says_to_write_can_be_written_and_counts_at_once(run, doubtful: Path) -> None:
    import shlex

    assert run("terms", HOST, "--json").json["sources"][0]["no_scraping"] is None
    (first, *_) = run("terms", "review", "--json").json
    command = shlex.split(first["write"].replace("'…'", "'bots of any kind'").replace("NAME", "ada"))
    result = run(*command[1:])
    assert (result.code, result.err) == (0, "")
    assert "added to terms_decisions.toml" in result.out
    (row,) = tomllib.loads(Path("terms_decisions.toml").read_text())["decision"]
    assert (row["site"], row["category"], row["stance"], row["who"]) == (HOST, "no_scraping", "prohibit", "ada")
    assert row["quote"] == "robot"
    (source,) = run("terms", HOST, "--json").json["sources"]
    assert source["no_scraping"] == "prohibit"
    assert "person:ada" in {one["rule"] for one in source["findings"]}
    assert "no_scraping" not in {one["category"] for one in run("terms", "review", "--json").json}


def test_what_review_says_to_write_runs_as_it_stands(run, doubtful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shlex

    monkeypatch.delenv("TRACKER_DATABASE")
    (first, *_) = run("terms", "review", "--json", "--database", str(doubtful)).json
    assert f" --database {doubtful} " in first["write"]
    assert run(*shlex.split(first["write"])[1:]).code == 0
    (row,) = tomllib.loads(Path("terms_decisions.toml").read_text())["decision"]
    assert (row["site"], row["who"]) == (HOST, "NAME")


def test_what_nobody_found_needs_words_of_the_text(run, doubtful: Path) -> None:
    decision = ("terms", "decide", HOST, "no_ai_training", "prohibit", "--why", "it says so", "--who", "ada")
    result = run(*decision)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "nothing of no_ai_training was found in this text: say which words do, --quote" in result.err
    assert not Path("terms_decisions.toml").exists()


def test_rows_by_hand_that_rest_on_no_words_are_named_by_review(run, doubtful: Path) -> None:
    assert run("terms", "decide", HOST, "no_scraping", "prohibit", "--why", "x", "--who", "ada").code == 0
    assert run("terms", "review").err == ""
    file = Path("terms_decisions.toml")
    file.write_text(file.read_text().replace('quote = "robot"', 'quote = "androids"'))
    row = file.read_text().replace("no_scraping", "no_ai_training").replace('quote = "androids"\n', "")
    file.write_text(file.read_text() + row)
    assert run("terms", "read", "--classifier", "terms_doubts:Doubtful").code == 0
    said = run("terms", "review").err.splitlines()
    assert len(said) == 2
    assert "the decision of ada on no_ai_training of a.example" in said[0]
    assert said[0].endswith("rests on no words: add its quote")
    assert said[1].endswith("has a quote that does not stand in the text: mend it")


@pytest.mark.parametrize("word", ["yes", "none"])
def test_a_text_is_silent_by_a_persons_word(run, doubtful: Path, word: str) -> None:
    decision = ("silent", word, "--text", digest(OPEN), "--why", "read it all", "--who", "ada")
    result = run("terms", "decide", HOST, *decision)
    assert (result.code, "silent yes in text" in result.out) == (0, True)
    assert 'stance = "yes"' in Path("terms_decisions.toml").read_text()
    rows = run("query", "SELECT silent FROM terms_history ORDER BY valid_from", "--json").json
    assert rows[0]["silent"] == 1


def test_what_nobody_found_is_decided_with_its_words(run, doubtful: Path) -> None:
    decision = ("terms", "decide", HOST, "no_ai_training", "prohibit", "--quote", TRAIN, "--why", "it says so")
    assert run(*decision, "--who", "ada").code == 0
    (source,) = run("terms", HOST, "--json").json["sources"]
    assert source["no_ai_training"] == "prohibit"


def test_a_finding_can_be_denied(run, doubtful: Path) -> None:
    assert run("terms", HOST, "--json").json["sources"][0]["no_compete"] == "prohibit"
    assert run("terms", "decide", HOST, "no_compete", "none", "--why", "be kind is no ban", "--who", "ada").code == 0
    (source,) = run("terms", HOST, "--json").json["sources"]
    assert source["no_compete"] is None
    assert "no_compete" not in {one["category"] for one in source["findings"]}


def test_a_row_written_by_hand_counts_from_the_next_writing_command_on(run, doubtful: Path) -> None:
    run("terms", "decide", HOST, "no_compete", "none", "--why", "no ban", "--who", "ada")
    file = Path("terms_decisions.toml")
    file.write_text(file.read_text().replace('"none"', '"reserve"'))
    assert run("terms", HOST, "--json").json["sources"][0]["no_compete"] is None
    assert run("terms", "read", "--classifier", "terms_doubts:Doubtful").code == 0
    assert run("terms", HOST, "--json").json["sources"][0]["no_compete"] == "reserve"
    kept = file.rename("elsewhere.toml")
    for expected in ("reserve", "prohibit"):  # without a file nothing is undone, an empty one takes all back
        assert run("terms", "read", "--classifier", "terms_doubts:Doubtful").code == 0
        assert run("terms", HOST, "--json").json["sources"][0]["no_compete"] == expected
        file.touch()
    file.write_text(kept.read_text().replace("reserve", "maybe"))
    result = run("terms", "read")
    assert (result.code, "terms_decisions.toml:5: stance: 'maybe' is unknown" in result.err) == (1, True)


def test_an_import_carries_decisions_over(run, doubtful: Path, tmp_path: Path) -> None:
    run("terms", "decide", HOST, "no_compete", "none", "--why", "no ban", "--who", "ada")
    file = Path("terms_decisions.toml")
    file.write_text(file.read_text().replace('"none"', '"reserve"'))
    (tmp_path / "t.csv").write_text("site,at,status\na.example,2021-01-01,404\n")
    assert run("import", "csv", "t.csv").code == 0
    assert run("terms", HOST, "--json").json["sources"][0]["no_compete"] == "reserve"


def test_what_a_merge_brings_is_read(run, read: Path, tmp_path: Path) -> None:
    merged = str(tmp_path / "merged.sqlite")
    assert run("merge", str(read), "--database", merged).code == 0
    assert run("terms", HOST, "--json", "--database", merged).json == run("terms", HOST, "--json").json


def test_decisions_are_exported_with_everything_else(run, doubtful: Path) -> None:
    run("terms", "decide", HOST, "no_compete", "none", "--why", "no ban", "--who", "ada")
    assert run("export", "--csv", "out", "--view", "terms_decisions").code == 0
    assert "no ban" in Path("out/terms_decisions.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((HOST, "no_fun", "none"), 2, "no_fun"),
        ((HOST, "no_compete", "maybe"), 2, "maybe"),
        ((HOST, "silent", "prohibit"), 1, "a text is silent or not"),
        (("b.example", "silent", "none"), 2, "nobody has looked for terms of b.example"),
        ((HOST, "no_compete", "prohibit", "--quote", "not there"), 2, "--quote: the text has no such words"),
        ((HOST, "silent", "none", "--text", "abcdef0"), 2, "no text of a.example with that hash"),
    ],
)
def test_a_bad_decision_is_one_line_and_writes_nothing(
    run, doubtful: Path, arguments: Sequence[str], code: int, says: str
) -> None:
    result = run("terms", "decide", *arguments, "--why", "x", "--who", "ada")
    assert (result.code, result.out) == (code, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert not Path("terms_decisions.toml").exists()


def test_who_decides_must_be_said(run, doubtful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = ("terms", "decide", HOST, "no_compete", "none", "--why", "x")
    assert "say who decides" in run(*decision).err
    monkeypatch.setenv("TRACKER_CONTACT", "ada@example.org")
    assert run(*decision).code == 0
    assert "ada@example.org" in Path("terms_decisions.toml").read_text()
    again = run(*decision)
    assert (again.code, "was decided there already" in again.err) == (1, True)


# --- Reading anew ---


def test_texts_are_read_once_by_each_classifier(run, doubtful: Path) -> None:
    assert run("terms", "read", "--json").json["read"] == 3
    assert run("terms", "read", "--json").json["read"] == 0
    assert run("terms", HOST, "--json").json["sources"][0]["dpi_class"] == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [("Broken", "RuntimeError: out of memory"), ("Liar", "no Finding with the words in its place")],
)
def test_a_classifier_that_fails_is_one_line_and_changes_nothing(run, doubtful: Path, name: str, says: str) -> None:
    before = run("terms", HOST, "--json").json
    result = run("terms", "read", "--classifier", f"terms_doubts:{name}")
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert run("terms", HOST, "--json").json == before


def test_made_up_histories_are_read_and_decided_too(run, tmp_path: Path) -> None:
    demo = str(tmp_path / "demo.sqlite")
    crawl(Path(demo), [look(SHUT)], kind="demo")
    assert run("terms", "read", "--database", demo).code == 0
    decision = ("no_scraping", "allow", "--why", "made up", "--who", "ada")
    assert run("terms", "decide", HOST, *decision, "--database", demo).code == 0
    assert run("terms", HOST, "--json", "--database", demo).json["sources"][0]["no_scraping"] == "allow"


def test_help(run) -> None:
    assert "Example: tracker terms nytimes.com" in run("terms", "--help").out
    for command in ("show", "review", "decide", "read"):
        assert "Example: tracker terms" in run("terms", command, "--help").out
