"""The sections of a brief that look ahead: forecasts of shares, and the projection."""

from collections.abc import Iterable
from typing import Any

from tracker.core.forecast.breaks import Cause
from tracker.publish.brief import charts
from tracker.publish.brief.blocks import (
    Block,
    Code,
    Figure,
    Items,
    Link,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
    prose,
)
from tracker.publish.brief.facts import Brief, Measured, Outcome, Tested
from tracker.publish.brief.words import again, command, day, percent, sentence, sites, span, ticked

PAPER = Link("Villalobos et al. 2024", "https://arxiv.org/abs/2211.04325v2")
_MEANT = 80
_SAID = "DEMO:"
"""How the warning begins that the whole brief gives at its top."""
_ARTICLE = "TechCrunch's article on synthetic data (2024; reprint of December 2024)"
_FIRST, _BASE, _MISQUOTED = "epoch-2024-access", "epoch-2024", "article"


def forecast(found: Brief) -> Section:
    """How the shares will go on, or why nobody can say."""
    title, frame = "How the shares may go on", found.frame
    if not found.forecasts:
        return Section("forecast", title, (Paragraph(ticked(found.missing["forecast"])),))
    told = [one for one in found.forecasts if not one["refusals"]]
    silent = [one for one in found.forecasts if one["refusals"]]
    blocks: list[Block] = []
    if told:
        rows = tuple((one["agent"], percent(one["percent"]), one["known"], *_ahead(one)) for one in told)
        caption = prose(
            "Forecast of the share of sites that shut the agent out: median, and 80 % interval in brackets. From "
            f"{day(told[0]['date'])}, panel ",
            Code(frame.panel),
            f", of the {frame.of_sites} (n), definition ",
            Code(frame.definition),
            ". From how often sites blocked and unblocked so far (a two-state Markov panel of sites); no trend line "
            "is drawn on.",
        )
        columns = (
            "agent",
            "measured",
            "n",
            *map(_by, told[0]["forecast"]),
        )
        blocks += [Table(caption, columns, rows), _trust(found.tested, told[0])]
    blocks += [
        Paragraph((f"{one['agent']}: {warning}.",))
        for one in told
        for warning in one["warnings"]
        if not warning.startswith(_SAID)
    ]
    blocks += [
        Paragraph((f"{one['agent']}: no forecast, for {'; '.join(one['refusals'])}. What comes next is unknown.",))
        for one in silent
    ]
    broken: tuple[Text, ...] = tuple(
        prose(f"{one['agent']}, from {day(broke['start'])} on: {broke['words']}; before it another rule held.")
        for one in told
        for broke in one["breaks"]
        if broke["cause"] != Cause.LAUNCH or broke["events"] >= 1
    )
    if broken:
        blocks += [Paragraph(("Breaks in these series:",)), Items(broken)]
    test = command("tracker", "backtest", "--panel", frame.panel)
    lines = tuple(command("tracker", "forecast", one["agent"], "--panel", frame.panel) for one in found.forecasts[:3])
    blocks.append(again(*lines, test, more=", the last of them in some minutes"))
    return Section("forecast", title, tuple(blocks))


def _by(row: dict[str, Any]) -> str:
    """`by 2024-10-14, 3 months`."""
    return f"by {row['date']}, {_months(row)}"


def _trust(tested: Tested, first: dict[str, Any]) -> Paragraph:
    """How far to trust the intervals, by the backtest that ships with the release: of all agents, and of the first."""
    months, inside, numbers = zip(*tested.inside, strict=True)
    too_narrow = (
        " They are too narrow: beyond one month take them for the least of how unsure it is."
        if min(inside) < _MEANT
        else ""
    )
    return Paragraph(
        prose(
            Strong("How far to trust it."),
            f" In the test of docs/method.md ({tested.panel}, {sites(tested.sites)}, {day(tested.first_day)} to "
            f"{day(tested.last_day)}) the {_MEANT} % intervals held {_row(f'{one:.0f}' for one in inside)} % of what "
            f"came {_row(map(str, months))} months later, of {_row(map(str, numbers))} forecasts.{too_narrow}"
            f"{_own(first)} By agent: ",
            Code("tracker forecast"),
            ".",
        ),
        note=True,
    )


