"""What is due, from what the history says: pure functions of facts, a moment and the rules.

A target is due once in each of its periods (settings `every`), from the first time of the timetable (`schedule`) in
it. So a clock jump or a week without power makes one round due, not seven, and a clock set back makes none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.core.dates import iso
from tracker.core.terms.changes import CONFIRMED_AFTER
from tracker.core.visits import Target
from tracker.schedule.durations import words_of
from tracker.schedule.rules import AGAIN, RECHECK, Rules


@dataclass(frozen=True, slots=True)
class Repeat:
    """A second look at some sites: a retry wave, the re-check of a suspect crawl, the confirmation of new terms."""

    began: int
    finished: int | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The newest round of a panel. Times are UTC seconds; finished None: it runs, or was interrupted.

    failing: sites that a retry wave would ask again. waves, recheck, confirm: what of these has begun.
    """

    crawl_id: int
    at: int
    targets: tuple[Target, ...]
    asked: int
    answered: int
    finished: int | None = None
    failing: int = 0
    waves: Sequence[Repeat] = ()
    suspect: bool = False
    recheck: Repeat | None = None
    confirm: Repeat | None = None

    @property
    def nobody(self) -> bool:
        """Whether it ended without one answer: the network of this machine was away, and nothing was looked at."""
        return self.finished is not None and self.asked > 0 and self.answered == 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the history says of a panel.

    last: its newest round. finished: when the newest finished round of each target began that any site answered. Rounds
    that are dated beyond `Rules.horizon` (the clock was wrong then) are to be left out of both. new_terms: since when
    the oldest terms wait that were seen once (UTC seconds); None: there are none.
    """

    last: Last | None = None
    finished: Mapping[Target, int] = field(default_factory=dict)
    new_terms: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What to do now, and when to ask again.

    targets: of a new round; () for none. resume: the crawl to finish, with its own targets. wave: the retry wave to
    run, from 1; 0 for none. recheck: ask the flipped sites again. confirm: look again at new terms. A round goes before
    all else: with `targets` or `resume` there is no second look. next_at: when something falls due (UTC seconds; the
    moment asked, if something is). why: a sentence for each thing due, else one on what is next.
    """

    targets: tuple[Target, ...]
    resume: int | None
    wave: int
    recheck: bool
    next_at: int
    why: tuple[str, ...]
    confirm: bool = False

    def __bool__(self) -> bool:
        return bool(self.targets) or self.resume is not None or self.wave > 0 or self.recheck or self.confirm


@dataclass(frozen=True, slots=True)
class Outlook:
    """One target: from when on it is due, and why. `due_at` not after the moment asked: it is due."""

    target: Target
    every: int
    last: int | None
    due_at: int
    why: str


def due(facts: Facts, now: int, rules: Rules) -> Due:
    """What is due at `now` (UTC seconds)."""
    last = facts.last
    if last is not None and _interrupted(last, now, rules):
        return _now(now, resume=last.crawl_id, why=(f"the round of {iso(last.at)} was interrupted",))
    views = outlook(facts, now, rules)
    wanted = [view for view in views if view.due_at <= now]
    if wanted:
        # robots.txt says which pages may be asked for, so it is asked with them.
        targets = tuple(dict.fromkeys([Target.ROBOTS, *(view.target for view in wanted)]))
        return _now(now, targets=targets, why=tuple(f"{view.target}: {view.why}" for view in wanted))
    looks = _second_looks(facts, rules)
    if open_now := [look for look in looks if look.due_at <= now]:
        kinds = {look.kind for look in open_now}
        wave = max(look.wave for look in open_now)
        why = tuple(look.why for look in open_now)
        return _now(now, wave=wave, recheck="recheck" in kinds, confirm="confirm" in kinds, why=why)
    coming = [(view.due_at, f"{view.target} falls due {iso(view.due_at)}: {view.why}") for view in views]
    coming += [(look.due_at, f"{look.name} falls due {iso(look.due_at)}") for look in looks]
    if not coming:
        return Due((), None, 0, False, now, ("nothing falls due",))
    next_at, said = min(coming, key=lambda one: one[0])
    return Due((), None, 0, False, next_at, (said,))


