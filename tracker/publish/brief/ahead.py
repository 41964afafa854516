"""The sections of a brief that go beyond the history: forecasts, the projection, what others published."""

from collections.abc import Iterable
from typing import Any

from tracker.publish.brief import charts
from tracker.publish.brief.blocks import (
    Block,
    Code,
    Figure,
    Fold,
    Items,
    Link,
    Listing,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
    prose,
)
from tracker.publish.brief.facts import Brief, Outcome
from tracker.publish.brief.outlook import MONTHS
from tracker.publish.brief.words import claim_day, command, day, percent, points, span

PAPER = Link("Villalobos et al. 2024", "https://arxiv.org/abs/2211.04325v2")
_FIRST, _BASE, _MISQUOTED = "epoch-2024-access", "epoch-2024", "article"


def forecast(found: Brief) -> Section:
    """How the shares will go on, or why nobody can say."""
    title, frame = "How the shares may go on", found.frame
    told = [one for one in found.forecasts if not one["refusals"]]
    silent = [one for one in found.forecasts if one["refusals"]]
    blocks: list[Block] = []
    if told:
        rows = tuple((one["agent"], percent(one["percent"]), *_ahead(one)) for one in told)
        caption = prose(
            "Forecast of the share of sites that shut the agent out: median, and 80 % interval in brackets. From "
            f"{day(frame.date)}, panel ",
            Code(frame.panel),
            f", n = {frame.n:,} {frame.of_sites}, definition ",
            Code(frame.definition),
            ". From how often sites blocked and unblocked so far (a two-state Markov panel of sites); no trend line "
            "is drawn on.",
        )
        columns = ("agent", "measured", *(f"in {months} months" if months > 1 else "in a month" for months in MONTHS))
        blocks.append(Table(caption, columns, rows))
    blocks += [
        Paragraph((f"{one['agent']}: no forecast, for {'; '.join(one['refusals'])}. What comes next is unknown.",))
        for one in silent
    ]
    broken: tuple[Text, ...] = tuple(
        prose(f"{one['agent']}, week of {day(broke['start'])}: {broke['words']}; before it another rule held.")
        for one in told
        for broke in one["breaks"]
    )
    if broken:
        blocks += [Paragraph(("Breaks in these series:",)), Items(broken)]
    if not found.forecasts:
        blocks.append(
            Paragraph(
                ("Of none of these agents anything is known at the newest look: there is nothing to go on from.",)
            )
        )
    again = tuple(command("tracker", "forecast", one["agent"], "--panel", frame.panel) for one in found.forecasts[:3])
    if again:
        blocks.append(Listing("Again", (*again, command("tracker", "backtest", "--panel", frame.panel))))
    return Section("forecast", title, tuple(blocks))


def _ahead(one: dict[str, Any]) -> Iterable[str]:
    for row in one["forecast"]:
        low, high = row["interval_80"]
        yield f"{row['median']:.1f} % ({low:.1f} to {high:.1f})"


def projection(found: Brief) -> Section:
    """The year in which text runs out, with and without what is closed, and by how much closing moves it."""
    by_id = {outcome.id: outcome for outcome in found.outcomes}
    free, closed, article = by_id[_BASE], by_id[_FIRST], by_id[_MISQUOTED]
    rows = tuple(
        (
            Code(outcome.id),
            outcome.title,
            outcome.median,
            f"{outcome.interval_80[0]} to {outcome.interval_80[1]}",
            outcome.forward or "nothing is closed in it",
            outcome.never,
        )
        for outcome in found.outcomes
    )
    meaning = (
        "The year in which one training run would use the whole accessible stock of human text, if the trends of each "
        "scenario go on. Year: median. Brought forward: by what is closed, paired draw by draw, median and 80 % "
        f"interval. {found.draws:,} draws, seed {found.seed}; inputs with sources in data/reference/scenarios.toml."
    )
    columns = ("scenario", "what it is", "year", "80 % interval", "brought forward", f"not before {free.horizon}")
    table = Table((meaning,), columns, rows)
    years = (2026, 2028, 2030, 2032, 2035, 2040)
    chances = Table(
        ("Probability that text has run out by the beginning of a year, in per cent of the draws of each scenario.",),
        ("scenario", *map(str, years)),
        tuple((Code(outcome.id), *(_chance(outcome, year) for year in years)) for outcome in found.outcomes),
    )
    drawn = Figure(
        charts.chances(found.outcomes),
        f"Four rising curves of the probability that human text has run out by a year; half is reached "
        f"{free.median} with nothing closed and {closed.median} with restrictions. Figures in the table.",
        ("All of it is assumed or forecast, nothing measured. The dashed rule is one half.",),
        chances,
    )
    blocks = (
        _honest(closed),
        _corrected(article),
        table,
        drawn,
        Items(_LIMITS),
        Listing("Again", tuple(command("tracker", "project", outcome.id) for outcome in found.outcomes)),
    )
    return Section("projection", "When the text runs out, and what closing changes of it", blocks)


def _chance(outcome: Outcome, year: int) -> float | None:
    known = dict(outcome.by_year)
    return round(100 * known[year], 1) if year in known else None


