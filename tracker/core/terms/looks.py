"""Where a site's terms stand and what a look at them found, as the crawl hands it to the history."""

from dataclasses import dataclass, field
from enum import StrEnum

from tracker.core.exchange import Exchange, Validators
from tracker.core.terms.text import TermsText


class SourceKind(StrEnum):
    """What a page is. A legal notice or an imprint is a second source: in German the reservation often stands there."""

    TERMS = "terms"
    LEGAL = "legal"
    IMPRINT = "imprint"


class FoundBy(StrEnum):
    """How a page was found."""

    OVERRIDE = "override"
    REL = "rel"  # <link rel="terms-of-service"> or termsOfService in JSON-LD
    LINK = "link"
    HUB = "hub"  # a link on a page of links (/legal, /policies)
    WELL_KNOWN = "well_known"
    ARCHIVE = "archive"  # a capture of an archive, at an address already known or well known


class TermsState(StrEnum):
    """What was there. Only of a page that is `ok` anything is concluded; all else is unknown."""

    OK = "ok"
    NOT_FOUND = "not_found"
    BLOCKED = "blocked"  # 401, 403, 429 or a challenge page: recorded, never evaded
    JS_ONLY = "js_only"
    INTERSTITIAL = "interstitial"
    CONSENT_WALL = "consent_wall"
    WRONG_DOC = "wrong_doc"
    PDF = "pdf"  # one that cannot be read: the extra is not installed, or it has no text
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    DISALLOWED = "disallowed"  # not asked: the robots.txt of the page's site does not let DrywellBot, or is unknown
    ERROR = "error"  # the network or the server failed; `cause` says how


@dataclass(frozen=True, slots=True)
class KnownTerms:
    """A source of terms that the history knows, and its last readable answer.

    sha256 (hex) of the page's inflated bytes, validators and fingerprint: whether it is the same again. last_state: of
    the newest look, whatever it was.
    """

    url: str
    kind: SourceKind
    found_by: FoundBy
    score: float = 0.0
    sha256: str = ""
    validators: Validators = field(default_factory=Validators)
    last_state: TermsState = TermsState.OK
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class TermsLook:
    """One look at a source of terms; or, with url "", that a site links to none (`not_found`), or why its home page,
    which would link to them, could not be seen.

    score: of the link (crawl/discover.py), 0 to 100 and more. link_text: its words. cause: in the words of
    core/outcomes.py and core/visits.py. sha256 (hex) and size: of the inflated bytes. unchanged: the answer is the
    known one of this source, by a 304, byte for byte, or in its words (`fingerprint`); sha256 is then that of the known
    one, text and html are None. text: of a page that is `ok`. html: the inflated bytes (HTML or PDF) that it was read
    from, at most `PAGE_CAP`.
    """

    url: str
    kind: SourceKind
    found_by: FoundBy
    state: TermsState
    cause: str = "ok"
    score: float = 0.0
    link_text: str = ""
    exchange: Exchange | None = None
    sha256: str = ""
    size: int = 0
    unchanged: bool = False
    text: TermsText | None = None
    html: bytes | None = None
    detail: str = ""
    fingerprint: str = ""