def _own(one: dict[str, Any]) -> str:
    """How the intervals of one agent held, where that agent was in the test."""
    tested = one["tested"]
    if tested is None or tested["agent"] is None:
        return ""
    held = [f"{row['inside_80']} of {row['n']} at {_months(row)}" for row in tested["months"] if row["n"]]
    untested = [str(row["months"]) for row in tested["months"] if not row["n"]]
    silent = f"; none could be tested at {_row(untested)} months" if untested else ""
    return f" Those of {one['agent']} alone held {_row(held)}{silent}." if held else ""


def _months(row: dict[str, Any]) -> str:
    return f"{row['months']} month{'s' * (row['months'] > 1)}"


def _row(parts: Iterable[str]) -> str:
    *some, last = parts
    return f"{', '.join(some)} and {last}" if some else last


def _ahead(one: dict[str, Any]) -> Iterable[str]:
    for row in one["forecast"]:
        low, high = row["interval_80"]
        yield f"{row['median']:.1f} % ({low:.1f} to {high:.1f})"


def projection(found: Brief) -> Section:
    """The year in which text runs out, with and without what is closed, and by how much closing moves it."""
    by_id = {outcome.id: outcome for outcome in found.outcomes}
    free, closed, article = by_id[_BASE], by_id[_FIRST], by_id[_MISQUOTED]
    measured = (found.measured.outcome,) if found.measured else ()
    rows = tuple(
        (
            Strong(outcome.id) if outcome in measured else Code(outcome.id),
            outcome.title,
            outcome.median,
            outcome.interval_80,
            outcome.forward or "nothing is closed in it",
            outcome.never,
        )
        for outcome in (free, *measured, *(one for one in found.outcomes if one is not free))
    )
    meaning = (
        "The year in which one training run would use the whole accessible stock of human text, if the trends of each "
        "scenario go on. Year: median. Brought forward: by what is closed, paired draw by draw, median and 80 % "
        f"interval. {found.draws:,} draws, seed {found.seed}; inputs with sources in data/reference/scenarios.toml."
    )
    columns = ("scenario", "what it is", "year", "80 % interval", "brought forward", f"not before {free.horizon}")
    table = Table((meaning,), columns, rows)
    years = (2025, 2027, 2029, 2031, 2034, 2040)
    chances = Table(
        ("Probability that text has run out by the end of a year, in per cent of the draws of each scenario.",),
        ("scenario", *map(str, years)),
        tuple((Code(outcome.id), *(_chance(outcome, year) for year in years)) for outcome in found.outcomes),
    )
    drawn = Figure(
        charts.chances(found.outcomes),
        f"Four rising curves of the probability that human text has run out by the first day of a year; half is "
        f"reached {free.median} with nothing closed and {closed.median} with restrictions. Figures in the table.",
        (f"All of it is assumed or forecast{_not_drawn(found)}. The end of 2028 is 1 January 2029. Dashed: one half.",),
        chances,
    )
    blocks = (
        _honest(found, closed),
        _corrected(article, free),
        table,
        *(_taken(found.measured) if found.measured else ()),
        drawn,
        _anchors(found),
        Items(_LIMITS),
        again(*_again(found, closed)),
    )
    return Section("projection", "When the text runs out, and what closing changes of it", blocks)


def _not_drawn(found: Brief) -> str:
    return f"; the row “{found.measured.outcome.id}” is not drawn" if found.measured else ""


def _taken(measured: Measured) -> tuple[Paragraph, Items]:
    lead = f"What the row “{measured.outcome.id}” takes from this panel; all else in it is that of "
    notes = tuple((*ticked(sentence(note)), ".") for note in measured.notes)
    return Paragraph((lead, Code(measured.scenario), ":")), Items(notes)


def _again(found: Brief, closed: Outcome) -> Iterable[str]:
    yield "tracker project --compare"
    yield command("tracker", "project", closed.id, "--inputs")
    if found.measured:
        frame = found.frame
        yield command("tracker", "project", "--measured", "--agent", found.measured.agent, "--panel", frame.panel)


