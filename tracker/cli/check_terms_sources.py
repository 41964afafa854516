"""Where `tracker check --terms` gets a page from: a file, standard input, or its address."""

import os
import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.cli.check_sources import STDIN
from tracker.core.hosts import normalise_host
from tracker.core.outcomes import one_line
from tracker.core.terms import TermsText
from tracker.core.terms.looks import FoundBy, KnownTerms, SourceKind, TermsLook, TermsState
from tracker.core.visits import PAGE_CAP, Target
from tracker.errors import PdfError, UsageError

if TYPE_CHECKING:
    from tracker.settings import Settings

AS_TERMS = "--as-terms"
"""The option by which a file is read whatever it is."""
_KINDS = "give a file (HTML, PDF or plain text), the URL of a page of terms, or - for standard input"
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|title|meta|div|p|br|h[1-6]|ul|ol|article|main|section)\b", re.I)
_PDF = b"%PDF-"
_WITHIN = 4 * 1024
_SILENCE = TermsLook("", SourceKind.TERMS, FoundBy.OVERRIDE, TermsState.ERROR)


@dataclass(frozen=True, slots=True)
class TermsPage:
    """A page of terms and where it came from. url, cause: of a site's answer. text: None unless it is to be read.

    is_local: a file or standard input.
    """

    state: TermsState
    text: TermsText | None
    url: str | None = None
    cause: str = "ok"
    detail: str = ""
    is_local: bool = False


def read_terms(name: str, settings: "Settings", as_terms: bool = False) -> TermsPage:
    """Get the page that `name` stands for: standard input, else a file of that name, else an address.

    The robots.txt of the address, and of where it redirects to, is obeyed. as_terms: give the text of a file whatever
    it is. Raises UsageError for a name that is none of these, and for an address with `as_terms`.
    """
    if name == STDIN:
        return _of_bytes(sys.stdin.buffer.read(PAGE_CAP + 1), as_terms)
    if os.path.exists(name):  # Path.exists raises for a name that is too long
        try:
            with open(name, "rb") as file:
                return _of_bytes(file.read(PAGE_CAP + 1), as_terms)
        except OSError as error:
            raise UsageError(f"cannot read {name}: {error.strerror}; {_KINDS}") from error
    host = _host(name)
    if as_terms:
        raise UsageError(
            f"{AS_TERMS} is for files and standard input: try `curl {one_line(name)} | tracker check --terms "
            f"{AS_TERMS} -`"
        )
    return _of_site(name, host, settings)


def _of_bytes(data: bytes, as_terms: bool) -> TermsPage:
    """What a file is, by the proof that a page of a site must give; its text if it is terms, or is read as such."""
    from tracker.crawl.extract import read_page

    state, text, detail = read_page(data)
    if as_terms or text is not None:
        text = _text(data) if text is None or _is_plain(data) else text
        if not text.text.strip():
            text, detail = None, detail or "no text"
    return TermsPage(state, text, detail=detail, is_local=True)


def _text(data: bytes) -> TermsText:
    """The text of a file, whatever it is; none in a PDF file that cannot be read."""
    from tracker.crawl.extract import pdf_text, terms_text

    if data.startswith(_PDF):
        try:
            return pdf_text(data)
        except PdfError:
            return TermsText("")
    return _plain(data) if _is_plain(data) else terms_text(data)


def _is_plain(data: bytes) -> bool:
    return not data.startswith(_PDF) and not _MARKUP.search(data[:_WITHIN])


def _plain(data: bytes) -> TermsText:
    """A text as it stands, so that places in it are places in the file; of at most `PAGE_CAP` bytes."""
    from tracker.core.terms.text import TRUNCATED
    from tracker.crawl.extract import assembled
    from tracker.crawl.extraction.markup import decode
    from tracker.crawl.extraction.walk import Piece

    text = decode(data)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    flags = frozenset({TRUNCATED} if len(data) > PAGE_CAP else ())
    read = assembled([Piece(line, "paragraph", 0, 0) for line in lines if line], None, flags)
    return replace(read, text=text, blocks=())


def _of_site(url: str, host: str, settings: "Settings") -> TermsPage:
    look = _look(url, host, settings)
    answered = look.exchange.url if look.exchange else url
    return TermsPage(look.state, look.text, answered, look.cause, look.detail)


def _host(url: str) -> str:
    """The host of an address that can be asked for; UsageError for any other."""
    if "://" not in url:
        raise UsageError(f"cannot read {one_line(url)}: no such file; {_KINDS}")
    try:
        parts = urlsplit(url)
        host = normalise_host(parts.hostname or "")
        has_port = parts.port is not None
    except ValueError as error:
        raise UsageError(f"cannot ask {one_line(url)}: {error}") from error
    if parts.scheme not in ("http", "https") or has_port:
        raise UsageError(
            f"cannot ask {one_line(url)}: only http and https on their own ports; "
            "try `curl URL | tracker check --terms -`"
        )
    return host


def _look(url: str, host: str, settings: "Settings") -> TermsLook:
    from tracker.cli.crawl_settings import fetch_settings
    from tracker.crawl.visit import Visiting
    from tracker.net.fetch import Fetcher
    from tracker.net.loop import run

    async def ask() -> TermsLook:
        async with Fetcher(fetch_settings(settings)) as fetcher:
            known = KnownTerms(url, SourceKind.TERMS, FoundBy.OVERRIDE)
            visiting = Visiting(fetcher, host, targets=(Target.ROBOTS, Target.TERMS), known_terms=(known,))
            wanted = await visiting.step(await fetcher.way(host))
            while isinstance(wanted, str):
                wanted = await visiting.step(await fetcher.way(wanted))
            found = (look for look in wanted.terms if look.url == url)
            return next(found, replace(_SILENCE, url=url, cause=wanted.robots.cause, detail=wanted.robots.detail))

    return run(ask())
