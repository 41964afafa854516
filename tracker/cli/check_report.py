"""What `tracker check` finds out about one robots.txt, as plain values: what --json prints and the tables show."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tracker import reference
from tracker.cli.check_sources import Source, read
from tracker.cli.check_wishes import Wish, parse_wish, unmet
from tracker.core.agents import Agent, Kind, Purpose, checked_token
from tracker.core.conflicts import conflicts
from tracker.core.diff import Change, compare
from tracker.core.remarks import Remark, of_flag, quoted, remarks, unknown_agents
from tracker.core.robots import lines_of, parse, without_managed
from tracker.core.ruleset import Degree
from tracker.core.signals import Signal, robots_signals
from tracker.core.verdict import Basis, Verdict
from tracker.core.verdicts import Verdicts, known_tokens
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.settings import Settings

WORDS = {Degree.FULL: "blocked", Degree.PARTIAL: "partial", Degree.NONE: "allowed"}
_TO_ESCAPE = re.compile(rb"[\x00-\x20\x7f-\xff]")
STAR = "*"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every file: the registry, the agents and what they are called, paths, wishes, an older file."""

    settings: "Settings"
    registry: tuple[Agent, ...]
    agents: tuple[Agent, ...]
    called: str
    compared: tuple[Agent, ...]
    paths: tuple[str, ...]
    wishes: tuple[Wish, ...]
    old: Source | None


def question(
    settings: "Settings",
    *,
    agents: list[str] | None,
    every: bool,
    paths: list[str] | None,
    old: str | None,
    wishes: list[str] | None,
) -> Question:
    """Check what a user asks; UsageError for a name that no file can hold, or for a wish that cannot be read."""
    registry = reference.agents(settings.agents_file)
    by_name = {token.lower(): agent for agent in registry for token in (*agent.tokens, agent.name)}
    named = tuple(dict.fromkeys(by_name.get(name.lower()) or _stranger(name) for name in agents or ()))
    headline = tuple(agent for agent in registry if agent.headline)
    return Question(
        settings=settings,
        registry=registry,
        agents=named or (registry if every else headline),
        called="agents" if named or every else "headline agents",
        # Agents that nothing changes for are only counted, so that all can be looked at.
        compared=named or registry,
        paths=tuple(map(_path, paths or ())),
        wishes=tuple(parse_wish(text, registry, by_name, _stranger) for text in wishes or ()),
        old=read(old, settings) if old else None,
    )


def report_on(source: Source, asked: Question) -> dict[str, Any]:
    """All that is asked about one file."""
    return _File(source).report(asked)


