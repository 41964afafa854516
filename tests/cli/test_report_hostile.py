"""`tracker report` on sites whose files and terms are made to break out of a page."""

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import AGENTS
from tests.store.terms import Words, look
from tracker.core.panels import Member, Panel
from tracker.store.captures import OWN, Answer
from tracker.store.write import Writer

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
DAY, START = 86_400, 1_704_088_800  # 2024-01-01T06:00:00Z

NASTY = (
    "<script>alert(1)</script>",
    "](javascript:alert(1))",
    "` `` ``` |x| \\",
    "\u202egro.live\u200f\x1b[2J",
    "![x](http://evil.example/x.png)",
)


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    """Sites whose lines and terms are made to break out of whatever shows them."""
    path = tmp_path / "hostile.sqlite"
    sites = {f"h{number}.example": text for number, text in enumerate(NASTY)}
    title = f"Nasty {NASTY[0]} {NASTY[1]}"
    panel = Panel("p|`<b>", title, "made up", "{1}\\", "2024-01-01", None, True, tuple(map(Member, sites)))
    with Writer(path, AGENTS) as writer:
        panel_id, own = writer.panel(panel), writer.source(OWN)
        for day in range(2):
            crawl = writer.begin_crawl(own, panel_id, START + day * DAY, f"c{day}", len(sites))
            answers = [Answer(host, _nasty(text, day), "ref") for host, text in sites.items()]
            said = [(host, look(f"Do not scrape {text}", url=f"https://{host}/<b>")) for host, text in sites.items()]
            writer.record(crawl, answers, terms=said)
            writer.finish_crawl(crawl, START + day * DAY + 5)
        writer.read_terms(Everything())
    return str(path)


def _nasty(text: str, day: int) -> bytes:
    rule = "Disallow: /" if day else f"Disallow: /{text}"
    return f"User-agent: GPTBot # {text}\n{rule}\n\nUser-agent: {text}\nDisallow: /{text}\n".encode()


class Everything(Words):
    """Quotes whole texts."""

    def classify(self, text: str, language: str | None = None):
        return [replace(one, start=0, end=len(text), quote=text) for one in super().classify(text, language)]


def test_what_strangers_wrote_is_text(run, hostile: str) -> None:
    page = LexborHTMLParser(run("report", "--database", hostile).out)
    assert not page.css("script, b, img")
    assert all((node.attributes["href"] or "").startswith(("#", "https://arxiv.org")) for node in page.css("a"))
    shown = page.body.text() if page.body else ""
    assert "Disallow: /<script>alert(1)</script>" in shown
    assert "Do not scrape ![x](http://evil.example/x.png)" in shown
    assert not set("\u202e\u200f\x1b") & set(shown)
    assert "95 % Wilson score interval" in shown
    bibtex = next(node.text() for node in page.css("pre") if "@misc" in node.text())
    assert bibtex.count("{") == bibtex.count("}")
    assert r"list \{1\}\textbackslash{}; n = 5" in bibtex

    tokens = [
        one
        for token in MARKDOWN.parse(run("report", "--database", hostile, "--format", "markdown").out)
        for one in (token, *(token.children or []))
    ]
    assert not {token.type for token in tokens} & {"html_block", "html_inline"}
    assert {token.attrs["href"] for token in tokens if token.type == "link_open"} == {
        "https://arxiv.org/abs/2211.04325v2"
    }
    assert all(str(token.attrs["src"]).startswith("data:") for token in tokens if token.type == "image")
    codes = [token.content for token in tokens if token.type == "code_inline"]
    assert "2: Disallow: /<script>alert(1)</script>" in codes
    assert "2: Disallow: /` `` ``` |x| \\" in codes
