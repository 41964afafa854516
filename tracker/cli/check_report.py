"""What `tracker check` finds out about one robots.txt, as plain values: what --json prints and the tables show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any

from tracker.cli.check_question import Question
from tracker.cli.check_sources import Source
from tracker.cli.check_wishes import WORDS, outcome
from tracker.core.agents import Agent
from tracker.core.conflicts import conflicts
from tracker.core.diff import Change, Difference, Effect, Pages, compare
from tracker.core.naming import naming_of
from tracker.core.remarks import Remark, of_flag, quoted, remarks
from tracker.core.robots import Rule, lines_of, parse, without_managed
from tracker.core.signals import Signal, robots_signals, signals_by_token
from tracker.core.verdict import Basis, Verdict
from tracker.core.verdicts import Verdicts, known_tokens
from tracker.errors import DrywellError, NoVerdict


def report_on(source: Source, asked: Question) -> dict[str, Any]:
    """All that is asked about one file."""
    return _File(source, known_tokens(asked.registry)).report(asked)


def no_report(name: str, error: DrywellError) -> dict[str, Any]:
    """What stands in place of a report where there is nothing to judge; `answer` is None for what was not read."""
    found = {"file": name, "url": None, "answer": None, "cause": None}
    if isinstance(error, NoVerdict):
        found |= {"url": error.url, "answer": str(error.outcome), "cause": error.cause}
    return found | {"error": str(error)}


class _File:
    """One file, parsed, with its verdicts; `known` are the tokens of the registry."""

    def __init__(self, source: Source, known: Mapping[str, str]) -> None:
        self._source, self._known = source, known
        self._data = source.data or b""
        self._lines = lines_of(self._data)
        self._robots = parse(self._data)
        self._verdicts = Verdicts(self._robots)
        self._own = Verdicts(without_managed(self._robots))
        self._signals: dict[str, list[Signal]] = {}
        self._spelled: dict[tuple[str, ...], list[str]] = {}  # names of a group are many in hostile files

    def report(self, asked: Question) -> dict[str, Any]:
        rows = [self._row(agent, asked) for agent in asked.agents]
        found = self._remarks(rows)
        outcomes = [(wish, outcome(wish, self._verdicts, self._text)) for wish in asked.wishes]
        return {
            "file": self._source.name,
            "url": self._source.url,
            "answer": "absent" if self._source.data is None else "ok",
            "cause": self._source.cause,
            "summary": _summary(rows, asked.called, len(found)),
            "flags": self._flags(found),
            "managed": self._robots.managed,
            "agents": rows,
            "paths": [self._access(path, agent) for path in asked.paths for agent in asked.agents],
            "remarks": [asdict(remark) for remark in found],
            "signals": self._signals_of(robots_signals(self._robots)),
            "conflicts": [conflict for agent in asked.agents for conflict in self._conflicts(agent)],
            "compared": self._compared(asked) if asked.old else None,
            "unmet": [asdict(one) for _, found in outcomes for one in found.unmet],
            "left_out": [
                {"wish": f"{wish.purpose}={wish.word}", "agents": found.left_out}
                for wish, found in outcomes
                if found.left_out
            ],
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
            "obeys_star": agent.obeys_star,
            **self._verdict(verdict, self._verdicts.borrowed(agent)),
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

    def _flags(self, found: Sequence[Remark]) -> list[str]:
        """Those of the parser and those that only a remark has."""
        if self._source.data is None:
            return []
        return sorted(self._robots.flags | {remark.flag for remark in found})

    def _remarks(self, rows: Sequence[dict[str, Any]]) -> list[Remark]:
        if self._source.data is None:
            return []
        found = remarks(self._data, self._robots, self._known)
        if any("too_complex" in row["flags"] for row in rows):
            found.append(of_flag("too_complex"))
        return found

    @cached_property
    def _contradicted(self) -> dict[tuple[str, str, str], set[str]]:
        """What is said more than one way, by kind, key and path: the tokens to which it is."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for token, signals in signals_by_token(self._robots).items():
            for signal in signals:
                if "conflict" in signal.flags:
                    found.setdefault((signal.kind, signal.key, signal.path), set()).add(token)
        return found

    def _signals_of(self, signals: Sequence[Signal]) -> list[dict[str, Any]]:
        return [self._signal(signal) for signal in signals]

    def _signal(self, signal: Signal) -> dict[str, Any]:
        """A signal, its agents spelled as the registry or else the file does, with the flag that only agents see."""
        both_ways = self._contradicted.get((signal.kind, signal.key, signal.path), set())
        is_contradicted = bool(signal.value) and not both_ways.isdisjoint(signal.agents)
        flags = signal.flags | ({"conflict"} if is_contradicted else set())
        if signal.agents not in self._spelled:
            self._spelled[signal.agents] = [self._spelling(token) for token in signal.agents]
        return asdict(replace(signal, agents=())) | {"agents": self._spelled[signal.agents], "flags": sorted(flags)}

    def _spelling(self, token: str) -> str:
        lines = naming_of(self._verdicts.robots).tokens.get(token)
        if token in self._known or not lines:
            return self._known.get(token, token)
        first = next(iter(lines.values()))[0]
        return first.value[: len(token)].decode("ascii", "replace")

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
                "signal": self._signal(conflict.signal),
                "conflict": conflict.says,
            }
            for conflict in conflicts(agent, verdict, self._signals[token])
        ]

    def _compared(self, asked: Question) -> dict[str, Any]:
        old = _File(asked.old, self._known) if asked.old else self
        difference = compare(old._robots, self._robots, asked.compared, only=asked.picked)
        return {
            "with": old._source.name,
            "changed": _is_changed(difference),
            "agents": len(difference.changes) + difference.unchanged,
            "changes": [self._change(change, old) for change in difference.changes],
            "unchanged": difference.unchanged,
            "signals_gone": old._signals_of(difference.signals_gone),
            "signals_new": self._signals_of(difference.signals_new),
            "complete": difference.complete,
            "gaps": list(difference.gaps),
        }

    def _change(self, change: Change, old: "_File") -> dict[str, Any]:
        return {
            "agent": change.agent,
            "effect": str(change.effect),
            "before": old._verdict(change.before, change.before_by),
            "after": self._verdict(change.after, change.after_by),
            "closed": [self._pages(pages, old) for pages in change.closed.pages],
            "opened": [self._pages(pages, old) for pages in change.opened.pages],
            "closed_in_all": change.closed.count,
            "opened_in_all": change.opened.count,
        }

    def _pages(self, pages: Pages, old: "_File") -> dict[str, Any]:
        return {"pages": pages.pattern, "before": old._decision(pages.before), "after": self._decision(pages.after)}

    def _decision(self, rule: Rule | None) -> dict[str, Any] | None:
        return {"line": rule.line, "text": self._text(rule.line)} if rule else None

    def _verdict(self, verdict: Verdict, borrowed: str | None) -> dict[str, Any]:
        """A verdict; `borrowed` is the name of another whose group applies, see `Verdicts.borrowed`."""
        return {
            "verdict": WORDS[verdict.degree],
            "basis": str(verdict.basis),
            "via": borrowed,
            "line": verdict.lines.deciding,
            "text": self._text(verdict.lines.deciding),
            "home_page": str(verdict.root),
            "other_pages": str(verdict.generic),
        }


def _is_changed(difference: Difference) -> bool:
    """Whether somebody's access or a signal is another, or might be."""
    moved = any(change.effect is not Effect.REBASED for change in difference.changes)
    return moved or bool(difference.signals_gone or difference.signals_new) or not difference.complete


def _summary(rows: Sequence[dict[str, Any]], called: str, remarked: int) -> dict[str, Any]:
    of = [row["verdict"] for row in rows]
    by_name = sum(row["verdict"] == "blocked" and row["basis"] == Basis.NAMED for row in rows)
    counts = {word: of.count(word) for word in WORDS.values()}
    return {"agents": len(rows), "called": called, **counts, "blocked_by_name": by_name, "remarks": remarked}
