"""How often each target is asked for, when failures are tried again: what the settings say, as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core.visits import Target
from tracker.schedule.durations import seconds_of, words_of
from tracker.schedule.timetable import Timetable
from tracker.settings import Settings

HOUR = 3_600
RECHECK = HOUR
"""Seconds after the end of a suspect crawl when the sites that flipped are asked again."""

AGAIN = HOUR // 2
"""Seconds after the end of a round that no site answered when it is tried anew: an hourly tick does not miss it."""

NEVER = "never"
_LONGEST = 366 * 24 * HOUR
_SHORTEST_WAVE = 60
_MOST_WAVES = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """every: seconds between two looks at a target; targets not in it are not asked for.

    waves: seconds after the end of a round when the sites that failed are asked again, rising.
    """

    every: Mapping[Target, int]
    waves: Sequence[int]
    timetable: Timetable

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """What the settings ask for."""
        return cls(
            every_of(settings.every), tuple(seconds_of(w) for w in settings.retry_waves), Timetable(settings.schedule)
        )

    def horizon(self, target: Target, now: int) -> int:
        """Until when (UTC seconds) a round may be dated to count at `now`; a later one is of a clock that was wrong.

        A period ahead, so that a clock set back makes nothing due twice, and all of the slot that `now` is in.
        """
        every = self.every[target]
        return max(now + every, self.timetable.next_slot(now, every))


def every_of(pairs: Sequence[str]) -> dict[Target, int]:
    """Seconds by target of pairs as `home=7d`, in the order of `Target`. Raises ValueError naming the pair."""
    given: dict[Target, int | None] = {}
    for pair in pairs:
        name, equals, span = (part.strip() for part in pair.partition("="))
        if not equals:
            raise ValueError(f"{pair!r} is no pair of target and span of time: write home=7d")
        if name not in list(Target):
            raise ValueError(f"there is no target {name!r}: use {', '.join(Target)}")
        given[Target(name)] = _span(Target(name), span)
    found = {target: given.get(target) for target in Target}
    return {target: every for target, every in found.items() if every is not None}


def _span(target: Target, text: str) -> int | None:
    if text == NEVER:
        if target is Target.ROBOTS:
            raise ValueError("robots cannot be never: every visit begins with robots.txt")
        return None
    try:
        every = seconds_of(text)
    except ValueError as error:
        raise ValueError(f"{target}: {error}, or {NEVER}") from error
    if not HOUR <= every <= _LONGEST:
        raise ValueError(f"{target}: {text!r} is not between an hour and a year")
    return every


def told(pairs: Sequence[str], defaults: Sequence[str]) -> tuple[str, ...]:
    """Pairs as they are shown, laid over the defaults: every target once, in order."""
    every = every_of([*defaults, *pairs])
    return tuple(f"{target}={words_of(every[target]) if target in every else NEVER}" for target in Target)


def waves_of(spans: Sequence[str]) -> tuple[str, ...]:
    """Retry waves as they are shown. Raises ValueError unless they are few, rise and are a minute apart."""
    seconds = [seconds_of(span) for span in spans]
    if len(seconds) > _MOST_WAVES:
        raise ValueError(f"{len(seconds)} waves are too many: at most {_MOST_WAVES}")
    for before, after in zip([0, *seconds], seconds, strict=False):
        if not before + _SHORTEST_WAVE <= after <= _LONGEST:
            raise ValueError(f"{', '.join(spans)} must rise, by a minute or more each: write 10m, 1h")
    return tuple(words_of(span) for span in seconds)
