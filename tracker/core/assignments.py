"""Inputs as people type them: `compliance=0.5`, `stock_tokens=300T`, `quality=lognormal(0.1, 0.4)`."""

import re
import tomllib
from collections.abc import Iterable
from typing import Any

from tracker.core.scenarios import CHOICES, FORMS, InputError, unit_of

_NUMBER = re.compile(
    r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:nan|inf)\b)\s*((?:[A-Za-z%1].*)?)"
)
_CALL = re.compile(r"(\w+)\s*\((.*)\)")
_USUAL_LEVEL = 0.95
_FORM = "write it as key=value: compliance=0.5, access=off, quality=lognormal(0.1,0.4)"


def assignments(texts: Iterable[str]) -> dict[str, Any]:
    """What `tracker.core.scenarios.read` takes, by input; of several values for one input the last one counts.

    A value is a number with its unit or without (`T` for trillions of tokens, `%` of a share), a word, a distribution
    `name(low, high)` whose interval is of 95 % unless a level follows, `none` for a long-run share that stays, or the
    inline table of a scenario file. Raises InputError in one line that names the input.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not re.fullmatch(r"[A-Za-z]\w{0,40}", name) or not value:
            raise InputError(_short(text), _FORM)
        found[name] = _written(name, value)
    return found


def _written(name: str, text: str) -> Any:
    if text.startswith("{"):
        return _table(name, text)
    if name in CHOICES:
        return text
    if text == "none":
        return None
    called = _CALL.fullmatch(text)
    return _called(name, called[1], called[2]) if called else _number(name, text, unit_of(name))


def _table(name: str, text: str) -> Any:
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        document = {}
    if set(document) != {"value"} or "\n" in text:
        mend = '{dist="lognormal",low=0.1,high=0.4,level=0.95}, the whole between quotation marks'
        raise InputError(name, f"{_short(text)} is no TOML inline table, write it as {mend}")
    return document["value"]


def _called(name: str, form: str, arguments: str) -> dict[str, Any]:
    if form not in FORMS:
        raise InputError(name, f"unknown distribution {_short(form)}, use one of: {', '.join(FORMS)}")
    needed = FORMS[form][1]
    order, found = list(needed), dict[str, Any]()
    for argument in arguments.split(","):
        key, equals, value = (part.strip() for part in argument.rpartition("="))
        if not equals:
            if not order:
                raise InputError(name, f"too many numbers, a {form} is written {form}({', '.join(needed)})")
            key = order.pop(0)
        elif key in order:
            order.remove(key)
        found[key] = _number(name, value, "share" if key == "level" else "" if form == "beta" else unit_of(name))
    if "level" in needed:
        found.setdefault("level", _USUAL_LEVEL)
    return {"dist": form, **found}


def _number(name: str, text: str, unit: str) -> float:
    parts = _NUMBER.fullmatch(text)
    if not parts:
        raise InputError(name, f"{_short(text)} is no number and no distribution, {_FORM}")
    value, said = float(parts[1]), parts[2]
    if said == "%" and unit == "share":
        return value / 100
    if said in ("T", "T" + unit.removeprefix("tokens")) and unit.startswith("tokens"):
        return value * 1e12
    if said not in ("", unit):
        raise InputError(name, f"wrong unit {_short(said)}, convert it to {unit or 'a plain number'}")
    return value


def _short(text: str) -> str:
    """What was typed, on one line and no longer than it helps."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
