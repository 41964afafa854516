"""What others published, for the view `claims_check`: facts like the registry, carried over from data/reference."""

from sqlmodel import SQLModel

from tracker.store.models.columns import KEYED, integer, real, words


class Claim(SQLModel, table=True):
    """A published figure with what it stands on; `first_day` to `last_day` is its date, as day numbers.

    `top` 0, `sector` '': no such part of a panel stands for its population.
    """

    __tablename__ = "claim"
    __table_args__ = (KEYED,)
    claim_id: str = words(primary_key=True)
    publisher: str = words()
    day: str = words()
    precision: str = words()
    first_day: int = integer()
    last_day: int = integer()
    figure: str = words()
    population: str = words()
    definition: str = words()
    denominator: str = words()
    counted_as: str = words(default="")
    counted_of: str = words()
    top: int = integer(default=0)
    sector: str = words(default="")
    obstacle: str = words(default="")
    reading: str = words()
    source: str = words()
    checked: str = words()
    note: str = words(default="")


class ClaimFigure(SQLModel, table=True):
    """One number of a claim: per cent that block `subject`, an agent's name or "any"."""

    __tablename__ = "claim_figure"
    __table_args__ = (KEYED,)
    claim_id: str = words(primary_key=True, foreign_key="claim.claim_id")
    subject: str = words(primary_key=True)
    percent: float = real()


class ClaimAgent(SQLModel, table=True):
    """An agent, by name, whose block counts for a figure; of an agent's own figure it alone."""

    __tablename__ = "claim_agent"
    __table_args__ = (KEYED,)
    claim_id: str = words(primary_key=True, foreign_key="claim.claim_id")
    subject: str = words(primary_key=True)
    agent: str = words(primary_key=True)
