"""What one row of each fact table says."""

from dataclasses import dataclass
from enum import StrEnum

from tracker.core.agents import Precision
from tracker.core.claims import Reading


class EventKind(StrEnum):
    """An operator spoke of an agent, a network's default changed, a standard, a licence, the law, a study."""

    AGENT = "agent"
    DEFAULT = "default"
    STANDARD = "standard"
    LICENCE = "licence"
    LAW = "law"
    STUDY = "study"


class Confidence(StrEnum):
    """How sure the source is of a figure."""

    CONFIRMED = "confirmed"
    REPORTED = "reported"
    LIKELY = "likely"
    SPECULATIVE = "speculative"


class DealKind(StrEnum):
    """A licence, a settlement over past use, or a figure of the whole market."""

    LICENCE = "licence"
    SETTLEMENT = "settlement"
    MARKET = "market"


class Period(StrEnum):
    """What a sum of money is for: a year, all of the term, the first payment."""

    YEAR = "year"
    TERM = "term"
    START = "start"


class Modality(StrEnum):
    """What a training data set consists of."""

    TEXT = "text"
    MULTIMODAL = "multimodal"


class FindingKind(StrEnum):
    """A data set of synthetic text, a model trained on some, a result of research, a forecast for sale."""

    DATASET = "dataset"
    MODEL = "model"
    RESULT = "result"
    FORECAST = "forecast"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may explain a bend in a series. No `agents`: it concerns all of them."""

    day: str
    title: str
    kind: EventKind
    source: str
    checked: str
    agents: tuple[str, ...] = ()
    precision: Precision = Precision.DAY


@dataclass(frozen=True, slots=True)
class Deal:
    """Money for text. `usd_m_low` to `usd_m_high`: million US dollars for the period `per`.

    `sites`: well-known hosts of the licensor, not all that the licence covers.
    """

    day: str
    licensor: str
    licensee: str
    kind: DealKind
    value: str
    confidence: Confidence
    source: str
    checked: str
    usd_m_low: float | None = None
    usd_m_high: float | None = None
    per: Period | None = None
    scope: str = ""
    sites: tuple[str, ...] = ()
    precision: Precision = Precision.DAY
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The training data set of one model, in trillions (1e12) of distinct tokens where the source says so."""

    day: str
    model: str
    organisation: str
    tokens_t: float
    confidence: Confidence
    modality: Modality
    source: str
    checked: str
    precision: Precision = Precision.DAY
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure on synthetic text: `low` to `high` `unit` of `of`; all but the last empty where it is no number."""

    day: str
    name: str
    kind: FindingKind
    of: str
    reading: Reading
    source: str
    checked: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    precision: Precision = Precision.DAY
    note: str = ""
