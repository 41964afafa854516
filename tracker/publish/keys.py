"""Every key of a bundle of evidence, and what `tracker evidence --check` does with it, as docs/evidence.md lists them.

A key that is not here was not made by this program, and nothing is known of what it says.
"""

from collections.abc import Iterator, Mapping
from typing import Any

DERIVED = "derived"  # worked out again from the rest; any other value is a mismatch
HELD = "held"  # cannot be worked out, but the rest allows some values only, and these are looked at
TRUSTED = "trusted"  # nothing in the bundle says what it should be


def _keys(kind: str, parent: str, names: str) -> dict[str, str]:
    return {f"{parent}{name}": kind for name in names.split()}


KEYS: Mapping[str, str] = {
    **_keys(DERIVED, "", "format"),
    **_keys(DERIVED, "claim.", "agent verdict named blocks stale"),
    **_keys(HELD, "claim.", "asked at definition reason"),
    **_keys(TRUSTED, "claim.", "site"),
    **_keys(DERIVED, "verdict.", "verdict named root_blocked blocks token"),
    **_keys(DERIVED, "verdict.", "agent_lines deciding_line exception_lines flags"),
    **_keys(DERIVED, "agent.", "existed"),
    **_keys(HELD, "agent.", "name operator tokens falls_back_to obeys_star since registry"),
    **_keys(TRUSTED, "agent.", "source checked"),
    **_keys(DERIVED, "body.", "sha256 size base64"),
    **_keys(HELD, "seen.last.", "at"),
    **_keys(DERIVED, "seen.last.", "sha256"),
    **_keys(TRUSTED, "seen.last.", "source source_kind ref"),
    **_keys(HELD, "seen.next.", "at sha256"),
    **_keys(TRUSTED, "seen.next.", "source source_kind ref"),
    **_keys(HELD, "seen.run.", "not_before first_seen last_seen checks"),
    **_keys(DERIVED, "interval.", "rule failing_seconds unwatched_seconds held_until"),
    **_keys(HELD, "interval.", "first_failure horizon"),
    **_keys(HELD, "trouble.", "kind first_seen last_seen checks"),
    **_keys(TRUSTED, "trouble.", "source detail"),
    **_keys(TRUSTED, "made.", "software ruleset history history_ruleset"),
    **_keys(TRUSTED, "", "instructions"),
}
# Where nothing was seen these are null as a whole.
_MAY_BE_NULL = frozenset({"body", "seen.last", "seen.next", "seen.run", "interval"})
_PARENTS = {"", *(key.rpartition(".")[0] for key in KEYS), "seen"}


def unknown_keys(bundle: Mapping[str, Any]) -> list[str]:
    """The keys of a bundle that this program does not make, as `claim.verdict`. Raises KeyError if one is missing."""
    found = set(_paths(bundle, ""))
    absent = [name for name in _MAY_BE_NULL if name in found] + (["trouble"] if not bundle["trouble"] else [])
    expected = {key for key in KEYS if not any(key.startswith(f"{name}.") for name in absent)}
    if missing := sorted(expected - found):
        raise KeyError(missing[0])
    return sorted(found - expected - _MAY_BE_NULL)


def _paths(value: Any, path: str) -> Iterator[str]:
    """The keys of a bundle; what lies below a key that is known, or that nothing is known of, is its value."""
    if path not in _PARENTS or not isinstance(value, (dict, list)):
        yield path
    elif isinstance(value, list):
        for one in value:
            yield from _paths(one, path)
    else:
        for key, one in value.items():
            yield from _paths(one, f"{path}.{key}" if path else str(key))
