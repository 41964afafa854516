"""The fact tables of `data/reference`: how each is read and checked."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tracker.core.agents import Precision
from tracker.core.claims import ANY_AGENT, OF_WHAT, Claim, Obstacle, Reading
from tracker.core.estimate import Denominator
from tracker.core.hosts import normalise_host
from tracker.reference import rows
from tracker.reference.records import (
    Confidence,
    Dataset,
    Deal,
    DealKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Modality,
    Period,
)
from tracker.reference.registry import agents
from tracker.reference.rows import Place, Schema

Row = TypeVar("Row", Event, Claim, Deal, Dataset, Finding)


def events(path: Path | None = None) -> tuple[Event, ...]:
    """Events in the order of the file; `path` reads another file in place of ours (so for all below)."""
    return _load(_EVENT, rows.toml_rows(path or _file("events.toml"), "event"), "day", "title")


def claims(path: Path | None = None) -> tuple[Claim, ...]:
    """Published shares with the population, definition and denominator they stand on."""
    return _load(_CLAIM, rows.toml_rows(path or _file("claims.toml"), "claim"), "id")


def deals(path: Path | None = None) -> tuple[Deal, ...]:
    """Licences for text, and what is known of their price."""
    return _load(_DEAL, rows.csv_rows(path or _file("deals.csv")), "day", "licensor", "licensee")


def datasets(path: Path | None = None) -> tuple[Dataset, ...]:
    """Training data sets of language models."""
    return _load(_DATASET, rows.csv_rows(path or _file("datasets.csv")), "model")


def synthetic(path: Path | None = None) -> tuple[Finding, ...]:
    """What is known of synthetic text: how much there is, and what it is worth."""
    return _load(_FINDING, rows.csv_rows(path or _file("synthetic.csv")), "day", "name")


def scenarios_path() -> Path:
    """The TOML file of projection scenarios, which `tracker.core.projection` understands."""
    return _file("scenarios.toml")


def _file(name: str) -> Path:
    return rows.reference_file(name)


def _load(schema: Schema[Row], found: Iterable[tuple[Place, dict[str, Any]]], *key: str) -> tuple[Row, ...]:
    lines: dict[tuple[object, ...], int] = {}
    loaded: list[Row] = []
    for place, row in found:
        item = schema.build(place, row)
        rows.check_precision(place, "day", item.day, item.precision)
        identity = tuple(getattr(item, name) for name in key)
        first = lines.setdefault(identity, place.line)
        if first != place.line:
            raise place.error(key[-1], f"the same row stands on line {first} already, delete one of the two")
        loaded.append(item)
    return tuple(loaded)


@cache
def _agent_names() -> frozenset[str]:
    return frozenset(agent.name for agent in agents())


def _agent_name(value: Any) -> str:
    if value not in _agent_names():
        raise ValueError(f"{value!r} is no agent of agents.toml, write its name as it stands there")
    return str(value)


def _percent(value: Any) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no table, write it as {{ GPTBot = 9.1, {ANY_AGENT} = 20.3 }}")
    pairs = []
    for name, share in value.items():
        if rows.number(share) > 100:
            raise ValueError(f"{share!r} per cent for {name} is more than all, write at most 100")
        pairs.append((name if name == ANY_AGENT else _agent_name(name), rows.number(share)))
    return tuple(pairs)


def _definition(value: Any) -> str:
    # Here, because only claims need to know the definitions, and their module loads the robots engine.
    from tracker.core.definitions import DEFINITIONS

    if value != "" and value not in DEFINITIONS:
        raise ValueError(f"{value!r} is no definition, write one of: {', '.join(DEFINITIONS)}")
    return str(value)


def _hosts(value: Any) -> tuple[str, ...]:
    hosts = tuple(rows.text(value).split())
    for host in hosts:
        if normalise_host(host) != host:
            raise ValueError(f"{host!r} is no host name, write such as example.com, by spaces")
    return hosts


def _of_what(value: Any) -> Denominator:
    if value not in OF_WHAT:
        raise ValueError(f"{value!r} is no denominator of a claim, write one of: {', '.join(OF_WHAT)}")
    return Denominator(value)


def _top(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{value!r} is no length of a list, write a whole number such as 1_000")
    return value


_precision = rows.one_of(Precision)

_EVENT = Schema(
    Event,
    day=rows.day,
    title=rows.text,
    kind=rows.one_of(EventKind),
    source=rows.text,
    checked=rows.day,
    agents=rows.list_of(_agent_name),
    precision=_precision,
)
_CLAIM = Schema(
    Claim,
    id=rows.text,
    day=rows.day,
    publisher=rows.text,
    figure=rows.text,
    population=rows.text,
    definition=rows.text,
    denominator=rows.text,
    reading=rows.one_of(Reading),
    source=rows.text,
    checked=rows.day,
    percent=_percent,
    counted_as=_definition,
    counted_of=_of_what,
    any_of=rows.list_of(_agent_name),
    top=_top,
    sector=rows.optional_text,
    obstacle=rows.one_of(Obstacle),
    precision=_precision,
    note=rows.optional_text,
)
_DEAL = Schema(
    Deal,
    day=rows.day,
    licensor=rows.text,
    licensee=rows.text,
    kind=rows.one_of(DealKind),
    value=rows.text,
    confidence=rows.one_of(Confidence),
    source=rows.text,
    checked=rows.day,
    usd_m_low=rows.number,
    usd_m_high=rows.number,
    per=rows.one_of(Period),
    scope=rows.text,
    sites=_hosts,
    precision=_precision,
    note=rows.text,
)
_DATASET = Schema(
    Dataset,
    day=rows.day,
    model=rows.text,
    organisation=rows.text,
    tokens_t=rows.number,
    confidence=rows.one_of(Confidence),
    modality=rows.one_of(Modality),
    source=rows.text,
    checked=rows.day,
    precision=_precision,
    note=rows.text,
)
_FINDING = Schema(
    Finding,
    day=rows.day,
    name=rows.text,
    kind=rows.one_of(FindingKind),
    unit=rows.text,
    of=rows.text,
    reading=rows.one_of(Reading),
    source=rows.text,
    checked=rows.day,
    low=rows.number,
    high=rows.number,
    precision=_precision,
    note=rows.text,
)
