"""What a verification found: one `Check` for each thing that must hold."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

EXAMPLES = 5
Progress = Callable[[str, int, int], None]
"""Called with the name of a check, how much of it is done, and how much there is."""

_RESTORE = "restore a backup (tracker backup --restore)"
_REPAIR = "tracker verify --repair derives it again from the evidence"
_MENDS = {
    "file": _RESTORE,
    "references": _RESTORE,
    "schema": "tracker verify --repair makes indexes again and drops triggers; where a table differs, " + _RESTORE,
    "views": "tracker verify --repair makes the views again",
    "registry": "the next command that writes (a crawl, an import) carries the agents over again",
    "crawls": _RESTORE,
    "sightings": _RESTORE,
    "exchanges": _RESTORE,
    "failures": _RESTORE,
    "meanings": _RESTORE,
    "rulings": _REPAIR,
    "bodies": _RESTORE + ": these files are no longer what was seen",
    "policies": _RESTORE,
    "relabels": _RESTORE,
    "pages": _RESTORE,
    "terms": _RESTORE,
    "probes": _RESTORE,
    "spans": _REPAIR,
    "states": _REPAIR,
    "signals": _REPAIR,
    "terms_changes": _REPAIR,
    "tally": _REPAIR,
}


@dataclass
class Check:
    """One thing that must hold: how many rows were looked at, how many are wrong, and up to five of them in words.

    `skipped` says why it was not looked at, if it was not, `note` which part of it was not. `repairable`: what is
    wrong follows from evidence and can be derived again.
    """

    name: str
    checked: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)
    skipped: str = ""
    note: str = ""
    repairable: bool = True

    def found(self, what: str) -> None:
        """Count something wrong; the first few are kept in words."""
        self.wrong += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(what)

    @property
    def mend(self) -> str:
        """What to do about it."""
        return _MENDS[self.name]


@dataclass
class Report:
    """All checks in order. `ok`: nothing wrong was found in what was looked at."""

    checks: list[Check]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(check.wrong for check in self.checks)

    @property
    def is_whole(self) -> bool:
        """Whether everything was looked at."""
        return not any(check.skipped or check.note for check in self.checks)

    @property
    def can_be_repaired(self) -> bool:
        """Whether all that is wrong follows from evidence, and that is sound."""
        return all(check.repairable for check in self.checks if check.wrong)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        checks = [asdict(check) | {"mend": check.mend if check.wrong else ""} for check in self.checks]
        return {"ok": self.ok, "checks": checks}
