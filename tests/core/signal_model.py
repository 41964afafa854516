"""What a page signals over time by its definition: every look is kept, and every moment is asked for by itself."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tracker.core.intervals import Hold
from tracker.core.site_signals import Said, Signalled, fingerprint


class Look(NamedTuple):
    """One look of one source at a page."""

    at: int
    answers: bool
    said: frozenset[Said] = frozenset()
    rank: int = 0
    name: str = ""


class _Lane(NamedTuple):
    """What each second said, and the seconds of the looks that said nothing of it."""

    checks: dict[int, frozenset[Said]]
    failures: frozenset[int]


def expected(looks: Sequence[Look], hold: Hold, horizon: int) -> list[Signalled]:
    """All that is signalled, stretch by stretch."""
    found = _stretches(_answers(looks), looks, hold, horizon)
    if any(look.said for look in looks if not look.answers):
        found += _stretches(_prices(looks), looks, hold, horizon)
    return sorted(found, key=lambda one: (one.said, one.valid_from))


def _answers(looks: Iterable[Look]) -> _Lane:
    return _lane([look for look in looks if look.answers], [look for look in looks if not look.answers])


def _prices(looks: Iterable[Look]) -> _Lane:
    telling = [look._replace(said=frozenset()) if look.answers else look for look in looks if look.answers or look.said]
    return _lane(telling, [look for look in looks if not look.answers and not look.said])


def _lane(telling: Iterable[Look], failing: Iterable[Look]) -> _Lane:
    best: dict[int, tuple[tuple[int, bytes], frozenset[Said]]] = {}
    for look in telling:
        rival = (look.rank, fingerprint(look.said) + look.name.encode()), look.said
        best[look.at] = min(best.get(look.at, rival), rival, key=lambda one: one[0])
    return _Lane({at: said for at, (_, said) in best.items()}, frozenset(look.at for look in failing))


def _stretches(lane: _Lane, looks: Iterable[Look], hold: Hold, horizon: int) -> list[Signalled]:
    times = {look.at for look in looks}
    edges = {edge for at in times for edge in (at, at + hold.failing, at + hold.unwatched)} | {horizon}
    ordered = sorted(edge for edge in edges if edge <= horizon)
    held = {edge: _said_at(lane, edge, hold, horizon) for edge in ordered}
    found = []
    for said in frozenset[Said]().union(*lane.checks.values()):
        began: int | None = None
        for edge in ordered:
            if said in held[edge]:
                began = edge if began is None else began
            elif began is not None:
                found.append(_stretch(lane, said, began, edge))
                began = None
        if began is not None:
            found.append(_stretch(lane, said, began, None))
    return found


def _stretch(lane: _Lane, said: Said, began: int, ended: int | None) -> Signalled:
    seen = [at for at, what in lane.checks.items() if said in what and began <= at and (ended is None or at < ended)]
    return Signalled(said, began, ended, max(seen))


def _said_at(lane: _Lane, moment: int, hold: Hold, horizon: int) -> frozenset[Said]:
    earlier = [at for at in lane.checks if at <= moment]
    if not earlier:
        return frozenset()
    seen = max(earlier)
    following = min((at for at in lane.checks if at > moment), default=None)
    failed = [at for at in lane.failures if at > seen and (following is None or at < following)]
    over = seen + hold.unwatched
    if failed:
        over = min(over, max(seen + hold.failing, min(failed)))
    end = horizon if following is None else following
    return lane.checks[seen] if end <= over or moment < over else frozenset()
