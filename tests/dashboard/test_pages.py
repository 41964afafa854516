"""Every page, run without a browser on a history that is there, missing, empty, broken or newer."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import AGENTS
from tests.dashboard.conftest import CRAWLS, PANEL, write
from tests.store import measured
from tracker.store.captures import OWN
from tracker.store.write import Writer

PAGES = ("overview", "site", "projection")


def run(page: str, database: Path, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> AppTest:
    monkeypatch.setenv("TRACKER_DATABASE", str(database))
    app = AppTest.from_string(f"from dashboard.pages import {page}\n{page}.show()", default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def said(app: AppTest) -> str:
    kinds = (app.subheader, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


@pytest.mark.parametrize("page", PAGES)
def test_a_history_of_made_up_sites_has_the_banner_and_no_error(
    page: str, small_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(page, small_history, monkeypatch)
    assert not app.exception
    assert not app.error
    assert app.warning[0].value.startswith("**DEMO.**")


@pytest.mark.parametrize("page", ["overview", "site"])
def test_no_history_gives_the_commands_that_make_one(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(page, tmp_path / "none.sqlite", monkeypatch)
    assert not app.exception
    assert "No history at" in app.info[0].value
    assert [code.value for code in app.code][:2] == ["tracker demo", "tracker crawl"]


@pytest.mark.parametrize("page", ["overview", "site"])
def test_a_history_without_a_crawl_gives_the_same(page: str, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(page, database, monkeypatch)
    assert not app.exception
    assert "holds no crawl yet" in app.info[0].value


def test_the_projection_needs_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("projection", tmp_path / "none.sqlite", monkeypatch)
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="access").value == "off"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("kind", "words"), [("broken_history", "is not an SQLite file"), ("newer_history", "upgrade Drywell")]
)
def test_a_file_that_cannot_be_read_is_one_sentence_with_the_mend(
    page: str, kind: str, words: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(page, request.getfixturevalue(kind), monkeypatch)
    assert not app.exception
    assert len(app.error) == 1
    assert words in app.error[0].value
    assert "Traceback" not in said(app)


def test_the_headline_has_number_n_date_bounds_split_and_definition(
    small_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run("overview", small_history, monkeypatch)
    assert app.subheader[0].value == "50.0 % of 4 sites shut GPTBot out on 1 October 2023"
    text = said(app)
    assert "2 sites: 1 by name and 1 through the rules for every agent" in text
    assert "What 1 site would say is unknown" in text
    assert "40.0 or 60.0 %" in text
    assert "definition effective_full" in text
    assert "4 of 5 sites readable or without a robots.txt" in text


def test_one_crawl_says_that_trends_start_at_the_second(one_crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("overview", one_crawl, monkeypatch)
    assert not app.exception
    assert "One day so far: trends start at the second." in said(app)


def test_the_address_restores_every_control_of_the_overview(
    small_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run("overview", small_history, monkeypatch, definition="mentioned", period="90 days", agents="CCBot")
    assert app.selectbox(key="definition").value == "mentioned"
    assert app.selectbox(key="period").value == "90 days"
    assert app.multiselect(key="agents").value == ["CCBot"]
    assert "name CCBot" in app.subheader[0].value


def test_a_control_that_holds_nonsense_is_put_right(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("overview", small_history, monkeypatch, definition="nonsense", panel="none")
    assert not app.exception
    assert app.selectbox(key="definition").value == "effective_full"


def test_a_site_has_its_facts_verdict_words_and_lists(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("site", small_history, monkeypatch, site="news.example")
    assert not app.exception
    assert app.subheader[0].value == (
        "news.example closes every page to GPTBot, by name, first seen so on 20 August 2023"
    )
    text = said(app)
    assert "Line 3 `Disallow: /` in the group of line 2 closes every page to GPTBot, by name." in text
    assert "SHA-256" in text
    assert "last looked at 1 Oct 2023 06:00 UTC" in text


def test_an_older_capture_can_be_chosen(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("site", small_history, monkeypatch, site="news.example", capture="2023-07-01 06:00")
    assert "Line 2 `Disallow: /private`" in said(app)


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("absent.example", "There was no robots.txt"),
        ("broken.example", "No robots.txt of this site was ever read"),
        ("star.example", "through the rules for every agent"),
    ],
)
def test_sites_of_every_kind_open(site: str, words: str, small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("site", small_history, monkeypatch, site=site)
    assert not app.exception
    assert words in said(app)


def test_the_projection_takes_the_measured_share(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("projection", small_history, monkeypatch)
    text = said(app)
    assert "Measured: 50.0 % of 4 sites of panel made\\-up shut GPTBot out on 1 October 2023" in text
    assert "80 % interval" in text
    assert "contains no blocking at all" in text
    assert not any(f"20{year}." in app.subheader[0].value for year in range(24, 60))

    assert "It is held where it is, for it is not forecast: " in text


def test_the_projection_takes_the_forecast_share(
    empty_history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = measured.write(Path(shutil.copyfile(empty_history, tmp_path / "history.sqlite")))
    app = run("projection", path, monkeypatch)
    assert not app.exception
    text = said(app)
    assert "Measured: 37.5 % of 40 sites of panel forty shut GPTBot out on 18 November 2024" in text
    assert "Where it goes from there is forecast from what these sites did so far" in text


def test_the_switch_takes_restrictions_away(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("projection", small_history, monkeypatch, access="off")
    assert app.subheader[0].value.endswith("with nothing closed")
    assert app.selectbox(key="compliance").disabled


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("scenario", "reanchored-2026"),
        ("demand", "historical"),
        ("token_weight", "0.5"),
        ("compliance", "50 %"),
        ("retroactivity", "0 %"),
        ("agent", "CCBot"),
    ],
)
def test_every_control_of_the_projection_is_in_the_address(
    control: str, value: str, small_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run("projection", small_history, monkeypatch, **{control: value})
    assert not app.exception
    assert app.selectbox(key=control).value == value


@pytest.mark.parametrize(
    ("denominator", "headline", "of"),
    [
        ("members", "40.0 % of 5 sites shut GPTBot out on 1 October 2023", "sites of the panel"),
        ("readable", "66.7 % of 3 sites shut GPTBot out on 1 October 2023", "sites with a readable robots.txt"),
        ("answered", "33.3 % of 3 sites shut GPTBot out on 2 October 2023", "answered the last look at them"),
    ],
)
def test_the_denominator_is_chosen_by_name(
    denominator: str, headline: str, of: str, small_history: Path, held_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = held_history if denominator == "answered" else small_history
    app = run("overview", path, monkeypatch, denominator=denominator)
    assert app.subheader[0].value == headline
    assert of in said(app)
    if denominator == "answered":
        assert "2 sites did not answer; if none or all of them did so, it would be 20.0 or 60.0 %" in said(app)


def test_a_definition_by_name_of_a_search_for_the_name(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run("overview", small_history, monkeypatch, definition="naive_substring")
    assert app.subheader[0].value == "25.0 % of 4 sites mention GPTBot somewhere on 1 October 2023"
    assert "1 by name and 0 elsewhere in the file" in said(app)


@pytest.mark.parametrize(
    ("definition", "heading", "columns"),
    [
        ("effective_full", "Whom the most sites shut out", {"blocked_named", "blocked_wildcard"}),
        ("explicit_allow", "Whom the most sites welcome by name", set()),
        ("naive_substring", "Whom the most sites mention somewhere", {"blocked_named", "blocked_wildcard"}),
    ],
)
def test_tables_say_what_the_definition_counts(
    definition: str, heading: str, columns: set[str], small_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run("overview", small_history, monkeypatch, definition=definition)
    assert not app.exception
    assert heading in [element.value for element in app.subheader]
    for table in app.dataframe:
        assert columns == {"blocked_named", "blocked_wildcard"} & set(table.value.columns)


def test_a_site_shows_its_signals_and_where_they_disagree_with_its_rules(
    held_history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run("site", held_history, monkeypatch, site="open.example")
    assert not app.exception
    assert "Signals beside the rules" in said(app)
    assert "content\\-signal `ai-train=no`" in said(app)
    assert app.warning[1].value == (
        "Words and rules disagree. Closed in words \\(`ai-train=no`\\), open by rule for GPTBot, AI2Bot, CCBot "
        "and 1 more."
    )
    assert "Signals beside" not in said(run("site", held_history, monkeypatch, site="star.example"))


def test_a_suspect_crawl_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Writer(write(tmp_path / "h.sqlite", CRAWLS), AGENTS, kind="demo") as writer:
        newest = writer.latest_round(writer.panel(PANEL), writer.source(OWN))
        assert newest is not None
        writer.note_suspect(newest.crawl_id, "4 of 5 sites changed their verdict")
    app = run("overview", tmp_path / "h.sqlite", monkeypatch)
    (banner,) = [warning.value for warning in app.warning if "suspect" in warning.value]
    assert "The crawl of 1 Oct 2023 06:00 UTC is suspect: 4 of 5 sites changed their verdict." in banner
    assert "nothing is withheld" in banner
