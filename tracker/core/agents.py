"""Agents: the crawler identities that a robots.txt can name, and since when each exists."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_TOKEN_BYTES = 64


class Purpose(StrEnum):
    """What an agent fetches for, in the order in which purposes are listed."""

    TRAINING = "training"
    SEARCH = "search"
    USER = "user"
    DATASET = "dataset"
    CONTROL = "control"
    UNDECLARED = "undeclared"


class Kind(StrEnum):
    """How an agent acts: on its own, as a mere token that sends no request, or because a person asked."""

    CRAWLER = "crawler"
    CONTROL = "control"
    USER_TRIGGERED = "user-triggered"


class Precision(StrEnum):
    """How exactly a date is known; a month or year is written as its first day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Promise(StrEnum):
    """What the operator says of robots.txt, which is not what it does; `disputed`: others found otherwise."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agent:
    """One crawler identity.

    `tokens` are its product tokens (RFC 9309 section 2.2.1) in order of preference: the first one that a
    file names decides. `falls_back_to` are other agents' tokens that it obeys when it is not named.
    `obeys_star` is False for an agent that ignores the rules for `*`. `valid_from` is the ISO date on
    which the operator documented it, None if unknown. `headline` marks the agents shown by default.
    """

    name: str
    tokens: tuple[str, ...]
    operator: str
    purpose: Purpose
    kind: Kind
    source: str
    checked: str
    valid_from: str | None = None
    valid_from_precision: Precision | None = None
    documentation: str = ""
    falls_back_to: tuple[str, ...] = ()
    obeys_star: bool = True
    headline: bool = False
    promise: Promise = Promise.UNKNOWN
    note: str = ""


def existed(agent: Agent, day: str | date) -> bool:
    """Whether the agent was known on `day` (a date, or an ISO text that starts with one); True if unknown."""
    return agent.valid_from is None or agent.valid_from <= str(day)[:10]


def checked_token(text: str) -> str:
    """`text` if a user-agent line can name it; raises ValueError with the reason if none ever could."""
    if not 0 < len(text.encode()) <= MAX_TOKEN_BYTES:
        raise ValueError(f"a token has 1 to {MAX_TOKEN_BYTES} bytes, {text!r} has {len(text.encode())}")
    if "/" in text:
        raise ValueError(f"{text!r} holds a slash: leave the version off")
    if not text.isprintable():
        raise ValueError(f"{text!r} holds a control character")
    if not (text[0].isalnum() and text[-1].isalnum()):
        raise ValueError(f"{text!r} must start and end with a letter or a digit")
    return text
