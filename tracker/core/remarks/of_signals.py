"""Remarks on signals: those that say nothing as they are written, those that say two things, and Crawl-delay."""

import re
from difflib import get_close_matches

from tracker.core.remarks.flags import Remark, first, quoted
from tracker.core.remarks.page import Page
from tracker.core.signals import Signal, robots_signals, signals_by_token
from tracker.core.signals.preferences import CONTENT_SIGNAL_VALUES, USAGE_KEYS
from tracker.core.signals.signal import CONTENT_SIGNAL, CONTENT_USAGE, RSL

_MEANING_NOTHING = frozenset({"unknown_key", "unknown_value", "legacy_key", "invalid", "orphan"})
_YES = frozenset({"true", "1", "y", "yes", "allow", "allowed", "on", "ok"})
_NO = frozenset({"false", "0", "n", "no", "none", "disallow", "disallowed", "deny", "off"})
_OF_USAGE = "write `train-ai=n` or `train-ai=y`, in small letters; several with `,` between them"
_SEVERAL = re.compile(r"=[^,]*[;\s][^,]*=")


def _unread(page: Page) -> list[Remark]:
    found = [signal for signal in robots_signals(page.robots) if signal.flags & _MEANING_NOTHING]
    # Of a line that speaks to nobody one thing is to be said, however much it says.
    told = {signal.line if "orphan" in signal.flags else signal: signal for signal in found}
    return first("unread_signal", list(told.values()), lambda signal: _remark(page, signal))


def _remark(page: Page, signal: Signal) -> Remark:
    line = signal.line or 1
    shown = f"`{page.line(line)}`"
    if "orphan" in signal.flags:
        text = f"{shown} stands before the first user-agent line and speaks to nobody"
        return Remark(line, "unread_signal", text, "write `User-agent: *` above it if it is for everybody")
    why, mend = _RULES[signal.kind](signal)
    return Remark(line, "unread_signal", f"{shown} says nothing{why}", mend)


def _of_content_signal(signal: Signal) -> tuple[str, str]:
    raw, key = signal.raw, signal.key
    value = raw.partition("=")[2].strip().lower()
    if not raw:
        return ": it is empty", "write `ai-train=no` or the like after the colon"
    if raw.lstrip().startswith("/"):
        return ": a Content-Signal has no path", "leave the path out, or say it with `Content-Usage: /path train-ai=n`"
    if _SEVERAL.search(raw):
        return f": `{_short(raw)}` is read as one statement", "part statements with `,`"
    if key in CONTENT_SIGNAL_VALUES:
        return f" about `{key}`", _with_value(key, value)
    near = get_close_matches(key or raw.lower(), CONTENT_SIGNAL_VALUES, n=1, cutoff=0.7)
    if near:
        return f": `{_short(key or raw)}` is no key", _with_value(near[0], value)
    keys = ", ".join(f"`{name}`" for name in CONTENT_SIGNAL_VALUES)
    return f": `{_short(key or raw)}` is no key", f"the keys are {keys}, as in `ai-train=no`"


def _with_value(key: str, value: str) -> str:
    """The statement that is meant, as far as its value tells."""
    values = CONTENT_SIGNAL_VALUES[key]
    said = "yes" if value in _YES else "no" if value in _NO else value
    if said in values:
        return f"write `{key}={said}`"
    return "write " + " or ".join(f"`{key}={one}`" for one in sorted(values, reverse=True))


def _of_content_usage(signal: Signal) -> tuple[str, str]:
    if "legacy_key" in signal.flags:
        return f" about `{signal.key}`, a key of an earlier draft", f"the keys are now {_usage_keys()}"
    if "unknown_key" in signal.flags:
        return f": `{_short(signal.key)}` is no key", f"the keys are {_usage_keys()}"
    if "unknown_value" in signal.flags:
        return f" about `{signal.key}`", f"write `{signal.key}=n` or `{signal.key}=y`"
    return ": it does not parse", _OF_USAGE


def _of_licence(_signal: Signal) -> tuple[str, str]:
    return ": a licence has to be an absolute URL", "write `License: https://...`, the address of the licence's XML"


_RULES = {CONTENT_SIGNAL: _of_content_signal, CONTENT_USAGE: _of_content_usage, RSL: _of_licence}


def _usage_keys() -> str:
    return " and ".join(f"`{key}`" for key in sorted(USAGE_KEYS, reverse=True))


def _short(text: str) -> str:
    return quoted(text.encode())


def _contradictions(page: Page) -> list[Remark]:
    """Statements that the same agents get both ways."""
    found: dict[tuple[int | None, str], tuple[Signal, str]] = {}
    for token, signals in signals_by_token(page.robots).items():
        for signal in signals:
            if "conflict" in signal.flags:
                found.setdefault((signal.line, signal.key), (signal, page.known.get(token, token)))

    def remark(item: tuple[Signal, str]) -> Remark:
        signal, whom = item
        about = f"`{_short(signal.key)}`" + (f" for `{_short(signal.path)}`" if signal.path else "")
        text = f"{about} is said more than one way to `{_short(whom)}`: the strictest, `{signal.value}`, counts"
        return Remark(signal.line, "contradiction", text, "keep the one that is meant")

    return first("contradiction", sorted(found.values(), key=lambda item: item[0].line or 0), remark)


def _delays(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        text = f"`{page.line(number)}` is no part of RFC 9309: some crawlers slow down for it, Google's do not"
        return Remark(number, "crawl_delay", text, "leave it if it is a wish; it shuts nobody out")

    return page.noted("crawl_delay", remark)


FINDERS = {"unread_signal": _unread, "contradiction": _contradictions, "crawl_delay": _delays}
