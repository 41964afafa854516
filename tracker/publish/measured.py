"""A scenario of the projection from a history: its restricted share as measured, and where it goes as forecast.

What is not forecast is held where it was seen: nobody has seen it fall or rise. What a history cannot say stays as the
scenario has it, and the notes say so.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from tracker.core.dates import decimal_year
from tracker.core.definitions import DEFINITIONS
from tracker.core.distributions import Uniform, Value, beta_like, lognormal_like
from tracker.core.estimate import percent, wilson
from tracker.core.forecast import fit
from tracker.core.scenarios import AccessLayer
from tracker.core.tokens import Layer, Restricted, TermsReading, head_tail, point, restricted
from tracker.errors import UsageError
from tracker.publish.projection import retitled
from tracker.publish.tokens import Looked, figures
from tracker.reference.scenarios import NamedScenario, Origin
from tracker.store.query import Reader

WIDE = 0.02
"""Bounds further apart than this are taken as they are: what lies between them, nobody knows."""
_DRAWS = 20_000
_FASTEST = 10.0  # a year: what settles within weeks has settled
FEW = 30
"""A share by tokens that is as sure as that of fewer sites hangs on single ones."""
_ACCESS = {Layer.ROBOTS: AccessLayer.ROBOTS, Layer.TERMS: AccessLayer.TERMS, Layer.EITHER: AccessLayer.UNION}
_LAYER_WORDS = {Layer.ROBOTS: "robots.txt", Layer.TERMS: "terms", Layer.EITHER: "robots.txt or terms"}
_RESTRICTS = {
    TermsReading.TRAINING: "terms that forbid AI training",
    TermsReading.CRAWLING: "terms that forbid AI training or scraping",
}


@dataclass(frozen=True, slots=True)
class Tail:
    """The text beyond the panel: the share of a corpus that stands on it (`head_share`), and what `rate` restricts.

    Both are the user's; `rate` is the restricted share of all other text.
    """

    head_share: float
    rate: float

    def whole(self, head: float) -> float:
        """The restricted share of the corpus, from that of the panel."""
        return head_tail(self.head_share, head, self.rate)


@dataclass(frozen=True, slots=True)
class Measured:
    """A scenario with what was measured in it, the figures behind that (JSON-able), and what to say of it."""

    chosen: NamedScenario
    facts: dict[str, Any]
    notes: list[str]


def measured(
    reader: Reader, base: NamedScenario, looked: Looked, layer: Layer = Layer.ROBOTS, tail: Tail | None = None
) -> Measured:
    """`base` with the restricted share that a panel shows to an agent in a layer, by tokens if `looked` has counts.

    restricted_share is the share of the known weight (in either layer the middle of its bounds), or, where the bounds
    by the unknown are wider than `WIDE`, anything between them; with tokens and no tail, a sample of all text, anything
    in Wilson's interval about them. observed_year is the day it was seen; token_weight 1 if the weights are tokens.
    long_run_share and settling_rate are the forecaster's where robots.txt was measured and there is history enough;
    either layer then closes on top the share that terms alone close now. Without a forecast the share is held. Raises
    UsageError if nothing is known in the layer.
    """
    seen = _seen(looked, layer, tail)
    values, origins = _inputs_of(looked, seen)
    ahead = _ahead(reader, looked, layer, tail)
    where = f"{looked.agent}, panel {looked.panel}, {looked.day}"
    chosen = replace(
        base,
        title=retitled(base.title, f"measured here: {seen.words} by {_LAYER_WORDS[layer]}, {where}"),
        scenario=replace(base.scenario, access=_ACCESS[layer], **values, **ahead.values),
        origins={**base.origins, **origins, **ahead.origins},
    )
    facts = {
        "agent": looked.agent,
        "panel": looked.panel,
        "date": looked.day,
        "layer": str(layer),
        "definition": looked.definition,
        "terms": str(looked.reading),
        "weights": "sites" if looked.counts is None else "tokens",
        "of_panel": figures(seen.of_panel, layer),
        "tail": None if tail is None else {"head_share": tail.head_share, "rate": tail.rate},
        "stands_for_all": None if seen.sample is None else seen.sample.facts,
        "percent": percent(seen.share),
        "low": percent(seen.low),
        "high": percent(seen.high),
        "uniform": seen.is_wide,
        "forecast": not ahead.why_not,
        "forecast_refused": list(ahead.why_not),
        "inputs": {name: _plain(getattr(chosen.scenario, name)) for name in (*values, *ahead.values)},
    }
    return Measured(chosen, facts, [*_notes(seen, facts), *ahead.notes])


@dataclass(frozen=True, slots=True)
class _Sample:
    """Sites with tokens that stand for all text, for want of a tail: `effective` equal ones would say as much."""

    file: str
    sites: int
    panel: int
    effective: float

    @property
    def facts(self) -> dict[str, Any]:
        return {"sites": self.sites, "of": self.panel, "effective": round(self.effective, 1)}

    @property
    def warning(self) -> str:
        part = f"{self.sites:,} of {self.panel:,} sites of the panel ({100 * self.sites / self.panel:.1f} %)"
        return (
            f"WARNING: {self.file} has tokens of {part}, as sure as {self.effective:.1f} equal sites; without "
            "--head-share and --tail-rate their text stands for all text, as a sample that small"
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """The restricted share (of all tokens if there is a tail) with its bounds, that of the panel, and its words.

    sample: what the bounds are a sample of text of, if they are.
    """

    share: float
    low: float
    high: float
    of_panel: Restricted
    said: str
    sample: _Sample | None = None

    @property
    def is_wide(self) -> bool:
        return self.high - self.low > WIDE

    @property
    def words(self) -> str:
        """`20.3 %`, `56.8 to 63.6 %`."""
        low, high = 100 * self.low, 100 * self.high
        return f"{low:.1f} to {high:.1f} %" if self.is_wide else f"{100 * self.share:.1f} %"

    @property
    def note(self) -> str:
        """Why it is uniform, where it is."""
        if not self.is_wide:
            return ""
        if self.sample is None:
            return "Bounds by the unknown, wide apart: uniform."
        return "Wilson's interval (95 %) of so few effective sites, about the bounds by the unknown: uniform."


def _seen(looked: Looked, layer: Layer, tail: Tail | None) -> _Seen:
    """The share with its bounds. Raises UsageError if nothing is known in the layer."""
    found = looked.restricted(layer)
    bounds = found.bounds
    if bounds is None or not found.known or (layer is Layer.EITHER and not looked.restricted(Layer.TERMS).known):
        raise UsageError(_nothing(looked, layer))
    known = point(found, layer)
    # Either layer closes no less than robots.txt does, of which the known sites may stand for the others.
    share = max(bounds.middle, looked.restricted(Layer.ROBOTS).value or 0.0) if known is None else known
    said = _said(looked, layer, found)
    if tail is not None:
        share, low, high = (tail.whole(each) for each in (share, bounds.low, bounds.high))
        return _Seen(share, low, high, found, f"{said}; {_tail_words(tail)}")
    if looked.counts is None:
        return _Seen(share, bounds.low, bounds.high, found, said)
    # All that weigh something, known or not: the same in every layer, so that the wider layer has the higher bounds.
    effective = restricted((looked.weight(site), False) for site in looked.sites).effective
    lowest, highest = (wilson(end * effective, effective) for end in (bounds.low, bounds.high))
    sample = _Sample(looked.counts.source, found.sites, len(looked.sites), effective)
    return _Seen(share, lowest.low, highest.high, found, said, sample)


def _inputs_of(looked: Looked, seen: _Seen) -> tuple[dict[str, Any], dict[str, Origin]]:
    """What the share of today sets in a scenario, with origins."""
    values: dict[str, Any] = {
        "restricted_share": Uniform(seen.low, seen.high) if seen.is_wide else seen.share,
        "observed_year": round(decimal_year(date.fromisoformat(looked.day)), 3),
    }
    origins = {
        "restricted_share": Origin("share", seen.said, looked.day, seen.note),
        "observed_year": Origin("year", "The day of restricted_share", looked.day),
    }
    if looked.counts is not None:
        values["token_weight"] = 1.0
        origins["token_weight"] = Origin("x", "None: restricted_share is a share of tokens already", looked.day)
    return values, origins


def _plain(value: Value | None) -> Any:
    return value if value is None or isinstance(value, int | float) else value.as_dict()


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Where the share goes and how fast, with origins, and a sentence for each; or why it is not forecast."""

    values: dict[str, Value | None]
    origins: dict[str, Origin]
    notes: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()


