"""What a signal is, and what becomes of several that speak of the same thing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

CONTENT_SIGNAL, CONTENT_USAGE, RSL, TDMREP = "content-signal", "content-usage", "rsl", "tdmrep"
ROBOTS_META, TRUST_TXT, AI_TXT, LLMS_TXT, CRAWLER_PRICE = (
    "robots-meta",
    "trust.txt",
    "ai.txt",
    "llms.txt",
    "crawler-price",
)

KINDS = {
    CONTENT_SIGNAL: "Cloudflare's line in a robots.txt group: may content be used for search, AI input, AI training.",
    CONTENT_USAGE: "The IETF's draft: usage preferences by path in robots.txt, or for one answer in its header.",
    RSL: "Really Simple Licensing: a link to licence terms, and what such terms permit, prohibit and charge.",
    TDMREP: "TDM Reservation Protocol: whether the right to text and data mining is reserved, by path or page.",
    ROBOTS_META: "The words noai, noimageai and noml in an X-Robots-Tag header or a robots meta element.",
    TRUST_TXT: "JournalList's trust.txt: whether the site's data may be used for training.",
    AI_TXT: "Whether there is an /ai.txt, and whether it looks like a robots.txt.",
    LLMS_TXT: "Whether there is an /llms.txt, which guides models and says nothing about access.",
    CRAWLER_PRICE: "The price that a 402 answer asks of a crawler.",
}
"""Every kind of signal and what it is; docs/method.md has an example of each."""

RAW_LENGTH = 200
MAX_SIGNALS = 2_000
# From the most to the least restrictive: the first one said wins.
_STRICTEST_FIRST = ("no", "n", "1", "immediate", "reference", "full", "0", "y", "yes")
_STRICTNESS = {value: rank for rank, value in enumerate(_STRICTEST_FIRST)}
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_MANY = frozenset({RSL})


@dataclass(frozen=True, slots=True)
class Signal:
    """One statement of a site.

    `kind` is one of `KINDS`; `key` what is spoken of, such as ai-train or tdm-reservation. `value` is what is
    said of it, "" if the statement means nothing: then `flags` say why and `raw` (at most 200 characters)
    keeps its words. `source` is robots, header, html or file. `agents` are the lower-case tokens whom it
    addresses, "*" for everybody, none if it stands before any user-agent line. `path` is a pattern as in
    robots.txt, "" for all paths. `line` counts from 1.

    Flags: `conflict` (said both ways, the stricter value counts), `legacy_key` (of an earlier draft),
    `unknown_key`, `unknown_value`, `invalid` (does not parse), `orphan` (before any user-agent line),
    `robots_like` (an ai.txt that is written as a robots.txt).
    """

    kind: str
    key: str
    value: str
    source: str
    agents: tuple[str, ...] = ("*",)
    path: str = ""
    line: int | None = None
    raw: str = ""
    flags: frozenset[str] = frozenset()


def clip(text: str) -> str:
    """The beginning of a text, printable."""
    return printable(text[:RAW_LENGTH])


def printable(text: str) -> str:
    """A text fit for any database and terminal: no control characters, no lone surrogates."""
    return _UNFIT.sub("\ufffd", text)


def invalid(kind: str, source: str, raw: str | bytes, key: str = "") -> Signal:
    """The signal of a statement that does not parse."""
    text = raw[:RAW_LENGTH].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return Signal(kind, key, "", source, raw=clip(text), flags=frozenset({"invalid"}))


def merge(signals: Iterable[Signal]) -> list[Signal]:
    """One signal per kind, key and path: the strictest value, with the flag conflict if others were said too.

    A statement without meaning is kept only if no other speaks of the same. Licences never conflict.
    """
    merged: dict[tuple[str, ...], Signal] = {}
    for signal in signals:
        place = (signal.kind, signal.key, signal.path, *((signal.value,) if signal.kind in _MANY else ()))
        merged[place] = _stricter(merged[place], signal) if place in merged else signal
    return list(merged.values())


def _stricter(first: Signal, second: Signal) -> Signal:
    if not second.value:
        return first
    if not first.value:
        return second
    if first.value == second.value:
        return replace(first, flags=first.flags | second.flags)
    last = len(_STRICTNESS)
    winner = min(first, second, key=lambda signal: _STRICTNESS.get(signal.value, last))
    return replace(winner, flags=first.flags | second.flags | {"conflict"})
