"""Doing what is due: crawls of one panel, one after another, what is next asked of the history each time."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.core.visits import Target
from tracker.errors import NoHistory
from tracker.schedule.due import Due, Facts, due, recheck_at, wave_at
from tracker.schedule.history import facts_of
from tracker.schedule.rules import Rules
from tracker.store.query import Reader

if TYPE_CHECKING:
    # Where nothing is due, nothing of a crawl is loaded.
    from tracker.crawl.report import CrawlReport
    from tracker.crawl.rounds import Rounds

Opened = Callable[[], AbstractContextManager["Rounds"]]
"""Opens the history for writing; it is held only while something is done."""


class Repeats(NamedTuple):
    """The next second look at sites of a round: from when on (UTC seconds), and how many failing sites it may have."""

    at: int
    failing: int


class Work:
    """The crawls of one panel in a history. `open_rounds` may raise BusyError: another process is at it."""

    def __init__(self, database: str, panel: str, rules: Rules, open_rounds: Opened) -> None:
        self._database = database
        self._panel = panel
        self._rules = rules
        self._open = open_rounds

    def found(self, *, repeats: bool = False) -> Due:
        """What is due now; with `repeats` of second looks alone: retry waves, and the sites of a suspect round."""
        now = _now()
        rules = replace(self._rules, every={}) if repeats else self._rules
        return due(self._facts(now), now, rules)

    def all_due(self, *, repeats: bool = False) -> Iterator["CrawlReport"]:
        """Do what `found` finds until that is nothing; ends after a crawl that was stopped."""
        while self.found(repeats=repeats):
            with self._open() as rounds:
                # Until the history was ours, another process may have done it.
                found = self.found(repeats=repeats)
                if not found:
                    return
                report = self._do(rounds, found)
            yield report
            if not report.finished:
                return

    def repeats(self) -> Repeats | None:
        """When the failed or flipped sites of the newest round are to be asked again; None: they are not."""
        last = self._facts(_now()).last
        wave, recheck = wave_at(last, self._rules), recheck_at(last)
        moments = [wave[1]] if wave else []
        moments += [recheck] if recheck is not None else []
        return Repeats(min(moments), last.failing if last and wave else 0) if moments else None

    def _do(self, rounds: "Rounds", found: Due) -> "CrawlReport":
        now = _now()
        if found.targets:
            return rounds.begin(now, found.targets)
        # What is dated far ahead, by a clock that was wrong, is not what is due.
        newest = rounds.newest(before=self._rules.horizon(Target.ROBOTS, now))
        assert newest is not None
        if found.resume is not None:
            same = rounds.interrupted(now, newest.targets)  # not, if the list has changed meanwhile
            return rounds.begin(now, newest.targets) if same is None else rounds.rest(same, now)
        if found.wave:
            return rounds.wave(newest, found.wave, now)
        return rounds.recheck(newest, now) if found.recheck else rounds.confirm(newest, now)

    def _facts(self, now: int) -> Facts:
        try:
            with Reader(self._database) as reader, reader.snapshot():
                return facts_of(reader, self._panel, now, self._rules)
        except NoHistory:
            return Facts()


def _now() -> int:
    return int(time.time())
