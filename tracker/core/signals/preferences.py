"""The two vocabularies of preferences: Cloudflare's Content-Signal and the IETF's Content-Usage."""

import re

from http_sf import StructuredFieldError, Token, parse

from tracker.core.patterns import normalise
from tracker.core.signals.signal import CONTENT_SIGNAL, CONTENT_USAGE, Signal, clip, invalid

_YES_NO = frozenset({"yes", "no"})
CONTENT_SIGNAL_VALUES = {
    "search": _YES_NO,
    "ai-input": _YES_NO,
    "ai-train": _YES_NO,
    "use": frozenset({"immediate", "reference", "full"}),
}
"""The keys of Content-Signal and what may be said of each."""
MAX_PARTS = 20

USAGE_KEYS = frozenset({"train-ai", "search"})
"""The keys of draft-ietf-aipref-vocab-05 to -07."""
_LEGACY_KEYS = frozenset({"tdm", "ai", "genai", "inference", "all", "train-genai", "ai-use", "bots", "ai-output"})
_MAX_PREFERENCE = 400
_PATH = re.compile(r"(/[^ \t]*)[ \t]*(.*)", re.DOTALL)


def content_signal(value: str, source: str) -> list[Signal]:
    """Read the value of a Content-Signal line: `key=value[,key=value]`, in any case.

    Keys: search, ai-input, ai-train (yes, no) and, since July 2026, use (immediate, reference, full). A key
    that is missing is neither granted nor restricted. Source: Cloudflare, managed robots.txt, 2025-09-24.
    """
    parts = [part.strip() for part in value.split(",", MAX_PARTS)[:MAX_PARTS]]
    # A comma too many says nothing; an empty line is told to be one.
    return [_content_signal_part(part, source) for part in filter(None, parts)] or [_content_signal_part("", source)]


def _content_signal_part(part: str, source: str) -> Signal:
    key, equals, value = (text.strip().lower() for text in part.partition("="))
    if not equals or not key:
        return invalid(CONTENT_SIGNAL, source, part)
    values = CONTENT_SIGNAL_VALUES.get(key)
    if values is not None and value in values:
        return Signal(CONTENT_SIGNAL, key, value, source, raw=clip(part))
    flag = "unknown_key" if values is None else "unknown_value"
    return Signal(CONTENT_SIGNAL, clip(key), "", source, raw=clip(part), flags=frozenset({flag}))


def content_usage(value: str, source: str) -> list[Signal]:
    """Read a preference of Content-Usage: an RFC 9651 dictionary whose values are the tokens y and n.

    Keys are case-sensitive, the last of several equal keys counts, parameters are ignored. Sources:
    draft-ietf-aipref-attach-05 and draft-ietf-aipref-vocab-07, both 2026-08-19.
    """
    octets = value.encode("utf-8", "replace")
    try:
        members = parse(octets, tltype="dictionary") if len(octets) <= _MAX_PREFERENCE else None
    except StructuredFieldError:
        members = None
    if not members or not isinstance(members, dict):
        return [invalid(CONTENT_USAGE, source, value)]
    return [_usage_member(key, member, value, source) for key, member in members.items()]


def _usage_member(key: str, member: object, raw: str, source: str) -> Signal:
    item = member[0] if isinstance(member, tuple) else member
    said = str(item) if isinstance(item, Token) else ""
    flag = ""
    if key in _LEGACY_KEYS:
        flag = "legacy_key"
    elif key not in USAGE_KEYS:
        flag = "unknown_key"
    elif said not in ("y", "n"):
        flag = "unknown_value"
    flags = frozenset({flag} if flag else ())
    return Signal(CONTENT_USAGE, clip(key), "" if flag else said, source, raw=clip(raw), flags=flags)


def split_path(value: str) -> tuple[str, str]:
    """The path pattern of a Content-Usage line and the preference after it.

    The pattern is normalised as in `tracker.core.patterns`; `/`, which is every path, and none are "".
    """
    match = _PATH.match(value)
    if match is None:
        return "", value
    path = normalise(match[1].encode("utf-8", "replace")).decode("ascii")
    return "" if path == "/" else path, match[2]