class _Second(NamedTuple):
    """A second look that is to come: of which kind, when, its name and why it is taken. wave: its number, or 0."""

    kind: str
    due_at: int
    name: str
    why: str
    wave: int = 0


def _second_looks(facts: Facts, rules: Rules) -> list[_Second]:
    last, looks = facts.last, []
    if last is not None and (wave := wave_at(last, rules)):
        number, at = wave
        why = f"{last.failing} sites that failed are asked again (wave {number})"
        looks.append(_Second("wave", at, f"wave {number}", why, number))
    if (at_again := recheck_at(last)) is not None:
        why = "the last crawl is suspect: the sites that flipped are asked again"
        looks.append(_Second("recheck", at_again, "the re-check of a suspect crawl", why))
    if (at_confirm := confirm_at(facts)) is not None:
        looks.append(_Second("confirm", at_confirm, "the confirmation of new terms", "terms were seen that are new"))
    return looks


def outlook(facts: Facts, now: int, rules: Rules) -> list[Outlook]:
    """When each target falls due, in the order of `Target`."""
    return [_outlook(facts, target, every, now, rules) for target, every in rules.every.items()]


def wave_at(last: Last | None, rules: Rules) -> tuple[int, int] | None:
    """Number (from 1) of the retry wave that is open, and when it falls due; None if there is none.

    Waves keep their distance: one that ran late puts off the next.
    """
    if last is None or last.finished is None or last.nobody or not last.failing:
        return None
    if last.waves and last.waves[-1].finished is None:
        return len(last.waves), last.waves[-1].began
    done = len(last.waves)
    if done >= len(rules.waves):
        return None
    due_at = last.finished + rules.waves[done]
    if done:
        ended = last.waves[-1].finished or 0
        due_at = max(due_at, ended + rules.waves[done] - rules.waves[done - 1])
    return done + 1, due_at


def recheck_at(last: Last | None) -> int | None:
    """When the re-check of a suspect crawl falls due; None if there is none to do."""
    if last is None or last.finished is None or not last.suspect:
        return None
    if last.recheck is None:
        return last.finished + RECHECK
    return last.recheck.began if last.recheck.finished is None else None


def confirm_at(facts: Facts) -> int | None:
    """When new terms are looked at again; None if there are none, or no round that this could be a part of."""
    last, since = facts.last, facts.new_terms
    if last is None or last.finished is None or since is None:
        return None
    tried = last.confirm
    if tried is None:
        return since + CONFIRMED_AFTER
    return tried.began if tried.finished is None else max(since, tried.began) + CONFIRMED_AFTER


def _interrupted(last: Last, now: int, rules: Rules) -> bool:
    """Whether to finish this round: while its period lasts. After that its date would be wrong for what is seen now."""
    if last.finished is not None:
        return False
    if Target.ROBOTS not in rules.every:
        return False
    slot = rules.timetable.slot(now, rules.every[Target.ROBOTS])
    return slot is None or last.at >= slot


def _outlook(facts: Facts, target: Target, every: int, now: int, rules: Rules) -> Outlook:
    at = facts.finished.get(target)
    slot = rules.timetable.slot(now, every)
    tried = facts.last
    if at is not None and (slot is None or at >= slot):
        next_at = rules.timetable.next_slot(max(now, at), every)
        return Outlook(target, every, at, next_at, f"last asked {iso(at)}, every {words_of(every)}")
    if tried is not None and tried.nobody and tried.finished is not None and tried.finished <= now < _anew(tried):
        return Outlook(target, every, at, _anew(tried), f"no site answered the round of {iso(tried.at)}")
    if at is None:
        return Outlook(target, every, at, now, "no finished round has asked for it")
    return Outlook(target, every, at, slot or now, f"last asked {iso(at)}, due since {iso(slot or now)}")


def _anew(last: Last) -> int:
    return (last.finished or last.at) + AGAIN


def _now(
    now: int,
    *,
    targets: tuple[Target, ...] = (),
    resume: int | None = None,
    wave: int = 0,
    recheck: bool = False,
    confirm: bool = False,
    why: tuple[str, ...],
) -> Due:
    return Due(targets, resume, wave, recheck, now, why, confirm)
