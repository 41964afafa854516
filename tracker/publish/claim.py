"""The two rules by which a claim is re-derived, from nothing but what a bundle of evidence holds.

`Interval` says whether the answer last seen before a moment still counts at it (tracker.core.intervals, in one
sentence); `verdict_of` says what that answer tells one agent.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tracker.core import dates
from tracker.core.agents import Agent
from tracker.core.definitions import DEFINITIONS
from tracker.core.intervals import Hold
from tracker.core.policy import ABSENT, resolve
from tracker.core.reading import read
from tracker.core.remarks import quoted
from tracker.core.robots import lines_of, parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import Basis, Fate
from tracker.core.verdicts import Verdicts

FORMAT = "drywell-evidence-1"
WORDS = {Degree.FULL: "blocked", Degree.PARTIAL: "partial", Degree.NONE: "allowed"}
EXCLUDED = {"opt_out": "the site asked not to be looked at", "guard": "its address may not be asked"}
RULE = (
    "The answer last seen at or before a moment counts at it until the next answer, if that comes before the hold has "
    "run out; else until the hold runs out. The hold lasts unwatched_seconds from when the answer was last seen; once "
    "an attempt has failed it lasts failing_seconds, or until that failure if that is later, and never longer than "
    "unwatched_seconds. Beyond it, up to the horizon (the newest look of the history), the answer is unknown."
)


class Interval(NamedTuple):
    """Around a moment: the last answer before, the first failure after that, the next answer; UTC seconds.

    `failed` counts only if it comes before `following`. `horizon`: the newest look that the history has of anything.
    """

    last: int
    failed: int | None
    following: int | None
    horizon: int
    hold: Hold

    @property
    def until(self) -> int:
        """When the last answer stops counting unless another one comes before."""
        return self.hold.until(self.last, self.failed)

    def counts_at(self, at: int) -> bool:
        """Whether the last answer counts at a moment of `last` to `following` or the horizon."""
        if at < self.until:
            return True
        return self.horizon <= self.until if self.following is None else self.following <= self.until

    def is_stale_at(self, at: int) -> bool:
        """Whether it is held although an attempt has failed since."""
        return self.failed is not None and self.failed <= at


def verdict_of(data: bytes | None, agent: Agent, definition: str) -> dict[str, Any]:
    """What an answer (None: there is no robots.txt) says to an agent, and the lines that say so."""
    verdicts = Verdicts(parse(data or b""))
    verdict = verdicts.of(agent)
    ruling = resolve(ABSENT if data is None else read(data, agent.tokens).policy, agent)
    lines = lines_of(data or b"")

    def cited(number: int) -> dict[str, Any]:
        return {"line": number, "text": quoted(lines[number - 1].strip())}

    deciding = verdict.lines.deciding
    return {
        "verdict": WORDS[verdict.degree],
        "named": int(verdict.basis is Basis.NAMED),
        "root_blocked": int(verdict.root is Fate.DISALLOWED),
        "blocks": DEFINITIONS[definition].counts(ruling),
        "token": verdicts.token(agent) if data is not None else None,
        "agent_lines": [cited(number) for number in verdict.lines.agents],
        "deciding_line": None if deciding is None else cited(deciding),
        "exception_lines": [cited(number) for number in verdict.lines.exceptions],
        "flags": sorted(verdict.flags) if data is not None else [],
    }


def iso(at: int | None) -> str | None:
    """UTC seconds as ISO 8601 text; None for None."""
    return None if at is None else dates.iso(at)


def seconds(text: str) -> int:
    """ISO 8601 text (UTC) as seconds. Raises ValueError."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def asked_span(text: str) -> tuple[int, int]:
    """First and last second (UTC) of what somebody asked for: a day, or a moment. Raises ValueError that says how."""
    try:
        if len(text) == 10:
            start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
            end = start + timedelta(days=1, seconds=-1)
        else:
            start = end = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r}: give a day or a moment, as in 2026-03-01 or 2026-03-01T12:00:00Z") from error
    return int(start.timestamp()), int(end.timestamp())


def expired_said(last: int, until: int) -> str:
    """That an answer counts no longer, in words."""
    return f"the answer last seen at {iso(last)} counted until {iso(until)}"


def attempts_said(last: int, causes: Iterable[str]) -> str:
    """What came of attempts of which the last was at a moment (UTC seconds), with the causes that span it, in words."""
    kinds = sorted(set(causes))
    # Of a thinned month several causes may span the moment: then any of them may be the one.
    if kinds and set(kinds) <= EXCLUDED.keys():
        return f"excluded: {EXCLUDED[kinds[0]]}"
    return f"attempts failed, the last at {iso(last)} ({' or '.join(kinds) or 'cause unknown'})"
