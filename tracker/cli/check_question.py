"""What is asked of every file that `tracker check` reads: agents, paths, wishes, an older file."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker import reference
from tracker.cli.check_sources import Source, read
from tracker.cli.check_wishes import Wish, parse_wish
from tracker.core.agents import Agent, Purpose, checked_token
from tracker.core.remarks import Spelling
from tracker.core.verdicts import known_tokens, stranger
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.settings import Settings

STAR = "*"
_TO_ESCAPE = re.compile(rb"[\x00-\x20\x7f-\xff]")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every file: the registry, the agents and what they are called, paths, wishes, an older file.

    `picked` says that the agents were named. `notes` are for people: names that the registry lacks may be mistyped.
    """

    settings: "Settings"
    registry: tuple[Agent, ...]
    agents: tuple[Agent, ...]
    called: str
    compared: tuple[Agent, ...]
    picked: bool
    paths: tuple[str, ...]
    wishes: tuple[Wish, ...]
    old: Source | None
    notes: tuple[str, ...]


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
    wanted = tuple(parse_wish(text, registry, by_name, _stranger) for text in wishes or ())
    return Question(
        settings=settings,
        registry=registry,
        agents=named or (registry if every else headline),
        called="agents" if named or every else "headline agents",
        # Agents that nothing changes for are only counted, so that all can be looked at.
        compared=named or registry,
        picked=bool(named),
        paths=tuple(map(_path, paths or ())),
        wishes=wanted,
        old=read(old, settings) if old else None,
        notes=_notes(registry, named, [agent for wish in wanted if not wish.purpose for agent in wish.agents]),
    )


def _stranger(name: str) -> Agent:
    """An agent that no registry row knows: judged as any crawler with that token would be."""
    if name != STAR:
        try:
            checked_token(name)
        except ValueError as error:
            raise UsageError(f"no crawler can have that name: {error}") from error
    return stranger(name)


def _notes(registry: Sequence[Agent], named: Iterable[Agent], wished: Iterable[Agent]) -> tuple[str, ...]:
    """A sentence on each name that is not in the registry, with the one that may be meant."""
    tokens = known_tokens(registry)
    spelling = Spelling(tokens.values())
    strangers = {agent.name: list[str]() for agent in named} | {agent.name: list(Purpose) for agent in wished}
    notes = []
    for name, purposes in strangers.items():
        if name == STAR or name.lower() in tokens:
            continue
        near = spelling.meant(name) or next(iter(get_close_matches(name.lower(), purposes, n=1, cutoff=0.75)), None)
        hint = f"; did you mean {near}?" if near else ""
        if name.lower() in set(Purpose):
            hint = "; it is a purpose, which --expect takes"
        notes.append(f"{name} is not in the registry and is judged as any crawler of that name{hint}")
    return tuple(notes)


def _path(text: str) -> str:
    """Path and query as a crawler would send them: of a URL or a path, other octets than ASCII's escaped.

    UsageError for an empty text, which may be a variable that was never set.
    """
    if not text.strip():
        raise UsageError("--path is empty: write / for the home page")
    if "://" in text:
        parts = urlsplit(text)
        text = parts.path + (f"?{parts.query}" if parts.query else "")
    text = text.partition("#")[0]
    text = text if text.startswith("/") else f"/{text}"
    octets = text.encode("utf-8", "surrogateescape")
    return _TO_ESCAPE.sub(lambda match: b"%%%02X" % match[0][0], octets).decode("ascii")