def _ahead(reader: Reader, looked: Looked, layer: Layer, tail: Tail | None) -> _Ahead:
    """The forecast of what a layer closes, or the share held where it is."""
    if layer is Layer.TERMS:
        return _held(looked, ("only robots.txt is forecast, not terms",))
    histories = reader.site_histories(looked.agent, looked.panel, looked.definition)
    if not histories.known(np.array([histories.until])).any():
        return _held(looked, (f"{looked.agent} was not documented yet on {looked.day}: only what * says is counted",))
    fitted = fit(histories)
    if fitted.refusals:
        return _held(looked, fitted.refusals)
    long_run, rate = fitted.settling(_DRAWS)
    blocks, unblocks = (round(one.events, 1) for one in (fitted.evidence.blocks, fitted.evidence.unblocks))
    events = f"{blocks:g} blocks and {unblocks:g} unblocks in {fitted.weeks:.0f} weeks"
    if fitted.breaks:
        events += " (those before a break in part)"
    source = f"Forecast of panel {looked.panel} for {looked.agent}: {events}"
    note = "Beta with mean and variance of the posterior's draws."
    if layer is Layer.EITHER:
        further = _by_terms_alone(looked)
        # What terms are known to close stays closed, whatever becomes of robots.txt.
        closed = looked.restricted(Layer.TERMS).bounds
        long_run = np.clip(long_run + further, 0.0 if closed is None else closed.low, 1.0)
        source += f" of robots.txt; terms alone close the same further {100 * further:.1f} points as now"
    if tail is not None:
        long_run = tail.head_share * long_run + (1 - tail.head_share) * tail.rate
        note += " The tail stays."
    values: dict[str, Value | None] = {
        "long_run_share": beta_like(long_run),
        "settling_rate": lognormal_like(np.minimum(rate, _FASTEST)),
    }
    origins = {
        "long_run_share": Origin("share", source, looked.day, note),
        "settling_rate": Origin("1/y", source, looked.day, "Sum of both hazards, matched by a lognormal."),
    }
    low, middle, high = (100 * float(share) for share in np.quantile(long_run, (0.1, 0.5, 0.9)))
    slow, usual, fast = (float(each) for each in np.quantile(rate, (0.1, 0.5, 0.9)))
    where = f"In the long run (long_run_share) {middle:.1f} %, 80 % interval {low:.1f} to {high:.1f} %"
    how_fast = f"at a rate (settling_rate) of {usual:.2f} a year, {slow:.2f} to {fast:.2f}"
    notes = [f"{source}. {where}; {how_fast}"]
    if looked.counts is not None:
        notes.append(
            "that forecast is of sites, whose weights have no part in it: the share by tokens moves towards it"
        )
    return _Ahead(values, origins, tuple(notes))


