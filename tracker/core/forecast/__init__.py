"""How the share of sites that shuts an agent out will go on, from what the sites did so far.

Not a curve through the share but a two-state Markov panel of sites: an open site blocks at one hazard, a blocked one
reopens at another, both with the posterior that events and site-days give, and with a shock for a regime that changes.

    fitted = fit(histories)                  # or fit([(site, at, blocked), …])
    fitted.forecast([3, 6]).interval(0.8)    # or, under 26 weeks or 5 events, a fan of kind assumed
    fit(Histories.of_observations(looks).launched(moment))   # the quarter after a launch is not extrapolated
    backtest({"GPTBot": histories}).table()

The rules, with what they rest on, are in docs/method.md.
"""

from tracker.core.forecast.backtesting import Backtest, backtest
from tracker.core.forecast.breaks import Break, Cause, Evidence
from tracker.core.forecast.fitting import Fit, Forecast, Kind, fit
from tracker.core.forecast.hazards import MONTH, Count, Gamma, Prior, shared_prior, two_state
from tracker.core.forecast.histories import Histories, Observation, Stretch
from tracker.core.forecast.peers import DRIFT, PERSISTENCE, Peer, Series

__all__ = [
    "DRIFT",
    "MONTH",
    "PERSISTENCE",
    "Backtest",
    "Break",
    "Cause",
    "Count",
    "Evidence",
    "Fit",
    "Forecast",
    "Gamma",
    "Histories",
    "Kind",
    "Observation",
    "Peer",
    "Prior",
    "Series",
    "Stretch",
    "backtest",
    "fit",
    "shared_prior",
    "two_state",
]
