"""Meaning: what bodies say. It follows from one body and the ruleset."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from tracker.store.models.columns import KEYED, STRICT, integer, octets, words


class Policy(SQLModel, table=True):
    """What a body says to all agents, by fingerprint: `star` are the packed bits of `*`, `rule` holds named tokens.

    `loose`: registered tokens, by line feeds, that occur in the text without being (part of) a named token.
    """

    __tablename__ = "policy"
    __table_args__ = (STRICT,)
    policy_id: int | None = integer(primary_key=True, default=None)
    fingerprint: bytes = octets(unique=True)
    star: int = integer()
    absent: int = integer(default=0)
    loose: str = words(default="")


class Token(SQLModel, table=True):
    """A product token in lower case, as named by any file that was ever seen."""

    __tablename__ = "token"
    __table_args__ = (STRICT,)
    token_id: int | None = integer(primary_key=True, default=None)
    token: str = words(unique=True)


class Rule(SQLModel, table=True):
    """The packed bits of one named token in one policy (see tracker.core.policy). Known agents or not: all are kept."""

    __tablename__ = "rule"
    __table_args__ = (Index("rule_token", "token_id"), KEYED)
    policy_id: int = integer(primary_key=True, foreign_key="policy.policy_id")
    token_id: int = integer(primary_key=True, foreign_key="token.token_id")
    bits: int = integer()


class Signal(SQLModel, table=True):
    """A signal of a policy's bodies, as it applies to `token` ("*": to everybody who is not named).

    `raw` keeps the words where `value` is empty because they are not understood. See tracker.core.signals.
    """

    __tablename__ = "signal"
    __table_args__ = (KEYED,)
    policy_id: int = integer(primary_key=True, foreign_key="policy.policy_id")
    kind: str = words(primary_key=True)
    key: str = words(primary_key=True)
    token: str = words(primary_key=True)
    path: str = words(primary_key=True)
    value: str = words(primary_key=True)
    flags: str = words(default="", primary_key=True)
    raw: str = words(default="", primary_key=True)
