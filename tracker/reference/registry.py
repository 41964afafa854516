"""The registry of agents: the shipped `agents.toml`, and a file of the user's own that lies over it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tracker.core.agents import Agent, Kind, Precision, Promise, Purpose, checked_token
from tracker.errors import DrywellError, ReferenceDataError
from tracker.reference import rows
from tracker.reference.appending import append_row
from tracker.reference.rows import Place, Schema

# What a row may say otherwise without being another agent.
_ABOUT_THE_ROW = ("source", "checked", "note")
_LONGEST_USER_AGENT = 500
_Registry = dict[str, tuple[Place, Agent]]


def agents(extra: Path | None = None) -> tuple[Agent, ...]:
    """The registry: headline agents first. A row of `extra` replaces ours of the same name, else it is added.

    Raises ReferenceDataError for a bad row, and for a token that two agents share, in whatever case.
    """
    return _merged(_shipped(), {} if extra is None else _read(extra))


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a user's file says: agents that are new, those that replace a shipped row, and what is amiss.

    `errors` and `warnings` are one line each with file and line; with errors the file cannot be used.
    """

    added: tuple[Agent, ...]
    replaced: tuple[Agent, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def check_overlay(path: Path, text: str | None = None) -> Overlay:
    """Read a user's file to the end, in place of its content `text` if given; nothing is raised for a bad row."""
    shipped, theirs = _shipped(), dict[str, tuple[Place, Agent]]()
    errors: list[str] = []
    try:
        found = rows.toml_rows(path, "agent", text)
    except ReferenceDataError as error:
        return Overlay((), (), (str(error),), ())
    for place, row in found:
        amiss = _amiss(place, row)
        errors += [str(error) for error in amiss]
        if not amiss:
            try:
                _put(theirs, place, row)
            except ReferenceDataError as error:
                errors.append(str(error))
    errors += [str(error) for error in _clashes(shipped, theirs)]
    replaced = [(place, agent) for name, (place, agent) in theirs.items() if name in shipped]
    warnings = [_replaces(place, shipped[agent.name.lower()][1], agent) for place, agent in replaced]
    added = tuple(agent for name, (_place, agent) in theirs.items() if name not in shipped)
    return Overlay(added, tuple(agent for _place, agent in replaced), tuple(errors), tuple(warnings))


def add_agent(path: Path, facts: Mapping[str, Any]) -> Agent:
    """Append one row to a user's file, made if missing; what stands there is kept byte for byte.

    `facts` are fields of `Agent`, dates as in the file. Raises ReferenceDataError, with the file unchanged, for a bad
    fact, for a token that an agent has already, and for a file that is bad as it is.
    """
    known = _merged(_shipped(), _read(path) if path.exists() and path.stat().st_size else {})
    place = Place(path, 0)
    try:
        agent = _build(place, dict(facts))
    except ReferenceDataError as error:
        # The row stands nowhere yet: only the field is of use.
        reason = str(error).removeprefix(f"{path}:{place.line}: ")
        raise ReferenceDataError(f"nothing was added: {reason}") from None
    _refuse_known(known, agent)
    append_row(path, "agent", facts, lambda file, text: check_overlay(file, text).errors)
    return agent


def _refuse_known(known: tuple[Agent, ...], agent: Agent) -> None:
    owners = {token.lower(): owner for owner in known for token in (owner.name, *owner.tokens)}
    for token in agent.tokens:
        if owner := owners.get(token.lower()):
            raise ReferenceDataError(
                f"{token} is a token of {owner.name} ({owner.operator}) already, "
                f"`tracker agents {owner.name}` shows it: nothing was added"
            )


def _shipped() -> _Registry:
    return _read(rows.reference_file("agents.toml"))


def _read(path: Path) -> _Registry:
    found: _Registry = {}
    for place, row in rows.toml_rows(path, "agent"):
        _put(found, place, row)
    return found


def _put(found: _Registry, place: Place, row: dict[str, Any]) -> None:
    agent = _build(place, row)
    first, _ = found.setdefault(agent.name.lower(), (place, agent))
    if first is not place:
        raise place.error("name", f"{agent.name} stands on line {first.line} already, delete one")


def _build(place: Place, row: dict[str, Any]) -> Agent:
    for error in _amiss(place, row):
        raise error
    return _AGENT.build(place, _completed(row))


def _amiss(place: Place, row: dict[str, Any]) -> list[ReferenceDataError]:
    """All that is wrong with one row: its fields, and if these are right, how they go together."""
    complete = _completed(row)
    errors = _AGENT.errors(place, complete)
    if "tokens" not in row:
        # They are the name: one error is enough.
        errors.pop("tokens", None)
    return [*errors.values()] or [*_contradictions(place, _AGENT.build(place, complete))]


def _completed(row: dict[str, Any]) -> dict[str, Any]:
    # Most agents have one token, their name: the file need not say it twice.
    return {**row, "tokens": row.get("tokens", [row["name"]])} if "name" in row else row


def _merged(shipped: _Registry, theirs: _Registry) -> tuple[Agent, ...]:
    for error in _clashes(shipped, theirs):
        raise error
    return tuple(agent for _place, agent in (shipped | theirs).values())


def _clashes(shipped: _Registry, theirs: _Registry) -> Iterator[DrywellError]:
    """Tokens that two agents share, one error for a row; of ours and theirs, theirs is to blame."""
    owners: dict[str, str] = {}
    kept = [pair for name, pair in shipped.items() if name not in theirs]
    for place, agent in (*kept, *theirs.values()):
        for token in agent.tokens:
            owner = owners.setdefault(token.lower(), agent.name)
            if owner != agent.name:
                yield place.error("tokens", f"{token} belongs to {owner} already, delete one of the two")
                break


def _replaces(place: Place, ours: Agent, theirs: Agent) -> str:
    differing = [
        field.name
        for field in fields(Agent)
        if field.name not in _ABOUT_THE_ROW and getattr(ours, field.name) != getattr(theirs, field.name)
    ]
    if not differing:
        return f"{place.path}:{place.line}: {theirs.name} says what the shipped row says, delete it"
    return (
        f"{place.path}:{place.line}: {theirs.name} replaces the shipped row (other in {', '.join(differing)}), "
        "delete it unless that is meant"
    )


def _contradictions(place: Place, agent: Agent) -> Iterator[ReferenceDataError]:
    if agent.name not in agent.tokens:
        yield place.error("tokens", f"{agent.name} is not among them, add it")
    if len({token.lower() for token in agent.tokens}) != len(agent.tokens):
        yield place.error("tokens", "one stands twice in two spellings, delete one: case does not count")
    if shared := set(agent.tokens) & set(agent.falls_back_to):
        yield place.error("falls_back_to", f"{min(shared)} is a token of the agent itself, remove it")
    if (agent.purpose is Purpose.CONTROL) is not (agent.kind is Kind.CONTROL):
        yield place.error("kind", "a control token has purpose and kind control, any other agent neither")
    if agent.user_agent and agent.kind is Kind.CONTROL:
        yield place.error("user_agent", "a control token sends no request, remove it")
    if agent.user_agent and not any(token.lower() in agent.user_agent.lower() for token in agent.tokens):
        yield place.error("user_agent", f"names none of the tokens of {agent.name}")
    if (agent.valid_from is None) is not (agent.valid_from_precision is None):
        yield place.error("valid_from", "goes together with valid_from_precision, give both or neither")
    if agent.valid_from and agent.valid_from_precision:
        try:
            rows.check_precision(place, "valid_from", agent.valid_from, agent.valid_from_precision)
        except ReferenceDataError as error:
            yield error


def _token(value: Any) -> str:
    return checked_token(rows.text(value))


def _user_agent(value: Any) -> str:
    """A header field's value (RFC 9110 section 5.5), as it would be sent."""
    if value and not (rows.text(value).isascii() and len(value) <= _LONGEST_USER_AGENT):
        raise ValueError(f"{value!r} is no User-Agent: at most {_LONGEST_USER_AGENT} characters of ASCII")
    return str(value)


_AGENT = Schema(
    Agent,
    name=_token,
    tokens=rows.list_of(_token),
    operator=rows.text,
    purpose=rows.one_of(Purpose),
    kind=rows.one_of(Kind),
    source=rows.text,
    checked=rows.day,
    valid_from=rows.day,
    valid_from_precision=rows.one_of(Precision),
    documentation=rows.url,
    falls_back_to=rows.list_of(_token),
    obeys_star=rows.flag,
    headline=rows.flag,
    promise=rows.one_of(Promise),
    note=rows.optional_text,
    user_agent=_user_agent,
)
