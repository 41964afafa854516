"""The verdicts of one file on many agents, whose tokens, fallbacks and manners the registry knows."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from tracker.core.agents import Agent, Kind, Purpose
from tracker.core.naming import naming_of, tokens_of
from tracker.core.robots import RobotsFile, Rule
from tracker.core.ruleset import Degree
from tracker.core.verdict import Basis, Fate, Lines, Verdict, deciding_rule, judge, rules_of, select

STAR = "*"


class Verdicts:
    """Judges agents by one file. `judge` sees to it that agents with the same groups share the work."""

    def __init__(self, robots: RobotsFile) -> None:
        self.robots = robots
        self._ruled: dict[tuple[str, str], Rule | None] = {}

    @cached_property
    def names(self) -> dict[str, str]:
        """Every name that a line spells in full, in lower case to as it is written first; without `*`."""
        found: dict[str, str] = {}
        for group in self.robots.groups:
            for line in group.agents:
                tokens = () if line.is_star else tokens_of(line.value)[0]
                if tokens:
                    found.setdefault(tokens[-1], line.value.strip()[: len(tokens[-1])].decode("ascii", "replace"))
        return found

    def token(self, agent: Agent) -> str | None:
        """The token whose rules the agent obeys, as `tracker.core.policy.resolve` finds it.

        The first of its own that the file names, else of those that it falls back to, else `*`; None for an agent that
        ignores `*`.
        """
        for token in (*agent.tokens, *agent.falls_back_to):
            if token.lower() in naming_of(self.robots).tokens:
                return token
        return STAR if agent.obeys_star else None

    def of(self, agent: Agent) -> Verdict:
        """The verdict on an agent; its basis is wildcard where the file names only what it falls back to."""
        token = self.token(agent)
        if token is None:
            return Verdict(Degree.NONE, Basis.NONE, Fate.ALLOWED, Fate.ALLOWED, Lines(), self.robots.shape)
        verdict = judge(self.robots, token)
        return replace(verdict, basis=Basis.WILDCARD) if self.borrowed(agent) else verdict

    def borrowed(self, agent: Agent) -> str | None:
        """The token of another whose rules the agent obeys, for the file names that one and not it; else None."""
        token = self.token(agent)
        return None if token is None or token == STAR or token in agent.tokens else token

    def groups(self, agent: Agent) -> tuple[int, ...]:
        """Indices of the groups that the agent obeys."""
        token = self.token(agent)
        return () if token is None else tuple(group for group, _ in select(self.robots, token).chosen)

    def rules(self, agent: Agent) -> list[Rule]:
        """The merged rules that the agent obeys, in file order."""
        token = self.token(agent)
        return [] if token is None else rules_of(self.robots, select(self.robots, token).chosen)

    def rule(self, agent: Agent, path: str) -> Rule | None:
        """The rule that decides a path (see `deciding_rule`) for an agent; None if none does, which leaves it open."""
        token = self.token(agent)
        if token is None:
            return None
        if (token, path) not in self._ruled:
            self._ruled[token, path] = deciding_rule(self.robots, token, path)
        return self._ruled[token, path]


def stranger(token: str, name: str = "") -> Agent:
    """An agent that no registry row knows: judged as any crawler with that token would be."""
    return Agent(name or token, (token,), "unknown", Purpose.UNDECLARED, Kind.CRAWLER, source="", checked="")


def known_tokens(agents: Sequence[Agent]) -> dict[str, str]:
    """Every token, fallback and name of a registry, lower-case to as it is spelled."""
    return {text.lower(): text for agent in agents for text in (*agent.falls_back_to, *agent.tokens, agent.name)}
