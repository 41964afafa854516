"""Which signals of robots.txt apply to an agent no more, and which do now: by effect, wherever they stand."""

from collections.abc import Sequence
from dataclasses import replace

from tracker.core.agents import Agent
from tracker.core.robots import RobotsFile
from tracker.core.signals import Signal, robots_signals
from tracker.core.verdict import select
from tracker.core.verdicts import STAR, Verdicts

MAX_CHOICES = 100
"""Choices of groups with signals that are worked out for each file; hostile files have thousands."""

_FIELDS = frozenset({"content-signal", "content-usage"})
_Said = dict[tuple[str, str, str, str], Signal]


class MovedSignals:
    """What two files signal to some agents: `gone` and `new` as in `tracker.core.diff.Difference`.

    Statements without meaning are left out. `complete` is False if a file has more than `MAX_CHOICES` choices of
    groups with signals.
    """

    def __init__(self, old: Verdicts, new: Verdicts, agents: Sequence[Agent]) -> None:
        before, after = _Signals(old.robots), _Signals(new.robots)
        gone: dict[Signal, dict[str, None]] = {}
        came: dict[Signal, dict[str, None]] = {}
        for agent in agents:
            tokens = old.token(agent), new.token(agent)
            was, is_ = before.of(tokens[0]), after.of(tokens[1])
            # Who is named in neither file is one of many.
            name = STAR if tokens == (STAR, STAR) else agent.tokens[0].lower()
            for found, here, there in ((gone, was, is_), (came, is_, was)):
                for key in here.keys() - there.keys():
                    found.setdefault(here[key], {}).setdefault(name)
        self.gone, self.new = _listed(gone), _listed(came)
        self.complete = before.complete and after.complete


def _listed(found: dict[Signal, dict[str, None]]) -> tuple[Signal, ...]:
    signals = [replace(signal, agents=tuple(names)) for signal, names in found.items()]
    return tuple(sorted(signals, key=lambda signal: (signal.line or 0, signal.key, signal.path)))


class _Signals:
    """The signals of one file by what they say; agents that get them from the same groups share the work."""

    def __init__(self, robots: RobotsFile) -> None:
        self.complete = True
        self._robots = robots
        self._told = {record.group for record in robots.records if record.name in _FIELDS}
        self._known: dict[tuple[int, ...], _Said] = {}

    def of(self, token: str | None) -> _Said:
        if token is None:
            return {}
        groups = tuple(group for group, _ in select(self._robots, token).chosen if group in self._told)
        if groups not in self._known:
            if len(self._known) >= MAX_CHOICES:
                self.complete = False
                return {}
            self._known[groups] = _said(robots_signals(self._robots, token))
        return self._known[groups]


def _said(signals: Sequence[Signal]) -> _Said:
    return {
        (signal.kind, signal.key, signal.path, signal.value): replace(signal, agents=())
        for signal in signals
        if signal.value
    }