def _honest(closed: Outcome) -> Paragraph:
    years = closed.forward_years
    bold = "Weeks to months, not years" if years is not None and years[0] < 1 else "By years, under these assumptions"
    return Paragraph(
        prose(
            Strong(f"{bold}: closing brings the date forward by {closed.forward}"),
            " in scenario ",
            Code(closed.id),
            ". The date hangs on demand, not on access: growth of compute and of data sets moves it by years. What "
            "closing changes is which text is left (less news, less that is new), not when the sum of it ends.",
        )
    )


def _corrected(article: Outcome) -> Paragraph:
    return Paragraph(
        prose(
            Strong("A correction."),
            " Press articles say that human text runs out between 2026 and 2032 should the blocking go on. The paper "
            "behind these years (",
            PAPER,
            ") contains no blocking at all: it takes all indexed text as usable. With the article's own quarter of "
            f"good text closed for good, its model gives {article.median} instead of {_BASE}'s year, and what is "
            f"closed brings the date forward by {article.forward}.",
        ),
        note=True,
    )


_LIMITS: tuple[Text, ...] = (
    ("Used up does not mean that progress stops: other data, better use of data and synthetic text are not in it.",),
    ("Old copies stay where they are; how far a site that closes takes them along is an assumption.",),
    ("A share of sites is not a share of tokens: how much text closed sites hold is an assumption.",),
    ("Not all text is worth the same: sites that close are often the better written ones.",),
)

_VERDICTS = {"within": "within ours", "above": "above ours", "below": "below ours"}


def claims(found: Brief) -> Section:
    """What others published, held against this panel by their rule and by ours."""
    title, frame = "What others published, counted again", found.frame
    if not found.claims:
        return Section("claims", title, (Paragraph((found.missing["claims"],)),))
    shown = {share.agent for share in found.shares} | {"any"}
    checked = [row for row in found.claims if row["verdict"] not in ("cannot be checked", "no data")]
    counted = [row for row in checked if row["agent"] in shown]
    blocks: list[Block] = [Paragraph((_lead(frame.is_demo),))]
    if counted:
        rows = tuple(_claim(row) for row in reversed(counted))
        caption = prose(
            "Published shares (per cent) beside ours on panel ",
            Code(frame.panel),
            ", on the day with data nearest to theirs. By their rule: with their definition and denominator, as near "
            "as ours come; by ours: ",
            Code(frame.definition),
            f" of {frame.of_sites}. In brackets n, and what unknown sites leave open. Difference: by their rule, in "
            "points.",
        )
        columns = (
            "published by",
            "day",
            "agent",
            "claimed",
            "day here",
            "by their rule",
            "by ours",
            "difference",
            "it is",
        )
        blocks.append(Table(caption, columns, rows))
        blocks.append(Fold("Why they differ, figure by figure", tuple(_why(row) for row in reversed(counted))))
    unchecked = [row for row in found.claims if row["verdict"] == "cannot be checked"]
    if unchecked:
        blocks += [Paragraph(("What no panel of sites can check:",)), Items(tuple(map(_unchecked, unchecked)))]
    left = len(checked) - len(counted)
    if left:
        blocks.append(Paragraph((f"{left} more figures are about agents that are not in this brief.",)))
    blocks.append(Listing("Again", (command("tracker", "claims", "--panel", frame.panel),)))
    return Section("claims", title, tuple(blocks))


def _lead(is_demo: bool) -> str:
    made_up = " These sites are made up, so every difference is, too." if is_demo else ""
    return (
        "Most published figures are right, each for its own list, day, rule and denominator. Here each is counted "
        f"again by its own rule and by ours; what is left between is list, day and unknown sites.{made_up}"
    )


def _claim(row: dict[str, Any]) -> tuple[Any, ...]:
    verdict = _VERDICTS.get(row["verdict"], row["verdict"])
    who = (row["publisher"], claim_day(row), row["agent"], f"{row['claimed']:g} %", row["seen"]["date"])
    return (*who, _share(row["theirs"]), _share(row["ours"]), points(row["difference"]), verdict)


def _share(share: dict[str, Any] | None) -> str | None:
    if share is None or share["percent"] is None:
        return None
    open_ = "" if share["low"] == share["high"] else f"; {span(share['low'], share['high'])}"
    return f"{share['percent']:.1f} % (n = {share['n']:,}{open_})"


def _why(row: dict[str, Any]) -> Text:
    said = f", {row['agent']} {row['claimed']:g} % (" if row["agent"] else " ("
    head = prose(Strong(row["publisher"]), f", {claim_day(row)}{said}", _source(row["source"]), "): ")
    return (*head, "; ".join(row["reasons"]), ".")


def _source(source: str) -> str | Link:
    """Where it was published; a link if it is nothing but an address."""
    return Link(source, source) if source.startswith("https://") and " " not in source else source


def _unchecked(row: dict[str, Any]) -> Text:
    return (Strong(row["publisher"]), f", {claim_day(row)}: “{row['figure']}”. ", "; ".join(row["reasons"]), ".")
