"""What a site says beside its rules, put shortly: rows of the views `signals` and `signal_conflicts` in few words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

_MOST = 3


class Statement(NamedTuple):
    """One signal that is in force, to all whom it addresses.

    `says` is key and value, or the site's own words where they mean nothing; `path` "" is the whole site; `flags` as in
    the view; `since` when it was first seen (UTC).
    """

    kind: str
    says: str
    agents: tuple[str, ...]
    path: str
    flags: str
    since: str


def in_force(signals: Iterable[Mapping[str, Any]], spelled: Mapping[str, str]) -> list[Statement]:
    """The signals that are still true, each once (rows of the view `signals` of one site).

    `spelled`: how tokens, which a history keeps in lower case, are written.
    """
    addressed: dict[tuple[str, str, str, str, str], list[str]] = {}
    for row in signals:
        if row["valid_to"] is None:
            says = f"{row['key']}={row['value']}" if row["value"] else row["raw"]
            key = (row["kind"], says, row["path"], row["flags"], row["valid_from"])
            addressed.setdefault(key, []).append(spelled.get(row["agent"], row["agent"]))
    return [
        Statement(kind, says, tuple(agents), path, flags, since)
        for (kind, says, path, flags, since), agents in addressed.items()
    ]


def disagreements(conflicts: Iterable[Mapping[str, Any]], first: Collection[str]) -> list[str]:
    """Where the words of a site and its rules disagree (rows of the view `signal_conflicts`): a line a direction.

    As in "closed in words (`ai-train=no`), open by rule for GPTBot, CCBot, ClaudeBot and 66 more". The agents of
    `first` come first.
    """
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for row in conflicts:
        said, agents = found.setdefault(row["conflict"], ({}, {}))
        said[f"`{row['key']}={row['value']}`"] = None
        agents[row["agent"]] = None
    lines = []
    for direction, (said, agents) in sorted(found.items()):
        words, rules = direction.split(", ")
        # A stable sort: within headline and rest the order of the view stays.
        names = some(sorted(agents, key=lambda agent: agent not in first))
        lines.append(f"{words} ({', '.join(said)}), {rules} for {names}")
    return lines


def some(names: Sequence[str], most: int = _MOST) -> str:
    """The first of the names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
