"""What one look at a robots.txt saw, and what it counts as: the table of docs/method.md as pure functions.

Cause words are the only vocabulary for "why" in the whole program (`failures.kind` is the cause):

    ok · http_NNN · paid_402 · challenge · not_robots · redirect_limit
    dns_nxdomain dns_timeout refused connect_timeout reset read_timeout total_timeout
    tls_certificate tls_other bad_encoding guard opt_out

RFC 9309 section 2.3.1 tells a crawler what it *may do* after each of these. This module says what is
*known*: a 403 or a time-out is no policy, so only `ok` and `absent` are answers.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.core.exchange import Exchange

BODY_CAP = 512 * 1024
"""Inflated bytes kept of a robots.txt; RFC 9309 section 2.5 asks for at least 500 KiB."""

DETAIL_LIMIT = 200


class Outcome(StrEnum):
    """The six things a fetch can end in."""

    OK = "ok"
    ABSENT = "absent"
    DENIED = "denied"
    ERROR = "error"
    REDIRECT_LIMIT = "redirect_limit"
    NOT_ROBOTS = "not_robots"


FAILURE_CAUSES = frozenset(
    {
        *("dns_nxdomain", "dns_timeout"),
        *("refused", "connect_timeout", "reset", "read_timeout", "total_timeout"),
        *("tls_certificate", "tls_other", "bad_encoding"),
        *("guard", "opt_out"),
    }
)
"""Causes without an HTTP answer to judge; each is outcome `error`."""

DENIED_STATUSES = frozenset({401, 402, 403, 407, 429, 451})
CHALLENGE_STATUSES = frozenset({403, 429, 503})

PEEK = 64 * 1024
"""Inflated bytes of a refusal that are looked at for challenge markers."""


@dataclass(frozen=True, slots=True)
class Classification:
    """Outcome and cause of one look; `detail` is for people, `flags` may hold truncated and no_groups."""

    outcome: Outcome
    cause: str
    flags: frozenset[str] = frozenset()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one site's robots.txt.

    host: the site asked, normalised. url: the URL that answered, or the first one asked if none did.
    body: inflated bytes, at most `BODY_CAP`, only for outcome ok. unchanged: the server said 304, so the body
    is the one whose validators were sent, and `body` is None. status: HTTP status of the answer, if there was
    one; exchange: that answer and the way to it. retry_after: seconds that the server asks us to stay away.
    detail: at most 200 characters for people; for not_robots "sha256=… size=… kind=…".
    seconds: wall time of the look.
    """

    host: str
    outcome: Outcome
    cause: str
    body: bytes | None = None
    url: str = ""
    status: int | None = None
    flags: frozenset[str] = frozenset()
    detail: str = ""
    seconds: float = 0.0
    unchanged: bool = False
    exchange: Exchange | None = None
    retry_after: int | None = None

    @property
    def answers(self) -> bool:
        """Whether the look says what the site's policy is: a body, or its absence."""
        return self.outcome in (Outcome.OK, Outcome.ABSENT)


def failure(cause: str, detail: str = "") -> Classification:
    """Classify an exchange that gave no HTTP answer; ValueError for a word outside the vocabulary."""
    if cause not in FAILURE_CAUSES:
        raise ValueError(f"unknown cause {cause!r}")
    return Classification(Outcome.ERROR, cause, detail=one_line(detail))


def redirect_limit(detail: str) -> Classification:
    """Classify a redirect that is not followed: the sixth, a loop, or one that leads nowhere."""
    return Classification(Outcome.REDIRECT_LIMIT, "redirect_limit", detail=one_line(detail))


