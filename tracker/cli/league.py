"""The tables of `tracker agents` that need a history: who is shut out, and whom the registry lacks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from tracker.cli.output import note, print_json, print_table
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.core.agents import Agent
    from tracker.core.definitions import Definition
    from tracker.core.estimate import Denominator
    from tracker.store.query import Reader

T = TypeVar("T", bound=str)
_ONLY_WITH = {
    "definition": "--shares",
    "denominator": "--shares",
    "date": "--shares",
    "limit": "--unknown",
    "all": "--shares or --unknown",
    "panel": "--shares or --unknown",
    "database": "--shares or --unknown",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a league table is asked for; None: the default."""

    panel: str | None
    definition: str | None
    denominator: str | None
    day: str | None


def refuse_stray_options(unknown: bool, shares: bool, given: Mapping[str, Any]) -> None:
    """Raise UsageError for an option that the table asked for would pass over in silence."""
    if unknown and shares:
        raise UsageError("--unknown and --shares are two tables: ask for one of them")
    asked = "--unknown" if unknown else "--shares" if shares else "the list"
    for name, value in given.items():
        needed = _ONLY_WITH.get(name, "--shares or the list")
        if value and asked not in needed:
            raise UsageError(f"--{name} goes with {needed}, not with {asked}")


def one_of(what: str, text: str, choices: Iterable[T]) -> T:
    """The choice that `text` names; raises UsageError that lists the choices."""
    known = {str(choice): choice for choice in choices}
    if text not in known:
        raise UsageError(f"unknown {what} {text!r}, use one of: {', '.join(known) or 'none, there is none yet'}")
    return known[text]


def checked_day(option: str, text: str) -> str:
    """An ISO date; raises UsageError."""
    from tracker.reference.rows import day

    try:
        return day(text)
    except ValueError as error:
        raise UsageError(f"{option} {error}") from error


def print_shares(history: str, asked: Question, names: Collection[str] | None, every: bool, as_json: bool) -> None:
    """The league table of one panel and day; of the headline agents, all, or those of `names`."""
    from tracker.core.definitions import DEFINITIONS, HEADLINE
    from tracker.core.estimate import Denominator
    from tracker.store.figures import bounds_in_words
    from tracker.store.query import Reader

    definition = one_of("definition", asked.definition or HEADLINE, DEFINITIONS)
    kind = one_of("denominator", asked.denominator or Denominator.READABLE_OR_ABSENT, Denominator)
    day = None if asked.day is None else checked_day("--date", asked.day)
    with Reader(history) as reader:
        panels = {row["panel"]: row for row in reader.panels()}
        panel = one_of("panel", asked.panel or next(iter(panels), ""), panels)
        rows = reader.league(panel, definition, day).dicts()
        if not rows:
            raise UsageError(_no_figures(reader, panel, day))
    counted = [_counted(row, kind, bool(panels[panel]["is_sample"])) for row in rows]
    n = counted[0]["n"]
    if names is not None:
        counted = [row for row in counted if row["agent"] in names]
    if as_json:
        facts = {"panel": panel, "date": rows[0]["date"], "definition": definition, "denominator": str(kind), "n": n}
        print_json({**facts, "counted": DEFINITIONS[definition].sentence, "agents": counted})
        return
    shown = [row for row in counted if every or names is not None or row["headline"]]
    print(f"{panel} on {rows[0]['date']}: n = {n} {kind.sites} ({kind}), of {rows[0]['members']} members")
    print(f"counted: {DEFINITIONS[definition].sentence} ({definition})")
    print(f"bounds: {bounds_in_words(rows[0], kind, bool(panels[panel]['is_sample']))}")
    _print_league(shown, DEFINITIONS[definition])


def _no_figures(reader: "Reader", panel: str, day: str | None) -> str:
    agents = reader.agents()[:1]
    days = [row["date"] for row in reader.shares(panel, [agent["agent"] for agent in agents], "mentioned").dicts()]
    if not days:
        return f"panel {panel} has no figures yet: `tracker crawl --panel {panel}` makes the first"
    return f"no figures of panel {panel} on {day}, give a --date from {days[0]} to {days[-1]}"


def _counted(row: dict[str, Any], kind: "Denominator", sample: bool) -> dict[str, Any]:
    from tracker.store.figures import figure

    return {
        "agent": row["agent"],
        "operator": row["operator"],
        "purpose": row["purpose"],
        **figure(row, kind, sample),
        "existed": bool(row["agent_existed"]),
        "headline": bool(row["headline"]),
    }


def _print_league(rows: list[dict[str, Any]], definition: "Definition") -> None:
    split = () if definition.named_only else ("by name", definition.unnamed)
    columns = ("agent", "purpose", "share %", "bounds %", "n", "counted", *split, "")
    table = []
    for row in rows:
        share = "" if row["percent"] is None else f"{row['percent']:.1f}"
        bounds = "" if row["low"] is None else f"{row['low']:.1f}-{row['high']:.1f}"
        counts = [row[name] for name in ("n", "blocked", "blocked_named", "blocked_wildcard")[: 2 + len(split)]]
        remark = "" if row["existed"] else "did not exist yet"
        table.append((row["agent"], row["purpose"], share, bounds, *counts, remark))
    print_table(columns, table)


def print_unknown(
    history: str,
    registry: "tuple[Agent, ...]",
    search: str,
    panel: str | None,
    every: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """The names that files in force have and no agent has: those that sound like AI, or `every` one."""
    from tracker.core.agents import looks_like_ai
    from tracker.store.query import Reader
    from tracker.store.tokens import unknown_tokens

    most = limit if limit is not None or as_json else 50
    known = [token for agent in registry for token in agent.tokens]
    with Reader(history) as reader:
        if panel is not None:
            one_of("panel", panel, [row["panel"] for row in reader.panels()])
        found = unknown_tokens(
            reader,
            known,
            panel=panel,
            wanted=lambda token: search.lower() in token and (every or looks_like_ai(token)),
            limit=most,
        )
    if as_json:
        print_json([asdict(token) for token in found])
        return
    print_table(
        ("token", "sites", "closed to it", "first seen", "for example"),
        [(token.token, token.sites, token.closed, token.first_seen, token.example) for token in found],
    )
    if not found:
        note("no such name in the files in force; --all shows names that do not sound like AI too")
    else:
        note("is one an AI crawler? `tracker agents add TOKEN --operator … --purpose …` gives it its history")