def _held(looked: Looked, why: tuple[str, ...]) -> _Ahead:
    """The measured share, then as now."""
    reasons = "; ".join(why)
    origin = Origin("share", f"None: held where it was measured, for it is not forecast: {reasons}", looked.day)
    note = f"the measured share is held where it is (long_run_share none), for it is not forecast: {reasons}"
    return _Ahead({"long_run_share": None}, {"long_run_share": origin}, (note,), why)


def _by_terms_alone(looked: Looked) -> float:
    """What terms close beyond robots.txt: the middle of the bounds of either less that of robots.txt."""
    return max(_middle(looked, Layer.EITHER) - _middle(looked, Layer.ROBOTS), 0.0)


def _middle(looked: Looked, layer: Layer) -> float:
    bounds = looked.restricted(layer).bounds
    return 0.0 if bounds is None else bounds.middle


def _said(looked: Looked, layer: Layer, found: Restricted) -> str:
    """In words what was counted, where and when, of how many."""
    robots = f"{DEFINITIONS[looked.definition].sentence} ({looked.definition})"
    terms = _RESTRICTS[looked.reading]
    counted = {Layer.ROBOTS: robots, Layer.TERMS: terms, Layer.EITHER: f"{robots}, or {terms}"}[layer]
    weights, sites = "by site", "sites"
    if looked.counts is not None:
        weights = f"by tokens of {looked.counts.source} ({looked.counts.column})"
        sites = "sites with tokens"
    n = f"n = {found.known:,} of {found.sites:,} {sites}"
    return f"Measured: {looked.agent}, panel {looked.panel}, {looked.day}, {weights}, {n}: {counted}"


def _tail_words(tail: Tail) -> str:
    return f"{100 * tail.head_share:g} % of the tokens there, {100 * tail.rate:g} % restricted of the rest (given)"


def _nothing(looked: Looked, layer: Layer) -> str:
    if layer is Layer.ROBOTS:
        known = f"nothing is known of {looked.agent} in panel {looked.panel} on {looked.day}"
        return f"{known}: crawl it again, or choose another --panel"
    known = f"no terms of panel {looked.panel} are known"
    return f"{known}: `tracker crawl --round weekly` looks at terms, `tracker terms read` reads them; or --layer robots"


def _notes(seen: _Seen, facts: dict[str, Any]) -> list[str]:
    bounds = f"{100 * seen.low:.1f} to {100 * seen.high:.1f} %"  # not of a figure rounded before: as in the title
    why = "so few sites stand for all text" if seen.sample else "so much is unknown"
    figure = f"anything from {bounds}, for {why}" if seen.is_wide else f"{100 * seen.share:.1f} %"
    if not seen.is_wide and seen.low != seen.high:
        figure += f" (bounds {bounds})"
    if facts["tail"]:
        figure += f" of all tokens; of the panel's {facts['of_panel']['low']:.1f} to {facts['of_panel']['high']:.1f} %"
    found = [] if seen.sample is None else [seen.sample.warning]
    found.append(f"{seen.said}. Closed (restricted_share): {figure}")
    if seen.share == 0 and not seen.is_wide:
        found.append("a share (restricted_share) of 0 closes nothing in this scenario, now or later")
    if facts["weights"] == "sites":
        found.append(
            "sites are not tokens: an assumed factor (token_weight) turns one into the other, or "
            "`tracker project --measured --tokens FILE` counts"
        )
    elif facts["tail"] and facts["of_panel"]["effective"] < FEW:
        found.append(
            f"the tokens make it as sure as {facts['of_panel']['effective']:g} equal sites, so the largest decide"
        )
    return found
