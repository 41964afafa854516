"""From the bytes of one answer to all that the history stores of it: its policy and its flags."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import or_

from tracker.core.policy import TIE, UNDECIDED, Policy, Preference, policy_of
from tracker.core.robots import RobotsFile, parse
from tracker.core.signals import Signal, signals_by_token
from tracker.core.signals.signal import RSL


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body says (`policy`) and how it is written (`flags`: those of `RobotsFile`, and of any `Verdict`)."""

    policy: Policy
    flags: frozenset[str]

    @property
    def flag_text(self) -> str:
        """The flags as they are stored: sorted, with spaces between."""
        return " ".join(sorted(self.flags))


def read(data: bytes, tokens: Iterable[str]) -> Reading:
    """Read a robots.txt; `tokens` are those of the registry. Any bytes give an answer, nothing is ever raised."""
    robots = parse(data)
    policy = replace(policy_of(robots), preferences=_preferences(robots))
    return Reading(replace(policy, loose=loose_tokens(data, policy, tokens)), robots.flags.union(_flags_of(policy)))


def _flags_of(policy: Policy) -> Iterator[str]:
    """What only the verdicts show: see `tracker.core.verdict.Verdict`."""
    bits = reduce(or_, (bits for _, bits in policy.rules), policy.star)
    if bits & TIE:
        yield "tie_neutralised"
    if bits & UNDECIDED:
        yield "too_complex"


def loose_tokens(data: bytes, policy: Policy, tokens: Iterable[str]) -> tuple[str, ...]:
    """The tokens, in lower case, that occur somewhere in the text although no token which it names contains them."""
    text = data.lower()
    found = (token for token in _encoded(frozenset(tokens)).items() if token[1] in text)
    return tuple(sorted(token for token, _ in found if token not in policy.words))


@lru_cache(maxsize=4)
def _encoded(tokens: frozenset[str]) -> dict[str, bytes]:
    return {token.lower(): token.lower().encode() for token in tokens}


def _preferences(robots: RobotsFile) -> tuple[Preference, ...]:
    found = ((token, signal) for token, signals in signals_by_token(robots).items() for signal in signals)
    # A licence is the file's, whoever asks: stored once.
    return tuple(sorted({_preference("*" if signal.kind == RSL else token, signal) for token, signal in found}))


def _preference(token: str, signal: Signal) -> Preference:
    return Preference(
        token=token,
        kind=signal.kind,
        key=signal.key,
        path=signal.path,
        value=signal.value,
        flags=" ".join(sorted(signal.flags)),
        raw="" if signal.value else signal.raw,
    )
