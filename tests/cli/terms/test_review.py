"""`tracker terms summary`, `review`, `decide` and `read` as somebody types them: a panel, and a person's word."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.terms.looks import BOTH, HOST, OPEN, SHUT, TRAIN, crawl, digest, look
from tracker.core.terms.looks import TermsState

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
