"""What the history says of a panel's rounds, as the facts that decide what is due."""

from collections.abc import Sequence

from tracker.core.retries import is_transient
from tracker.core.visits import Target
from tracker.errors import NoHistory
from tracker.schedule.due import Due, Facts, Last, Repeat, due
from tracker.schedule.rules import Rules
from tracker.store.query import Reader
from tracker.store.rounds import CONFIRM, RECHECK, RETRY, Part, Round


def due_in(database: str, panel: str, now: int, rules: Rules) -> Due:
    """What is due for a panel at `now` (UTC seconds) by a history; all, where there is none yet.

    Raises DatabaseError for a history that cannot be read.
    """
    try:
        with Reader(database) as reader, reader.snapshot():
            facts = facts_of(reader, panel, now, rules)
    except NoHistory:
        facts = Facts()
    return due(facts, now, rules)


def facts_of(reader: Reader, panel: str, now: int, rules: Rules) -> Facts:
    """The facts of a panel as they are at `now`; what is dated beyond the horizon is left out."""
    newest = next(iter(reader.rounds(panel, 1, before=rules.horizon(Target.ROBOTS, now))), None)
    finished = {
        target: reader.last_finished(panel, target, before=rules.horizon(target, now)) for target in rules.every
    }
    new_terms = reader.unconfirmed_terms(panel, now) if Target.TERMS in rules.every else []
    return Facts(
        None if newest is None else _last(reader, panel, newest),
        {target: at for target, at in finished.items() if at is not None},
        min((seen.at for seen in new_terms), default=None),
    )


def _last(reader: Reader, panel: str, one: Round) -> Last:
    failing = reader.failing(panel, one) if one.finished_at is not None and one.failing else []
    waves = sorted({part.part for part in one.parts if part.part.startswith(RETRY)})
    return Last(
        one.crawl_id,
        one.at,
        one.targets,
        one.asked,
        one.answered,
        one.finished_at,
        sum(is_transient(site.kind) for site in failing),
        [_repeat([part for part in one.parts if part.part == wave]) for wave in waves],
        bool(one.suspect),
        _repeat_of(one, RECHECK),
        _newest_of(one, CONFIRM),
    )


def _repeat_of(one: Round, word: str) -> Repeat | None:
    parts = [part for part in one.parts if part.part == word]
    return _repeat(parts) if parts else None


def _newest_of(one: Round, word: str) -> Repeat | None:
    """The last crawl of a kind that a round can have several of, whose answers must be of different times."""
    parts = [part for part in one.parts if part.part == word]
    return _repeat(parts[-1:]) if parts else None


def _repeat(parts: Sequence[Part]) -> Repeat:
    """The crawls of one wave: more than one, where it was interrupted and gone on with."""
    ended = [part.finished_at for part in parts if part.finished_at is not None]
    return Repeat(min(part.at for part in parts), max(ended, default=None))
