"""Runs of equal looks as rows, whatever was looked at: which looks are one run.

A run goes on while what the looks saw is alike. Answers and failures are lanes of their own: a failure between two
equal answers parts no run, an answer between two equal failures does. A look that comes late parts none either: each
run knows when its looks were.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.site_signals import GAP
from tracker.store.gaps import packed, unpacked

Row = dict[str, Any]
Rows = list[Row]


def looks_of(row: Mapping[str, Any]) -> list[int]:
    """The moments of all looks of a run. Raises ValueError if its row contradicts itself."""
    return unpacked(row["first_seen"], row["last_seen"], row["checks"], row["gaps"])


def with_looks(row: Mapping[str, Any], more: Iterable[int]) -> Row:
    """What is another in a run with more looks, none of them after its newest."""
    looks = sorted({*looks_of(row), *more})
    return {"checks": len(looks), "gaps": packed(looks)}


def has_look(rows: Rows, at: int) -> bool:
    """Whether any of the runs has a look at a moment."""
    return any(row["first_seen"] <= at <= row["last_seen"] and at in looks_of(row) for row in rows)


def end(row: Mapping[str, Any]) -> int:
    """The newest look of a run."""
    return int(row["last_seen"])


@dataclass(frozen=True, slots=True)
class Lanes:
    """How runs of one kind of page are told apart.

    answers: whether a row says what its page says. alike: the columns in which two rows of one run are the same.
    newest: those that each further look writes anew, among them `last_seen`, `checks` and `gaps`.
    """

    answers: Callable[[Mapping[str, Any]], bool]
    alike: Sequence[str]
    newest: Sequence[str]

    def grown(self, mine: Rows, look: Row) -> Row | None:
        """The run of a source that a look of it goes on with, or that it lies in, with the look in it; else None.

        `look` is the row that it would begin a run with.
        """
        if run := self._running(mine, look):
            gaps = run["gaps"] + packed([run["last_seen"], look["last_seen"]])
            return run | {name: look[name] for name in self.newest} | {"checks": run["checks"] + 1, "gaps": gaps}
        if run := self._around(mine, look):
            return run | with_looks(run, [look["first_seen"]])
        return None

    def _running(self, mine: Rows, look: Row) -> Row | None:
        """The newest run of its lane, if that says the same and is not too long ago."""
        at = look["first_seen"]
        lane = [row for row in mine if self.answers(row) == self.answers(look)]
        newest = max(lane, key=end, default=None)
        if newest is None or newest["last_seen"] >= at or not self._alike(newest, look):
            return None
        # An answer since, or a failure of another kind, and this one is not the next of its kind.
        is_last = self.answers(look) or newest is max(mine, key=end)
        return newest if is_last and at - newest["last_seen"] <= GAP else None

    def _around(self, mine: Rows, look: Row) -> Row | None:
        """The run of its lane that a late look lies in, if it says the same."""
        at = look["first_seen"]
        inside = (row for row in mine if row["first_seen"] < at < row["last_seen"])
        return next((row for row in inside if self._alike(row, look)), None)

    def _alike(self, row: Row, look: Row) -> bool:
        return all(row[name] == look[name] for name in self.alike)