def is_content(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer is to be judged by its bytes (`classify_file`) and not by `classify_status`."""
    return 200 <= status < 300 and not _is_aws_challenge(status, headers)


def classify_status(status: int, headers: Mapping[str, str], start: bytes = b"") -> Classification:
    """Classify an answer that is no content (`is_content`) and no followed redirect.

    headers: lower-case names. start: the first inflated bytes of the body, used for challenge markers only.
    """
    if _is_aws_challenge(status, headers):
        return Classification(Outcome.DENIED, "challenge", detail=f"status {status}, {_AWS_ACTION} header (AWS WAF)")
    if status in CHALLENGE_STATUSES and (marker := challenge_marker(headers, start)):
        return Classification(Outcome.DENIED, "challenge", detail=one_line(f"status {status}, {marker}"))
    if status == 402 and "crawler-price" in headers:
        price = headers["crawler-price"]
        return Classification(Outcome.DENIED, "paid_402", detail=one_line(f"crawler-price: {price}"))
    cause = f"http_{status}"
    if status in DENIED_STATUSES:
        return Classification(Outcome.DENIED, cause)
    if 400 <= status < 500:
        return Classification(Outcome.ABSENT, cause)
    if 300 <= status < 400:
        return redirect_limit(f"status {status} without a usable Location")
    return Classification(Outcome.ERROR, cause)


def classify_file(data: bytes, *, truncated: bool = False) -> Classification:
    """Classify the bytes of a 2xx answer, live or archived.

    data: inflated bytes. truncated: the sender had more than the cap let through.
    A file with one user-agent line is a robots.txt whatever else it looks like: real ones are served as
    text/html or with an error page glued to their end.
    """
    flags = {"truncated"} if truncated else set[str]()
    if not has_user_agent_line(data):
        if kind := foreign_kind(data):
            digest = hashlib.sha256(data).hexdigest()
            detail = f"sha256={digest} size={len(data)} kind={kind}"
            return Classification(Outcome.NOT_ROBOTS, "not_robots", frozenset(flags), detail)
        flags.add("no_groups")
    return Classification(Outcome.OK, "ok", frozenset(flags))


def one_line(text: str) -> str:
    """Make text from the network safe to print: one line, printable, at most 200 characters."""
    flat = " ".join(text.split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in flat)[:DETAIL_LIMIT]


# The lexing of Google's robots.txt parser, as in core/robots.py: a line ends at CR, LF or NUL, `#` starts a
# comment, a field only has to begin with one of three spellings, and without a colon exactly two words are
# accepted.
_USER_AGENT_LINE = re.compile(
    rb"""(?:\A(?:\xef\xbb\xbf|\xef\xbb|\xef)?|[\r\n])
         [\t\v\f\x20]*
         (?: user[-\x20]?agent [^\r\n\0\#:]* :
           | user-?agent [^\t\x20\r\n\0\#:]*
             [\t\x20]+ [\v\f]* [^\s\0\#:] [^\t\x20\r\n\0\#:]*
             [\t\v\f\x20]* (?:[\r\n\0\#]|\Z) )""",
    re.VERBOSE | re.IGNORECASE,
)


def has_user_agent_line(data: bytes) -> bool:
    """Whether any line of the file is a user-agent line, whomever it names."""
    return _USER_AGENT_LINE.search(data) is not None


_LOOKED_AT = 4096
_MARKUP_INSIDE = re.compile(rb"<(?:!doctype\s+html|html|head|body|script)[\s>]", re.IGNORECASE)
_JSON_START = re.compile(rb"""\{\s*(?:["}]|\Z)|\[\s*(?:[\[\]{"\d-]|true|false|null|\Z)""")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MAGIC_NUMBERS = (b"%PDF-", b"GIF8", b"\x1f\x8b", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff")
_CONTROL = bytes(sorted(set(range(32)) - set(b"\t\n\v\f\r\x1b")))


def foreign_kind(data: bytes) -> str | None:
    """Name what the bytes look like if not text: "html" (any markup), "json" or "binary"; None for text."""
    start = data[:_LOOKED_AT]
    if start.startswith(_UTF16_MARKS):
        # Text in an encoding that RFC 9309 does not allow: a robots.txt, though one without rules that count.
        start = start.decode("utf-16", "ignore").encode()
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_MAGIC_NUMBERS) or _is_binary(start):
        return "binary"
    if start.startswith(b"<") or _MARKUP_INSIDE.search(start):
        return "html"
    return "json" if _JSON_START.match(start) else None


def _is_binary(start: bytes) -> bool:
    controls = len(start) - len(start.translate(None, _CONTROL))
    return b"\0" in start or controls * 10 > len(start)


_AWS_ACTION = "x-amzn-waf-action"
# AWS WAF challenges with statuses that say something else: https://docs.aws.amazon.com/waf/latest/developerguide/.
_AWS_CHALLENGES = {202: "challenge", 405: "captcha"}


def _is_aws_challenge(status: int, headers: Mapping[str, str]) -> bool:
    action = _AWS_CHALLENGES.get(status)
    return action is not None and headers.get(_AWS_ACTION, "").strip().lower() == action


_CHALLENGE_HEADERS = {
    "cf-mitigated": "Cloudflare",
    _AWS_ACTION: "AWS WAF",
    "x-dd-b": "DataDome",
}
_CHALLENGE_TITLE = re.compile(
    rb"<title[^>]*>\s*(just a moment\.\.\.|attention required!|please wait\.\.\. \| cloudflare"
    rb"|checking your browser|pardon our interruption|human verification|ddos-guard)",
    re.IGNORECASE,
)
_CHALLENGE_TEXTS = (
    (b"captcha-delivery.com", "DataDome"),
    (b"px-captcha", "HUMAN (PerimeterX)"),
    (b"_pxappid", "HUMAN (PerimeterX)"),
    (b"_incapsula_resource", "Imperva"),
    (b"incapsula incident id", "Imperva"),
    (b"sec-if-cpt-container", "Akamai"),
    (b"bm-verify", "Akamai"),
    (b"awswafintegration", "AWS WAF"),
    (b"token.awswaf.com", "AWS WAF"),
    (b"/cdn-cgi/challenge-platform/", "Cloudflare"),
)
# Akamai signs its refusals of a client and its plain origin errors with the same host; only the first has
# this title.
_AKAMAI_REFUSAL = re.compile(rb"<title>\s*access denied\s*</title>.*errors\.edgesuite\.net", re.IGNORECASE | re.DOTALL)


def challenge_marker(headers: Mapping[str, str], start: bytes) -> str | None:
    """Name the bot-defence marker in an answer's headers or first bytes; None if there is none.

    headers: lower-case names. Only meaningful for statuses 403, 429 and 503: the same scripts ride along on
    ordinary pages.
    """
    for name, vendor in _CHALLENGE_HEADERS.items():
        if name in headers:
            return f"{name} header ({vendor})"
    if title := _CHALLENGE_TITLE.search(start):
        return f"title: {title[1].decode('ascii')}"
    lowered = start.lower()
    for text, vendor in _CHALLENGE_TEXTS:
        if text in lowered:
            return f"page of {vendor}"
    return "page of Akamai" if _AKAMAI_REFUSAL.search(start) else None