def _anchors(found: Brief) -> Table:
    rows = tuple((one.title, one.median, one.interval_80, one.never) for one in found.anchors)
    caption = (
        "The same with other readings of demand and nothing closed: this moves the year by more than closing does."
    )
    return Table((caption,), ("largest training set, and its growth", "year", "80 % interval", "never"), rows)


def _chance(outcome: Outcome, year: int) -> float | None:
    known = dict(outcome.by_year)
    return round(100 * known[year], 1) if year in known else None


def _honest(found: Brief, closed: Outcome) -> Paragraph:
    """By how much closing moves the date: first as the panel shows it, then as the scenario assumes it."""
    here = found.measured
    if here is None or here.outcome.forward is None:
        nothing = f"This panel closes nothing to {here.agent}, which moves nothing. " if here else ""
        first = prose(
            nothing,
            Strong(f"{_scale(closed)} brings the date forward by {closed.forward}"),
            *_assumed(closed),
        )
    else:
        made_up = " These sites are made up, and so is this." if found.frame.is_demo else ""
        first = prose(
            Strong(
                f"{_scale(here.outcome)} as this panel does to {here.agent}, {_share_here(here)} on {day(here.date)}, "
                f"brings the date forward by {here.outcome.forward}"
            ),
            f".{made_up} Only that share is counted; what follows from it is forecast or assumed. The scenario "
            f"on others' figures gives {closed.forward}",
            *_assumed(closed),
            _why_more(here.outcome, closed),
        )
    rest = (
        ". The date hangs on demand, not on access: growth of compute and of data sets moves it by years. What "
        "closing changes is which text is left (less news, less that is new), more than when the sum of it ends."
    )
    return Paragraph((*first, rest))


def _scale(outcome: Outcome) -> str:
    years = outcome.forward_years
    return "Weeks to months, not years: closing" if years is not None and years[2] < 1 else "Closing"


def _why_more(here: Outcome, closed: Outcome) -> str:
    """Why a smaller share moves the year by no less, where it does: it stood earlier, and may yet rise."""
    if None in (here.restricted, closed.restricted, here.forward_years, closed.forward_years):
        return ""
    less = here.restricted < closed.restricted and here.forward_years[0] >= closed.forward_years[0]
    if not less or here.observed is None or closed.observed is None or here.observed >= closed.observed:
        return ""
    rises = here.long_run is not None and here.long_run > here.restricted
    ahead = " and is forecast to rise" if rises else ""
    return (
        f": less is closed here, but it stood in {int(here.observed)} already{ahead}; the scenario reaches its share "
        f"only in {int(closed.observed)}"
    )


def _share_here(here: Measured) -> str:
    if here.uniform:
        return f"anything from {span(here.low, here.high)} of {sites(here.sites)}"
    return f"{percent(here.percent)} of {sites(here.known)}"


def _assumed(closed: Outcome) -> Text:
    return (" with ", f"{closed.restricted:g} % closed (scenario ", Code(closed.id), ")")


def _corrected(article: Outcome, free: Outcome) -> Paragraph:
    return Paragraph(
        prose(
            Strong("A correction."),
            " Epoch's paper (",
            PAPER,
            f") contains no blocking: its 2026 to 2032 take all indexed text as usable. {_ARTICLE} has these years "
            "follow from blocking, which is wrong. With the article's own quarter of good text closed for good and to "
            f"everybody, the paper's model gives {article.median} in place of {free.median}: closing brings the date "
            f"forward by {article.forward}.",
        ),
        note=True,
    )


_LIMITS: tuple[Text, ...] = (
    ("Used up does not mean that progress stops: other data, better use of data and synthetic text are not in it.",),
    ("Old copies stay where they are; how far a site that closes takes them along is an assumption.",),
    ("A share of sites is not a share of tokens: how much text closed sites hold is an assumption.",),
    ("Not all text is worth the same: sites that close are often the better written ones.",),
)
