"""`tracker report`: a brief of a small history worked through by hand (tests/publish/told.py)."""

import base64
import shlex
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from tests.cli.test_forecast import HOSTS as SIXTY
from tests.cli.test_forecast import LOOKS, STEP
from tests.cli.test_forecast import START as LONG_AGO
from tests.cli.test_forecast import body as body_of
from tests.conftest import AGENTS
from tests.publish.told import sha, tell
from tracker import reference
from tracker.core.panels import Member, Panel
from tracker.publish.brief import words as said
from tracker.reference.backtest import stored_backtest
from tracker.store.captures import OWN, Answer
from tracker.store.write import Writer

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
DAY, START = 86_400, 1_704_088_800  # 2024-01-01T06:00:00Z


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = Path(tell(tmp_path / "told.sqlite"))
    with Writer(path, AGENTS) as writer:
        writer.know_claims(reference.claims())
    monkeypatch.setenv("TRACKER_DATABASE", str(path))
    return path


def section(page: LexborHTMLParser, name: str) -> str:
    node = page.css_first(f"section#{name}")
    assert node is not None
    return " ".join(node.text(separator=" ").split())


def test_a_brief_as_a_page(run, told: Path, tmp_path: Path) -> None:
    """Of a, b, c and e on 10 January, a and c shut GPTBot out by name and b everybody; d is unknown."""
    result = run("report", "--output", "brief.html")
    assert (result.code, result.out) == (0, "")
    assert "brief.html: panel top on 2024-01-10" in result.err
    page = LexborHTMLParser((tmp_path / "brief.html").read_text(encoding="utf-8"))

    figure = section(page, "headline")
    assert "75.0 % of 4 sites shut GPTBot out on 10 January 2024" in figure
    assert "2 by its name and 1 through the rules for every agent" in figure
    assert "1 of 5 sites are unknown on that day; the share is anywhere from 60.0 to 80.0 %" in figure
    for words in ("no page may be fetched", "effective_full", "readable_or_absent", "panel top"):
        assert words.lower() in figure.lower()

    changed = section(page, "changes")
    lines = f"blocked: 1: User-agent: GPTBot , 2: Disallow: / ; sha256 {sha('GPTBot shut')}"
    assert f"2024-01-09 and 2024-01-10 c.example GPTBot allowed; no robots.txt {lines}" in changed
    assert "No site reopened to one of these agents" in changed
    assert "tracker evidence c.example GPTBot --at 2024-01-10" in changed

    terms = section(page, "terms")
    assert "forbid AI training 3 75.0 % 60.0 to 80.0 %" in terms
    assert "At 3 sites of the 4 whose terms could be read" in terms
    assert "No forecast: the panel is known for 10 days" in section(page, "forecast")
    assert "GPTBot 35.7 % 50.0 % (n = 4) 75.0 % (n = 4) +14.3 not this panel" in section(page, "claims")
    assert "claim, to our count by their rule" in section(page, "claims")
    assert " tracker claims --all --panel top has them" in section(page, "claims")
    assert "”. A share of tokens: a panel counts sites" in section(page, "claims")
    assert "contains no blocking: its 2026 to 2032" in section(page, "projection")
    assert "December 2024) has these years follow from blocking, which is wrong" in section(page, "projection")
    assert not {"restricted_share", "token_weight", "long_run_share"} & set(section(page, "projection").split())
    assert "more than when the sum of it ends" in section(page, "projection")
    assert "Weeks to months, not years" in section(page, "projection")
    assert "anything from 60.0 to 80.0 %, for so much is unknown" in section(page, "projection")
    assert "to GPTBot, anything from 60.0 to 80.0 % of 5 sites on 10 January 2024, brings" in section(
        page, "projection"
    )
    assert "the widest is that of 1 January 2024, when 1 of 5 sites were unknown (GPTBot: 0.0 to 20.0 %)" in section(
        page, "time"
    )
    assert "tracker project --measured --agent GPTBot --panel top" in section(page, "projection")
    history = run("query", "SELECT value FROM about WHERE key = 'history_id'", "--csv").out.split()[1]
    cited = f"n = 4 sites readable or without a robots.txt, definition effective_full; history {history}"
    assert cited in section(page, "cite")
    assert "@misc{drywell-top-2024-01-10," in section(page, "cite")

    first = (tmp_path / "brief.html").read_bytes()
    assert run("report", "--output", "brief.html", "--force").code == 0
    assert (tmp_path / "brief.html").read_bytes() == first
    assert sorted(one.name for one in tmp_path.iterdir() if "brief" in one.name) == ["brief.html"]