class _File:
    """One file, parsed, with its verdicts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = source.data or b""
        self._lines = lines_of(self._data)
        self._robots = parse(self._data)
        self._verdicts = Verdicts(self._robots)
        self._own = Verdicts(without_managed(self._robots))
        self._signals: dict[str, list[Signal]] = {}

    def report(self, asked: Question) -> dict[str, Any]:
        rows = [self._row(agent, asked) for agent in asked.agents]
        found = self._remarks(asked, rows)
        return {
            "file": self._source.name,
            "url": self._source.url,
            "answer": "absent" if self._source.data is None else "ok",
            "cause": self._source.cause,
            "summary": _summary(rows, asked.called, len(found)),
            "flags": [] if self._source.data is None else sorted(self._robots.flags),
            "managed": self._robots.managed,
            "agents": rows,
            "paths": [self._access(path, agent) for path in asked.paths for agent in asked.agents],
            "remarks": [asdict(remark) for remark in found],
            "signals": [_signal(signal) for signal in robots_signals(self._robots)],
            "conflicts": [conflict for agent in asked.agents for conflict in self._conflicts(agent)],
            "compared": self._compared(asked) if asked.old else None,
            "unmet": [asdict(one) for wish in asked.wishes for one in unmet(wish, self._verdicts, self._text)],
        }

    def _text(self, line: int | None) -> str | None:
        """The line as it stands, without its comment."""
        return None if line is None else quoted(self._lines[line - 1].partition(b"#")[0].strip())

    def _row(self, agent: Agent, asked: Question) -> dict[str, Any]:
        verdict = self._verdicts.of(agent)
        return {
            "agent": agent.name,
            "purpose": str(agent.purpose),
            "registered": agent in asked.registry,
            **_verdict(verdict, self._text(verdict.lines.deciding)),
            "group_lines": list(verdict.lines.agents),
            "exception_lines": list(verdict.lines.exceptions),
            "ties": [{"allow": allow, "disallow": disallow} for allow, disallow in verdict.ties],
            "flags": sorted(verdict.flags),
            "without_glue": WORDS[verdict.alternative] if verdict.alternative else None,
            "own_verdict": WORDS[self._own.of(agent).degree] if self._robots.managed else None,
        }

    def _access(self, path: str, agent: Agent) -> dict[str, Any]:
        rule = self._verdicts.rule(agent, path)
        is_open = rule is None or rule.allow
        line = rule.line if rule else None
        return {
            "path": path,
            "agent": agent.name,
            "access": "open" if is_open else "closed",
            "line": line,
            "text": self._text(line),
        }

    def _remarks(self, asked: Question, rows: Sequence[dict[str, Any]]) -> list[Remark]:
        if self._source.data is None:
            return []
        found = remarks(self._data, self._robots) + unknown_agents(self._robots, known_tokens(asked.registry))
        if any("too_complex" in row["flags"] for row in rows):
            found.append(of_flag("too_complex"))
        return found

    def _conflicts(self, agent: Agent) -> list[dict[str, Any]]:
        token = self._verdicts.token(agent)
        if token is None:
            return []
        if token not in self._signals:
            self._signals[token] = robots_signals(self._robots, token)
        verdict = self._verdicts.of(agent)
        line = verdict.lines.deciding
        return [
            {
                "agent": agent.name,
                "verdict": WORDS[verdict.degree],
                "line": line,
                "text": self._text(line),
                "signal": _signal(conflict.signal),
                "conflict": conflict.says,
            }
            for conflict in conflicts(agent, verdict, self._signals[token])
        ]

    def _compared(self, asked: Question) -> dict[str, Any]:
        old = _File(asked.old) if asked.old else self
        difference = compare(old._robots, self._robots, asked.compared)
        return {
            "with": old._source.name,
            "changes": [self._change(change, old) for change in difference.changes],
            "unchanged": difference.unchanged,
            "signals_gone": [_signal(signal) for signal in difference.signals_gone],
            "signals_new": [_signal(signal) for signal in difference.signals_new],
            "complete": difference.complete,
        }

    def _change(self, change: Change, old: "_File") -> dict[str, Any]:
        return {
            "agent": change.agent,
            "effect": str(change.effect),
            "before": _verdict(change.before, old._text(change.before.lines.deciding)),
            "after": _verdict(change.after, self._text(change.after.lines.deciding)),
            "closed": list(change.closed),
            "opened": list(change.opened),
        }


def _verdict(verdict: Verdict, text: str | None) -> dict[str, Any]:
    return {
        "verdict": WORDS[verdict.degree],
        "basis": str(verdict.basis),
        "line": verdict.lines.deciding,
        "text": text,
        "home_page": str(verdict.root),
        "other_pages": str(verdict.generic),
    }


def _signal(signal: Signal) -> dict[str, Any]:
    return asdict(signal) | {"agents": list(signal.agents), "flags": sorted(signal.flags)}


def _summary(rows: Sequence[dict[str, Any]], called: str, remarked: int) -> dict[str, Any]:
    of = [row["verdict"] for row in rows]
    by_name = sum(row["verdict"] == "blocked" and row["basis"] == Basis.NAMED for row in rows)
    counts = {word: of.count(word) for word in WORDS.values()}
    return {"agents": len(rows), "called": called, **counts, "blocked_by_name": by_name, "remarks": remarked}


def _stranger(name: str) -> Agent:
    """An agent that no registry row knows: judged as any crawler with that token would be."""
    if name != STAR:
        try:
            checked_token(name)
        except ValueError as error:
            raise UsageError(f"no crawler can have that name: {error}") from error
    return Agent(name, (name,), "unknown", Purpose.UNDECLARED, Kind.CRAWLER, source="", checked="")


def _path(text: str) -> str:
    """Path and query as a crawler would send them: of a URL, and with other octets than ASCII's escaped."""
    if "://" in text:
        parts = urlsplit(text)
        text = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    octets = text.encode("utf-8", "surrogateescape")
    return _TO_ESCAPE.sub(lambda match: b"%%%02X" % match[0][0], octets).decode("ascii")
