"""`tracker terms SITE` as somebody types it: what a site's terms say, their text, and what changed in them."""

from pathlib import Path

import pytest

from tests.cli.terms.looks import BAN, BOTH, HOST, OPEN, SHUT, TRAIN, URL, crawl, digest, look
from tracker.core.terms.looks import TermsState

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
