"""Published figures counted again: for each the panel that fits best, both shares, and why they differ."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from tracker.core.agents import Precision
from tracker.core.claims import ANY_AGENT, Claim, Obstacle
from tracker.core.definitions import HEADLINE
from tracker.core.estimate import Counts, Denominator, Share, percent
from tracker.core.nearest import did_you_mean
from tracker.core.recount import Answer, Figure, Seen, Verdict, answer, best
from tracker.errors import UsageError
from tracker.store.asking import find_panel, one_of
from tracker.store.claims import claims_fingerprint
from tracker.store.query import Reader

_FEW = 5  # claims that a wrong id is answered with
ARTICLE = ("techcrunch-top1000", "techcrunch-quarter", "techcrunch-exhaustion")
"""The claims that most readers come with."""
_CLAIM = ("claim", "publisher", "claimed_on", "precision", "agent", "claimed", "figure", "population", "definition")
_MORE = ("denominator", "counted_as", "counted_of", "reading", "source", "checked", "note")


def recounts(reader: Reader, claim: str | None = None, panel: str | None = None) -> list[dict[str, Any]]:
    """Every published figure (of one claim), oldest first, with its answer on a panel (None: the one that fits best).

    Raises UsageError for a claim or panel that the history does not know, or if it knows no claim at all.
    """
    name = None if panel is None else find_panel(reader, panel)["panel"]
    rows = reader.claims(panel=name)
    if not rows:
        raise UsageError("this history holds no published figures yet: the next crawl or import carries them over")
    if claim is not None:
        wanted = _id(claim, rows)
        rows = [row for row in rows if row["claim"] == wanted]
    ranked = reader.ranked_panels()
    panels = {row["panel"]: row | {"ranked": row["panel"] in ranked} for row in reader.panels()}
    known = {row["agent"]: row["since"] for row in reader.agents()}
    agents = reader.claimed_agents()
    made_up = "These sites are made up and say nothing of it. " if reader.about()["kind"] == "demo" else ""
    found = []
    for key, group in groupby(rows, key=lambda row: (row["claim"], row["agent"])):
        on_panels = list(group)
        figure = _figure(on_panels[0])
        counted_agents = tuple(agents.get(key, ()))
        seen = best(figure, [_seen(row, panels, counted_agents, known) for row in on_panels if row["panel"]])
        found.append(_as_row(on_panels[0], seen, answer(figure, seen), made_up))
    return found


def _id(text: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The claim of this id. Raises UsageError with those that speak of it, or else the nearest id."""
    ids = {row["claim"]: f"{row['claim']} {row['publisher']} {row['figure']}".lower() for row in rows}
    if text.lower() in ids:
        return text.lower()
    about = [one for one, said in ids.items() if text.strip() and text.lower() in said]
    few = f"{', '.join(about[:_FEW])}{f' and {len(about) - _FEW} more' if len(about) > _FEW else ''}"
    near = f"; these speak of it: {few}" if about else did_you_mean(text, ids)
    raise UsageError(f"unknown claim {text!r}{near}; `tracker claims --all` lists every claim by its id")


def of_agent(found: Sequence[dict[str, Any]], agent: str) -> list[dict[str, Any]]:
    """The figures of one agent, or of "any". Raises UsageError if no published figure is about it."""
    named = one_of("agent of published figures", agent, dict.fromkeys(row["agent"] for row in found if row["agent"]))
    return [row for row in found if row["agent"] == named]


def warnings(reader: Reader, known: Sequence[Claim]) -> list[str]:
    """What to know of all answers of this history at once: made-up sites, or figures that are not those `known`."""
    about = reader.about()
    headline = sorted(row["agent"] for row in reader.agents() if row["headline"])
    found = []
    if about["kind"] == "demo":
        found.append("DEMO: made-up sites, which say nothing of any published figure")
    if about.get("claims") != claims_fingerprint(known, headline):
        found.append(
            "the published figures are those of the Drywell that last wrote this history: the next crawl or import "
            "carries today's over"
        )
    return found


def _figure(row: Mapping[str, Any]) -> Figure:
    return Figure(
        row["agent"] or "",
        row["claimed"],
        row["population"],
        row["definition"],
        row["denominator"],
        row["counted_as"] or "",
        Denominator(row["counted_of"]),
        row["claimed_top"],
        row["claimed_category"] or "",
        Obstacle(row["obstacle"]) if row["obstacle"] else None,
        row["claimed_on"],
        Precision(row["precision"]),
    )


def _seen(
    row: Mapping[str, Any],
    panels: Mapping[str, Mapping[str, Any]],
    agents: tuple[str, ...],
    since: Mapping[str, str | None],
) -> Seen:
    panel = panels[row["panel"]]
    return Seen(
        row["panel"],
        panel["title"],
        bool(panel["is_sample"]),
        row["top"],
        row["category"] or "",
        row["date"],
        row["days"],
        row["members"],
        row["unknown"],
        _counts(row, row["blocked"]),
        _counts(row, row["blocked_ours"]),
        agents,
        None if row["agent"] in (None, ANY_AGENT) else since.get(row["agent"]),
        panel["population"] or "",
        panel["ranked"],
    )


def _counts(row: Mapping[str, Any], blocked: int | None) -> Counts | None:
    return None if blocked is None else Counts(row["members"], row["readable"], row["absent"], row["unknown"], blocked)


def _as_row(row: Mapping[str, Any], seen: Seen | None, found: Answer, made_up: str) -> dict[str, Any]:
    here = None
    if seen is not None:
        part = {"top": seen.top, "category": seen.sector or None}
        here = {"panel": seen.panel, "title": seen.title, **part, "date": seen.day, "days": seen.days}
        here |= {"members": seen.members, "agents": list(seen.agents)}
    theirs, ours = _share(found.theirs), _share(found.ours)
    return {
        **{name: row[name] for name in _CLAIM + _MORE},
        "verdict": str(found.verdict),
        "plainly": found.plainly if found.verdict is Verdict.UNCHECKED else made_up + found.plainly,
        "seen": here,
        "theirs": theirs and {"definition": row["counted_as"], "denominator": row["counted_of"], **theirs},
        "difference": found.difference,
        "ours": ours and {"definition": HEADLINE, "denominator": str(Denominator.READABLE_OR_ABSENT), **ours},
        "reasons": list(found.reasons),
    }


def _share(found: Share | None) -> dict[str, Any] | None:
    if found is None:
        return None
    interval = found.interval
    return {
        "percent": percent(found.value),
        "blocked": found.blocked,
        "n": found.n,
        "low": percent(interval.low if interval else None),
        "high": percent(interval.high if interval else None),
        "interval": None if interval is None else interval.kind,
    }
