"""Peers of the forecast that need statsmodels (extra `test`): a local level and a SARIMA of the monthly share."""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from tracker.core.forecast import Peer, Series
from tracker.core.forecast.histories import Floats

SARIMA_ORIGINS = 40


def statistical_peers() -> list[Peer]:
    """These peers; none where statsmodels is not installed. SARIMA is asked at 40 origins, for a fit takes seconds."""
    if find_spec("statsmodels") is None:
        return []
    return [Peer("local level", local_level, least=4), Peer("SARIMA", sarima, least=12, at_most=SARIMA_ORIGINS)]


def local_level(series: Series, months: Sequence[int], draws: int, seed: int) -> Floats | None:
    """A random walk seen with noise (Harvey 1989), by maximum likelihood."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return _drawn(UnobservedComponents(series.shares, level="llevel"), months, draws, seed)


def sarima(series: Series, months: Sequence[int], draws: int, seed: int) -> Floats | None:
    """SARIMA (2,1,1)(1,1,1,4), as the Data Provenance Initiative forecasts its shares of robots.txt.

    Source: forecasting_util.py of Consent in Crisis (Longpre et al. 2024). As there, points are cut at 0 and 1.
    """
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return _drawn(SARIMAX(series.shares, order=(2, 1, 1), seasonal_order=(1, 1, 1, 4)), months, draws, seed)


def _drawn(model: Any, months: Sequence[int], draws: int, seed: int) -> Floats | None:
    """Draws from the normal that a fitted model gives at each horizon; None if it cannot be fitted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ahead = model.fit(disp=False).get_forecast(max(months))
        except (np.linalg.LinAlgError, ValueError):
            return None
    which = np.array(months) - 1
    mean, deviation = np.asarray(ahead.predicted_mean)[which], np.sqrt(np.asarray(ahead.var_pred_mean)[which])
    if not (np.isfinite(mean).all() and np.isfinite(deviation).all()):
        return None
    z = np.random.default_rng((seed, 2)).standard_normal(draws)
    return np.asarray(np.clip(mean[:, None] + deviation[:, None] * z, 0.0, 1.0))
