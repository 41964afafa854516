"""How columns and tables are declared, the same for every engine."""

from typing import Any

from sqlalchemy import REAL, BigInteger, Double, Integer, LargeBinary, Text, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import TextClause
from sqlmodel import Field

STRICT: dict[str, Any] = {"sqlite_strict": True}
KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
OPEN = text("valid_to IS NULL")
WHOLE = text("whole = 1")
PART = text("parent IS NOT NULL")
# SQLite keys rows by INTEGER alone; elsewhere that has 32 bits, too few for seconds after 2038.
_INTEGER = BigInteger().with_variant(Integer(), "sqlite")
# Hosts and tokens are compared and sorted by their bytes, whatever the language of a server.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_REAL: Any = Double().with_variant(REAL(), "sqlite")


class _NoBytes(TextClause):
    """The literal of no bytes at all, which engines spell differently."""

    inherit_cache = True

    def __init__(self) -> None:
        super().__init__("x''")


@compiles(_NoBytes, "postgresql")
def _no_bytes(*_: Any, **__: Any) -> str:
    return "''"


def _field(sa_type: Any, default: Any, server_default: str | None, **more: Any) -> Any:
    kwargs = {"server_default": text(server_default)} if server_default is not None else {}
    return Field(default=default, sa_type=sa_type, sa_column_kwargs=kwargs, **more)


def integer(default: Any = ..., **more: Any) -> Any:
    """A column of whole numbers."""
    return _field(_INTEGER, default, str(default) if isinstance(default, int) else None, **more)


def words(default: Any = ..., **more: Any) -> Any:
    """A column of text."""
    return _field(_TEXT, default, f"'{default}'" if isinstance(default, str) else None, **more)


def real(**more: Any) -> Any:
    """A column of numbers with fractions."""
    return _field(_REAL, ..., None, **more)


def octets(default: Any = ..., **more: Any) -> Any:
    """A column of bytes."""
    kwargs = {"server_default": _NoBytes()} if default == b"" else {}
    return Field(default=default, sa_type=LargeBinary, sa_column_kwargs=kwargs, **more)
