"""What strangers wrote comes out of a brief as text, whatever it is, in HTML and in Markdown."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from selectolax.lexbor import LexborHTMLParser

from tracker.publish.brief.blocks import (
    Code,
    Document,
    Fold,
    Items,
    Link,
    Listing,
    Paragraph,
    Quote,
    Section,
    Strong,
    Table,
    clean,
)
from tracker.publish.brief.markdown import markdown
from tracker.publish.brief.page import html
from tracker.publish.brief.svg import tidy

HOSTILE = (
    "<script>alert(1)</script>",
    "](javascript:alert(1))",
    "![x](http://evil.example/x.png) [y](http://evil.example)",
    "`` ` ```",
    "a|b\\|c\\",
    "\u202egnp.exe\u200f \x1b[2J\x00 \ud800",
    "http://evil.example www.evil.example",
    "1. one\n- two\n# three\n> four\n***\n===",
    "&lt;b&gt; &amp;",
    "{{ 7 * 7 }} {% include 'x' %} ${HOME} $x$",
    "'\"><img src=x onerror=alert(1)>",
    "<!-- --> <![CDATA[ ]]> <?php ?>",
    "~~~\n```\n    indented",
)
anything = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))


def document(text: str) -> Document:
    blocks = (
        Paragraph((text,)),
        Paragraph((text,), note=True),
        Paragraph(("so: ", Strong(text), " and ", Code(text), ".")),
        Items(((text,), (Code(text), text))),
        Fold(f"why {text}", ((text,),)),
        Quote(text, (text, Code(text))),
        Table((text,), (text, "n"), ((text, Code(text)), (Strong(text), 1), ((text, Code(text)), None))),
        Listing(text, (text, text)),
    )
    return Document(text, (text,), (Section("one", text, blocks),))


@settings(deadline=None)
@given(anything)
def test_a_page_shows_any_text_as_text(text: str) -> None:
    page = LexborHTMLParser(html(document(text)))
    body = page.body
    assert body is not None
    known = {
        "h1",
        "h2",
        "p",
        "ul",
        "li",
        "strong",
        "code",
        "figure",
        "figcaption",
        "blockquote",
        "div",
        "table",
        "thead",
    }
    known |= {
        "tbody",
        "tr",
        "th",
        "td",
        "pre",
        "details",
        "summary",
        "header",
        "nav",
        "main",
        "section",
        "a",
        "body",
        "span",
    }
    assert {node.tag for node in body.traverse()} <= known
    allowed = {"id", "class", "dir", "tabindex", "scope", "href", "aria-label", "aria-labelledby", "role", "data-label"}
    assert {name for node in body.traverse() for name in node.attributes} <= allowed
    assert [node.attributes["href"] for node in page.css("a")] == ["#one"]
    shown = clean(text)
    first = page.css_first("section p")
    assert first is not None
    assert first.text().strip() == shown
    cell = page.css_first("td code")
    assert cell is not None
    assert cell.text().strip() == shown


READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def flat(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *(token.children or []))]


def inline(token: Token) -> str:
    """What a reader sees of a line."""
    return "".join(child.content for child in token.children or [])


@settings(deadline=None)
@given(anything)
@example("x\\")
@example("#")
@example("10) a")
@example("+ a")
@example("====")
def test_markdown_shows_any_text_as_text(text: str) -> None:
    written = markdown(document(text))
    tokens = flat(READER.parse(written))
    types = {token.type for token in tokens}
    assert not types & {"html_block", "html_inline", "link_open", "image", "code_block", "hr", "em_open", "s_open"}
    shown = clean(text)
    (fence,) = [token.content for token in tokens if token.type == "fence"]
    assert [line.strip() for line in fence.split("\n")] == [shown, shown, ""]
    lines = [token for token in tokens if token.type == "inline"]
    assert inline(lines[0]) == shown  # the title
    assert inline(lines[1]) == shown
    codes = {token.content for token in tokens if token.type == "code_inline"}
    assert codes <= {shown, ""} | {shown or " "}
    table = [inline(token) for token, before in zip(tokens[1:], tokens, strict=False) if before.type == "td_open"]
    assert len(table) == 6
    assert table[0] == shown
    assert sum(token.type == "bullet_list_open" for token in tokens) == 2
    assert sum(token.type == "list_item_open" for token in tokens) == 3
    assert sum(token.type == "heading_open" for token in tokens) == 2


@pytest.mark.parametrize(
    "text", ["http://evil.example", "see HTTPS://evil.example", "www.evil.example", "ftp://x.example"]
)
def test_github_makes_no_link_of_an_address(text: str) -> None:
    """It does of `://` and `www.` in plain text, unless a backslash stands in it."""
    assert text not in markdown(Document("t", (text,), ()))


def test_a_link_of_ours_is_one() -> None:
    brief = Document("t", (Link("a > b", "https://a.example/x?y=(1)&z"),), ())
    (link,) = [token for token in flat(READER.parse(markdown(brief))) if token.type == "link_open"]
    assert link.attrs["href"] == "https://a.example/x?y=(1)&z"
    (node,) = LexborHTMLParser(html(brief)).css("a")
    assert (node.text(), node.attributes["href"]) == ("a > b", "https://a.example/x?y=(1)&z")


def test_a_chart_keeps_shapes_and_text_alone() -> None:
    nasty = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)"
      width="4" height="3" viewBox="0 0 4 3"><script>alert(1)</script><style>@import url(http://evil.example)</style>
      <foreignObject><b xmlns="http://www.w3.org/1999/xhtml">x</b></foreignObject><image xlink:href="http://evil.example"/>
      <a href="javascript:alert(1)"><text>out</text></a><use href="#clip7"/><defs><clipPath id="clip7"><rect width="1"
      onclick="x"/></clipPath></defs><g clip-path="url(#clip7)" style="fill:url(http://evil.example)"
      fill="url(http://evil.example)"><text fill="currentColor">&lt;b&gt;</text></g></svg>"""
    drawn = tidy(nasty, "one")
    for word in ("script", "alert", "evil", "href", "style", "foreignObject", "image", "onclick", "out", "<b"):
        assert word not in drawn
    assert drawn == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><defs><clipPath id="one-0"><rect width="1" />'
        '</clipPath></defs><g clip-path="url(#one-0)"><text fill="currentColor">&lt;b&gt;</text></g></svg>'
    )
