"""A panel: a dated, fixed list of sites, the population or sample that shares are of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One site of a panel; what the list does not say of it is empty."""

    host: str
    rank: int | None = None
    sector: str = ""
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A fixed list of sites.

    `list_id` tells two editions of a list apart, `compiled` is the ISO date of this one. `population` names
    what the panel stands for; `is_sample` says that it was drawn from it at random, which alone makes a
    sampling interval meaningful.
    """

    name: str
    title: str
    source: str
    list_id: str
    compiled: str
    population: str | None
    is_sample: bool
    members: tuple[Member, ...]
