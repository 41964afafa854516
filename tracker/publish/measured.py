"""A scenario of the projection from a history: its restricted share as measured, and where it goes as forecast.

What a history cannot say stays as the scenario has it, and the notes say so.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from tracker.core.dates import decimal_year
from tracker.core.definitions import DEFINITIONS
from tracker.core.distributions import Uniform, Value, beta_like, lognormal_like
from tracker.core.estimate import percent
from tracker.core.forecast import fit
from tracker.core.scenarios import AccessLayer
from tracker.core.tokens import Layer, Restricted, TermsReading, head_tail, point
from tracker.errors import UsageError
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
    by the unknown are wider than `WIDE`, anything between them; observed_year the day it was seen; token_weight 1 if
    the weights are tokens. long_run_share and settling_rate are the forecaster's, if robots.txt was measured and there
    is history enough. Raises UsageError if nothing is known in the layer.
    """
    now = _now(looked, layer, tail)
    values, origins = _inputs_of(looked, now)
    moving, moving_origins, why_not = _moving(reader, looked, layer, tail)
    chosen = replace(
        base,
        title=f"{base.title} (history of {looked.day})",
        scenario=replace(base.scenario, access=_ACCESS[layer], **values, **moving),
        origins={**base.origins, **origins, **moving_origins},
    )
    facts = {
        "agent": looked.agent,
        "panel": looked.panel,
        "date": looked.day,
        "layer": str(layer),
        "definition": looked.definition,
        "terms": str(looked.reading),
        "weights": "sites" if looked.counts is None else "tokens",
        "of_panel": figures(now.of_panel, layer),
        "tail": None if tail is None else {"head_share": tail.head_share, "rate": tail.rate},
        "percent": percent(now.share),
        "low": percent(now.low),
        "high": percent(now.high),
        "uniform": now.is_wide,
        "forecast": not why_not,
        "forecast_refused": why_not,
        "inputs": {name: _plain(getattr(chosen.scenario, name)) for name in (*values, *moving)},
    }
    return Measured(chosen, facts, _notes(now, facts))


@dataclass(frozen=True, slots=True)
class _Now:
    """The restricted share (of all tokens if there is a tail) with its bounds, that of the panel, and its words."""

    share: float
    low: float
    high: float
    of_panel: Restricted
    said: str

    @property
    def is_wide(self) -> bool:
        return self.high - self.low > WIDE


def _now(looked: Looked, layer: Layer, tail: Tail | None) -> _Now:
    found = looked.restricted(layer)
    bounds, terms = found.bounds, looked.restricted(Layer.TERMS)
    if bounds is None or not found.known or (layer is Layer.EITHER and not terms.known):
        raise UsageError(_nothing(looked, layer))
    known, said = point(found, layer), _said(looked, layer, found)
    share = (bounds.low + bounds.high) / 2 if known is None else known
    if tail is None:
        return _Now(share, bounds.low, bounds.high, found, said)
    share, low, high = (tail.whole(each) for each in (share, bounds.low, bounds.high))
    return _Now(share, low, high, found, f"{said}; {_tail_words(tail)}")


def _inputs_of(looked: Looked, now: _Now) -> tuple[dict[str, Any], dict[str, Origin]]:
    """What the share of today sets in a scenario, with origins."""
    note = "Bounds by the unknown, wide apart: uniform." if now.is_wide else ""
    values: dict[str, Any] = {
        "restricted_share": Uniform(now.low, now.high) if now.is_wide else now.share,
        "observed_year": round(decimal_year(date.fromisoformat(looked.day)), 3),
    }
    origins = {
        "restricted_share": Origin("share", now.said, looked.day, note),
        "observed_year": Origin("year", "The day of restricted_share", looked.day),
    }
    if looked.counts is not None:
        values["token_weight"] = 1.0
        origins["token_weight"] = Origin("x", "None: restricted_share is a share of tokens already", looked.day)
    return values, origins


def _plain(value: Value) -> Any:
    return value if isinstance(value, int | float) else value.as_dict()


def _moving(
    reader: Reader, looked: Looked, layer: Layer, tail: Tail | None
) -> tuple[dict[str, Value], dict[str, Origin], list[str]]:
    """Where the share goes and how fast, with origins; or why nobody can say."""
    if layer is not Layer.ROBOTS:
        return {}, {}, [f"only robots.txt is forecast, not {layer}"]
    histories = reader.site_histories(looked.agent, looked.panel, looked.definition)
    if not histories.known(np.array([histories.until])).any():
        return {}, {}, [f"{looked.agent} was not documented yet on {looked.day}: only what * says is counted"]
    fitted = fit(histories)
    if fitted.refusals:
        return {}, {}, list(fitted.refusals)
    long_run, rate = fitted.settling(_DRAWS)
    if tail is not None:
        long_run = tail.head_share * long_run + (1 - tail.head_share) * tail.rate
    events = f"{fitted.evidence.blocks.events:g} blocks and {fitted.evidence.unblocks.events:g} unblocks"
    source = f"Forecast of panel {looked.panel} for {looked.agent}: {events} in {fitted.weeks:.0f} weeks"
    note = "Beta with mean and variance of the posterior's draws."
    origins = {
        "long_run_share": Origin("share", source, looked.day, note if tail is None else f"{note} The tail stays."),
        "settling_rate": Origin("1/y", source, looked.day, "Sum of both hazards, matched by a lognormal."),
    }
    moving: dict[str, Value] = {
        "long_run_share": beta_like(long_run),
        "settling_rate": lognormal_like(np.minimum(rate, _FASTEST)),
    }
    return moving, origins, []


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


def _notes(now: _Now, facts: dict[str, Any]) -> list[str]:
    bounds = f"{facts['low']:.1f} to {facts['high']:.1f} %"
    figure = f"anything from {bounds}, for so much is unknown" if facts["uniform"] else f"{facts['percent']:.1f} %"
    if not facts["uniform"] and facts["low"] != facts["high"]:
        figure += f" (bounds {bounds})"
    if facts["tail"]:
        figure += f" of all tokens; of the panel's {facts['of_panel']['low']:.1f} to {facts['of_panel']['high']:.1f} %"
    found = [f"{now.said}. restricted_share: {figure}"]
    if now.share == 0 and not facts["uniform"]:
        found.append("a restricted_share of 0 closes nothing in this scenario, now or later")
    if facts["weights"] == "sites":
        found.append(
            "sites are not tokens: token_weight of the scenario turns one into the other (--tokens FILE counts)"
        )
    elif facts["of_panel"]["effective"] < FEW:
        found.append(
            f"the tokens make it as sure as {facts['of_panel']['effective']:g} equal sites, so the largest decide"
        )
    if facts["forecast_refused"]:
        why = "; ".join(facts["forecast_refused"])
        found.append(f"long_run_share and settling_rate are the scenario's own, not forecast: {why}")
    return found
