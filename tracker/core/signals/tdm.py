"""TDMRep, the TDM Reservation Protocol: is the right to text and data mining reserved."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from tracker.core.patterns import matches, normalise
from tracker.core.signals.signal import MAX_SIGNALS, TDMREP, Signal, clip, invalid

RESERVATION, POLICY = "tdm-reservation", "tdm-policy"
MAX_JSON = 1024 * 1024
MAX_RULES = MAX_SIGNALS // 2


def tdmrep(data: bytes | str, path: str | None = None) -> list[Signal]:
    """The signals of a /.well-known/tdmrep.json: of all its rules, or of the first one that matches a path.

    Locations are patterns as in robots.txt. A reservation other than the numbers 0 and 1 is unset. Source:
    W3C TDM Reservation Protocol, Final Community Group Report, https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/.
    """
    rules = _rules(data)
    if rules is None:
        return [invalid(TDMREP, "file", data, key=RESERVATION)]
    if path is not None:
        octets = path.encode("utf-8", "surrogatepass")
        rules = islice((rule for rule in rules if _is_at(rule, octets)), 1)
    return [signal for rule in rules for signal in _rule(rule)]


def tdm_for_page(file: Iterable[Signal], header: Iterable[Signal], html: Iterable[Signal]) -> list[Signal]:
    """What TDMRep says of one page, from `tdmrep(data, path)`, `header_signals` and `html_signals` of it.

    A header overrides the file and the page's own meta elements override both, for the reservation and for the
    policy separately. What is unset or has no meaning never resets what was said before.
    """
    found: dict[str, Signal] = {}
    for signal in (*file, *header, *html):
        if signal.kind == TDMREP and signal.value:
            found[signal.key] = signal
    return [found[key] for key in (RESERVATION, POLICY) if key in found]


def stated(key: str, text: str, source: str) -> Signal:
    """The signal of a header or meta element: `tdm-reservation` is 0 or 1, `tdm-policy` a URL."""
    said = text.strip()
    known = said in ("0", "1") if key == RESERVATION else bool(said)
    flags = frozenset(() if known else {"unknown_value"})
    return Signal(TDMREP, key, clip(said) if known else "", source, raw=clip(said), flags=flags)


def _rules(data: bytes | str) -> Iterable[object] | None:
    if len(data) > MAX_JSON:
        return None
    try:
        loaded = json.loads(data.removeprefix("\ufeff") if isinstance(data, str) else data)
    except (ValueError, RecursionError):
        return None
    return loaded[:MAX_RULES] if isinstance(loaded, list) else None


def _location(rule: object) -> str | None:
    location = rule.get("location") if isinstance(rule, dict) else None
    return location if isinstance(location, str) else None


def _is_at(rule: object, path: bytes) -> bool:
    location = _location(rule)
    return bool(location) and matches(normalise(str(location).encode("utf-8", "surrogatepass")), path)


def _rule(rule: object) -> list[Signal]:
    location = _location(rule)
    if not isinstance(rule, dict) or not location:
        return [invalid(TDMREP, "file", _words(rule), key=RESERVATION)]
    found = []
    if RESERVATION in rule:
        value = rule[RESERVATION]
        # True and 1.0 equal 1 in Python, but only the numbers 0 and 1 are in the protocol.
        found.append(stated(RESERVATION, str(value) if type(value) is int else "", "file"))
    if isinstance(rule.get(POLICY), str):
        found.append(stated(POLICY, rule[POLICY], "file"))
    raw = _words(rule)
    return [replace(signal, path=clip(location), raw=raw) for signal in found]


def _words(rule: object) -> str:
    # Only the short values: a hostile one may be a megabyte or nested a thousand deep.
    if isinstance(rule, dict):
        return clip(json.dumps({clip(key): _short(value) for key, value in islice(rule.items(), 10)}))
    return clip(str(_short(rule)))


def _short(value: object) -> object:
    if isinstance(value, str):
        return clip(value)
    return value if isinstance(value, bool | float | None) or _is_short(value) else "…"


def _is_short(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 10**15