def test_the_page_stands_alone_and_can_be_read_without_seeing_it(run, told: Path) -> None:
    page = LexborHTMLParser(run("report").out)
    root, body = page.root, page.body
    assert root is not None
    assert body is not None
    assert root.attributes["lang"] == "en"
    assert not page.css("script, iframe, object, embed, link, img, image, use, base, form, video, audio")
    for node in root.traverse():
        for name, value in node.attributes.items():
            assert name not in ("src", "srcset", "style", "background", "action", "data", "poster"), name
            assert not name.startswith("on")
            if name == "href":
                assert node.tag == "a"
                assert (value or "").startswith(("#", "https://"))
    style = page.css_first("style")
    assert style is not None
    assert "url(" not in style.text()
    assert "@import" not in style.text()
    assert len(page.css("h1")) == 1
    charts = page.css("[role=img]")
    assert len(charts) == 3
    for chart in charts:
        assert len(chart.attributes["aria-label"] or "") > 40
        assert chart.css_first("svg") is not None
        figure = chart.parent
        assert figure is not None
        table = figure.next
        while table is not None and table.tag == "-text":
            table = table.next
        assert table is not None
        assert table.css_first("table") is not None, "the same numbers as a table"
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))


def test_a_brief_as_markdown(run, told: Path, tmp_path: Path) -> None:
    assert run("report", "--output", "brief.md").code == 0
    text = (tmp_path / "brief.md").read_text(encoding="utf-8")
    assert text == run("report", "--format", "markdown").out
    tokens = [one for token in MARKDOWN.parse(text) for one in (token, *(token.children or []))]
    types = {token.type for token in tokens}
    assert not types & {"html_block", "html_inline"}
    links = {str(token.attrs["href"]) for token in tokens if token.type == "link_open"}
    assert links <= {"https://arxiv.org/abs/2211.04325v2", *(claim.source for claim in reference.claims())}
    images = [str(token.attrs["src"]) for token in tokens if token.type == "image"]
    assert len(images) == 3
    for image in images:
        head, _, data = image.partition(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(data).startswith(b"\x89PNG")
    assert "75.0 % of 4 sites shut GPTBot out on 10 January 2024" in text
    assert f"`{sha('GPTBot shut')}`" in text


def test_a_file_is_replaced_on_request_only(run, told: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine")
    result = run("report", "--output", "mine.html")
    assert (result.code, "mine.html is there already" in result.err) == (2, True)
    assert (tmp_path / "mine.html").read_text() == "mine"
    (tmp_path / "a-file").write_text("")
    for folder in ("no/such", "a-file"):
        result = run("report", "--output", f"{folder}/brief.html")
        assert (result.code, f"{folder} is no folder: make it first" in result.err) == (2, True)
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("name", ["brief.pdf", "brief.docx", "brief.txt"])
def test_a_name_that_says_another_format_is_refused(run, told: Path, tmp_path: Path, name: str) -> None:
    result = run("report", "--output", name)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "for a PDF print the HTML" in result.err
    assert not (tmp_path / name).exists()


def test_how_old_the_newest_look_is_stands_on_stderr_alone(run, told: Path) -> None:
    result = run("report", "--format", "markdown")
    assert "warning: the newest look is of 2024-01-10, " in result.err
    assert "days ago" not in result.out


def test_a_date_does_not_break_at_the_end_of_a_line(run, told: Path) -> None:
    page = LexborHTMLParser(run("report").out)
    days = [node.text() for node in page.css("#changes td:first-child .day")]
    assert days[:2] == ["2024-01-09", "2024-01-10"]


def test_the_facts_as_json_need_no_extra(run, told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("altair", "vl_convert", "jinja2"):
        monkeypatch.setitem(sys.modules, package, None)
    found = run("report", "--agent", "ccbot", "--agent", "GPTBot", "--json").json
    assert [share["agent"] for share in found["shares"]] == ["GPTBot", "CCBot"]
    gptbot = found["shares"][0]
    assert (gptbot["percent"], gptbot["low"], gptbot["high"], gptbot["n"]) == (75.0, 60.0, 80.0, 4)
    assert (gptbot["named"], gptbot["wildcard"], gptbot["closed"], gptbot["reopened"]) == (2, 1, 3, 0)
    assert (gptbot["points_30d"], gptbot["points_1y"]) == (None, None), "nothing was known then"
    days = [(point["day"], point["percent"]) for point in found["series"] if point["agent"] == "GPTBot"]
    assert days == [("2024-01-01", 0.0), ("2024-01-02", 25.0), ("2024-01-09", 50.0), ("2024-01-10", 75.0)]
    assert {reading["definition"]: reading["percent"] for reading in found["readings"]}["named_full"] == 50.0
    assert found["frame"]["generation"]
    outcomes = {one["id"]: one for one in found["outcomes"]}
    assert outcomes["epoch-2024"]["forward"] is None
    assert (outcomes["epoch-2024"]["median"], outcomes["epoch-2024"]["interval_80"]) == (
        "late 2028",
        "early 2027 to early 2032",
    )
    low, high = outcomes["epoch-2024-access"]["forward_years"][1:]
    assert 0 < low < high < 1

    result = run("report")
    assert (result.code, result.out) == (1, "")
    assert "needs altair: pip install 'drywell[report]'" in result.err


def test_what_is_not_there_is_said(run, told: Path, database: Path) -> None:
    for arguments, says in (
        (("--agent", "GTPBot"), "GPTBot"),
        (("--panel", "tops"), "top"),
        (("--database", str(database)), "no panel yet"),
        (("--json", "--format", "html"), "cannot go together"),
    ):
        result = run("report", *arguments)
        assert (result.code, says in result.err) == (2, True), result.err


def test_sixteen_months_with_a_forecast_and_one_day_without(run, tmp_path: Path) -> None:
    long, short = str(tmp_path / "long.sqlite"), str(tmp_path / "short.sqlite")
    members = tuple(Member(host, rank) for rank, host in enumerate(SIXTY, 1))
    sixty = Panel("sixty", "Sixty", "made up", "1", "2023-08-14", None, False, members)
    for path, looks in ((long, LOOKS), (short, 1)):
        with Writer(path, AGENTS) as writer:
            panel, own = writer.panel(sixty), writer.source(OWN)
            for number in range(looks):
                at = LONG_AGO + number * STEP
                crawl = writer.begin_crawl(own, panel, at, f"sixty@{at}", len(SIXTY))
                writer.record(crawl, [Answer(host, body_of(site, number), "ref") for site, host in enumerate(SIXTY)])
                writer.finish_crawl(crawl, at + 60)

    page = LexborHTMLParser(run("report", "--database", long, "--agent", "GPTBot", "--agent", "CCBot").out)
    ahead = section(page, "forecast")
    assert "GPTBot 25.0 % 60 " in ahead
    assert "by 2024-12-" in ahead
    rows = stored_backtest()["rows"]
    shown = {row["months"]: row for row in rows if (row["model"], row["origins"]) == ("markov", "shown")}
    first, *_, last = (f"{100 * shown[months]['coverage_80']:.0f}" for months in (1, 3, 6, 12))
    assert f"80 % intervals held {first}, " in ahead
    assert f" and {last} % of what came 1, 3, 6 and 12 months later" in ahead
    assert "between" not in [node.text() for node in page.css("#agents th, #definitions th")], "it repeats the share"
    assert "so that its shares have no bounds" in section(page, "headline")
    assert "No site was unknown on any of these days" in section(page, "time")
    assert "closing as this panel does to GPTBot, 25.0 % of 60 sites on " in section(page, "projection")
    assert "Beside no licence for text this panel shows a block lifted" in section(page, "method")
    assert "Those of GPTBot alone held " in ahead
    assert " 0 blocks in it" not in ahead, "a launch that nobody answered is no break to tell"
    assert "CCBot: no forecast, for " in ahead
    assert "tracker forecast GPTBot --panel sixty" in ahead
    assert "27 December 2023: The New York Times sues OpenAI" in section(page, "time")
    assert "Reopened, the newest first" in section(page, "changes")
    assert "Of none of the 60 sites the terms could be read (nobody has looked: 60)" in section(page, "terms")
    assert "Nothing is held against published figures" in section(page, "claims")

    page = LexborHTMLParser(run("report", "--database", short).out)
    assert "One day so far: trends start at the second." in section(page, "time")
    assert "No site closed" in section(page, "changes")


def test_commands_work_as_printed(run, told: Path) -> None:
    """As they stand, once the line at the top has been followed; nothing in the brief says where this history lies."""
    text = run("report").out
    page = LexborHTMLParser(text)
    lines = [line for node in page.css("pre") for line in node.text().splitlines()]
    assert lines[0] == "export TRACKER_DATABASE=PATH_OR_URL"
    assert str(told.parent) not in text
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("tracker ")]
    again = [one for one in commands if not {"SITE", "claim.json"} & set(one)]
    assert len(again) > 12
    for arguments in again:
        result = run(*arguments)
        refused = "no forecast" in result.out or "backtest" in arguments
        assert (result.code == 0) or refused, (arguments, result.err)
    (of_definitions,) = [one for one in again if "SELECT definition" in one[-1]]
    (of_days,) = [one for one in again if "ORDER BY date, agent" in one[-1]]
    shown = {node.text() for node in page.css("#time tbody td:first-child")}
    assert {row["date"] for row in run(*of_days, "--json").json} == shown
    counted = {row["definition"]: row["blocked"] for row in run(*of_definitions, "--json").json}
    assert (counted["effective_full"], counted["named_full"], len(counted)) == (3, 2, 10)
    (of_contradictions,) = [one for one in again if "GROUP BY direction" in one[-1]]
    assert [row["sites"] for row in run(*of_contradictions, "--json").json] == [3]


def test_cells_carry_the_name_of_their_column(run, told: Path) -> None:
    """A small screen shows rows as cards, where no head stands above."""
    page = LexborHTMLParser(run("report").out)
    table = page.css_first("#agents table")
    assert table is not None
    names = [node.text() for node in table.css("th")]
    assert names[3:5] == ["share", "between"]
    for row in table.css("tbody tr"):
        assert [cell.attributes["data-label"] for cell in row.css("td")] == names


def test_a_citation_names_no_address_but_a_published_one(run, told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "drywell.example" not in run("report").out
    monkeypatch.setattr(said, "PUBLISHED_AT", "https://drywell.test")
    cited = section(LexborHTMLParser(run("report").out), "cite")
    assert "Made with drywell 0.1.0, https://drywell.test; panel top" in cited
    assert "}, url = {https://drywell.test} }" in cited


def test_licences_with_blocks_lifted_beside_them(run, tmp_path: Path) -> None:
    """News Corp licensed its text to OpenAI on 22 May 2024; wsj.com opens on the 26th, nypost.com does not."""
    path = str(tmp_path / "licences.sqlite")
    wsj = ("wsj.com",)
    agents = [replace(one, operator="OpenAI") if one.name == "GPTBot" else one for one in AGENTS]
    hosts = ("wsj.com", "nypost.com", "a.example")
    panel = Panel("papers", "Papers", "made up", "1", "2024-01-01", None, False, tuple(map(Member, hosts)))
    with Writer(path, agents) as writer:
        panel_id, own = writer.panel(panel), writer.source(OWN)
        for day, opened in ((120, ()), (140, ()), (146, wsj), (160, (*wsj, "a.example")), (180, (*wsj, "nypost.com"))):
            crawl = writer.begin_crawl(own, panel_id, START + day * DAY, f"papers {day}", len(hosts))
            said = {host: "Allow" if host in opened else "Disallow" for host in hosts}
            writer.record(crawl, [Answer(host, _papers(word), "ref") for host, word in said.items()])
            writer.finish_crawl(crawl, START + day * DAY + 5)
    page = LexborHTMLParser(run("report", "--database", path).out)
    beside = section(page, "licences")
    assert "Blocks were lifted beside 1 of 1 licences for text within 14 days" in beside
    assert "It proves no cause" in beside
    assert "wsj.com to GPTBot, 2024-05-20 and 2024-05-26 (+4) nypost.com (GPTBot 2024-06-29 , +38)" in beside
    assert "Beside no licence" not in section(page, "method")


def _papers(word: str) -> bytes:
    return f"User-agent: GPTBot\n{word}: /\n".encode()


def test_the_file_in_force_is_the_one_that_is_cited(run, told: Path) -> None:
    """The hash of a change is that of the bytes which `tracker evidence` hands out."""
    (change,) = [one for one in run("report", "--json").json["closings"] if one["site"] == "c.example"]
    bundle = run("evidence", "c.example", "GPTBot", "--at", change["date"]).json
    data = base64.b64decode(bundle["body"]["base64"])
    assert sha256(data).hexdigest() == change["body_after"]
    assert change["lines_after"] == ["1: User-agent: GPTBot", "2: Disallow: /"]
    assert (change["body_before"], change["lines_before"]) == (None, [])
