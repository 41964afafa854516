"""A terms page as text: the door to `tracker.crawl.extraction`. docs/method.md tells how a page is read."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from tracker.core.terms.looks import SourceKind, TermsState
from tracker.core.terms.text import MULTIPLE_VERSIONS, TRUNCATED, Block, TermsText
from tracker.core.visits import PAGE_CAP
from tracker.crawl.extraction.choose import chosen
from tracker.crawl.extraction.dates import effective_date, stated_dates
from tracker.crawl.extraction.editions import has_editions, once
from tracker.crawl.extraction.language import language_of, language_of_url
from tracker.crawl.extraction.lines import are_wrapped, joined
from tracker.crawl.extraction.markup import decode, tree_of
from tracker.crawl.extraction.pdf import pdf_pieces
from tracker.crawl.extraction.walk import Piece, walk
from tracker.crawl.terms_state import PDF, page_state
from tracker.errors import PdfError

_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_TAG = re.compile("<[a-zA-Z!/]")
MAX_HEADER = 1_000
MAX_LINES = 120_000
"""Lines of plain text that are read."""

MAX_BLOCKS = 20_000
"""Blocks of a text. The longest terms have a thousand; a block takes ten times the memory of a short line."""


def terms_text(html: bytes, url: str | None = None, *, charset: str | None = None) -> TermsText:
    """The text of the terms that a page holds: one block a line; no text if there is none in it.

    html: the inflated bytes, of which at most `PAGE_CAP` are read; of plain text the wrapped lines are joined. charset:
    of the Content-Type header. flags: `MULTIPLE_VERSIONS`; `truncated` if the page has more than is read.
    """
    more = len(html) > PAGE_CAP
    characters = decode(html, charset)
    if not _TAG.search(characters):
        lines = [" ".join(line.split()) for line in characters.split("\n", MAX_LINES)]
        more = more or len(lines) > MAX_LINES
        pieces = [Piece(line, "paragraph", 0, 0) for line in joined(lines[:MAX_LINES])]
        return assembled(pieces, None, _truncated(more))
    tree, cut = tree_of(characters)
    body = tree.body if tree else None
    if body is None:
        return TermsText("")
    walked = walk(body)
    hint = (body.parent.attributes.get("lang") if body.parent else None) or language_of_url(url)
    languages = (language_of(walked.pieces, hint), (hint or "")[:2].lower(), "en")
    return assembled(_unwrapped(chosen(walked, languages)), hint, _truncated(more or cut or walked.cut))


def _unwrapped(pieces: list[Piece]) -> list[Piece]:
    if not are_wrapped([piece.text for piece in pieces if piece.kind == "paragraph"]):
        return pieces
    whole: list[Piece] = []
    for kind, run in groupby(pieces, lambda piece: piece.kind):
        if kind == "paragraph":
            whole += (Piece(line, kind, 0, 0) for line in joined([piece.text for piece in run]))
        else:
            whole += run
    return whole


def pdf_text(data: bytes) -> TermsText:
    """The text of a PDF file; PdfError if it cannot be read (the extra `pdf` is missing, it is encrypted, a scan).

    A process of its own reads it, for ten seconds of CPU time at most: not to be called from an event loop.
    """
    pieces, more = pdf_pieces(data)
    return assembled(pieces, None, _truncated(more))


def _truncated(more: bool) -> frozenset[str]:
    return frozenset({TRUNCATED} if more else ())


class ReadPage(NamedTuple):
    """What a page is, its text if it is `ok`, and a word for people."""

    state: TermsState
    text: TermsText | None
    detail: str = ""


def read_page(
    data: bytes, url: str = "", headers: Mapping[str, str] | None = None, kind: SourceKind = SourceKind.TERMS
) -> ReadPage:
    """Read the content of a 2xx answer, HTML or PDF, as what it was found as (`kind`).

    headers: lower-case names. As slow as `pdf_text` for a PDF file.
    """
    detail = ""
    if data.startswith(PDF):
        try:
            text = pdf_text(data)
        except PdfError as error:
            text, detail = TermsText(""), str(error)
    else:
        charset = _CHARSET.search((headers or {}).get("content-type", "")[:MAX_HEADER])
        text = terms_text(data, url, charset=charset[1] if charset else None)
    state = page_state(data, text, kind)
    return ReadPage(state, text if state is TermsState.OK else None, detail)


def assembled(pieces: Sequence[Piece], hint: str | None = None, flags: frozenset[str] = frozenset()) -> TermsText:
    """A text and what can be told of it, of its pieces: of the first `MAX_BLOCKS`."""
    pieces = once(pieces)
    if len(pieces) > MAX_BLOCKS:
        pieces, flags = pieces[:MAX_BLOCKS], flags | _truncated(more=True)
    blocks, at = [], 0
    for piece in pieces:
        blocks.append(Block(at, at + len(piece.text), piece.kind, piece.level))
        at += len(piece.text) + 1
    language = language_of(pieces, hint)
    stated = stated_dates((piece.text for piece in pieces), language)
    return TermsText(
        "\n".join(piece.text for piece in pieces),
        tuple(blocks),
        language,
        effective_date(stated, len(blocks)),
        flags | {MULTIPLE_VERSIONS} if has_editions(pieces, stated) else flags,
    )
