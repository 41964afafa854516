"""A history for notebooks: questions in Python, answers as DataFrames."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from tracker.core.definitions import DEFINITIONS
from tracker.core.estimate import Denominator
from tracker.core.hosts import normalise_host
from tracker.errors import QueryError, UsageError
from tracker.publish.frames import checked_kind, default_kind, frame
from tracker.store import asking
from tracker.store.figures import figure
from tracker.store.hints import with_hint
from tracker.store.query import QUERY_SECONDS, Reader
from tracker.store.rows import Rows

_SHOWN = ("date", "agent", "panel", "definition", "members", "readable", "absent", "unknown")


class Site(NamedTuple):
    """What a history knows of one site, a DataFrame each; their columns are those of the views of these names.

    `access` is view `access_now`, `history` view `access_history`, `conflicts` view `signal_conflicts`.
    """

    access: Any
    history: Any
    captures: Any
    failures: Any
    signals: Any
    conflicts: Any


class History:
    """A history, opened for reading; use it as a context manager, or `close` it.

    `database` is a file or an SQLAlchemy URL, else the one that the settings name (flags aside, as on the command
    line). Answers are pandas DataFrames if pandas is installed; `frame` ("pandas" or "polars"), here or in a question,
    chooses. Dates are dates, times are in UTC. Raises DatabaseError and kin if there is no history.

    >>> from tracker import History
    >>> with History("data/history.sqlite") as history:  # doctest: +SKIP
    ...     history.shares(agent="GPTBot").plot(x="date", y="percent")
    """

    def __init__(self, database: str | None = None, *, frame: str | None = None) -> None:
        from tracker.settings import load

        self._kind = checked_kind(frame) if frame else default_kind()
        self._reader = Reader(database if database is not None else load().history)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def query(self, sql: str, *, frame: str | None = None, seconds: float = QUERY_SECONDS, **values: Any) -> Any:
        """The answer to one SELECT on the views; `:name` in it is the value given as `name`.

        Raises QueryError, with the nearest name for one that is misspelt, and after `seconds`.

        >>> history.query("SELECT site FROM sites WHERE list = :panel", panel="starter")  # doctest: +SKIP
        """
        try:
            return self._frame(self._reader.sql(sql, values or None, seconds=seconds), frame)
        except QueryError as error:
            raise with_hint(error) from error

    def shares(
        self,
        agent: str | Sequence[str] | None = None,
        panel: str | None = None,
        definition: str = "effective_full",
        denominator: str = "readable_or_absent",
        *,
        since: str | None = None,
        until: str | None = None,
        frame: str | None = None,
    ) -> Any:
        """The share of a panel's sites that shuts agents out, day by day, with its bounds in per cent.

        `agent` is a name or token, several of them, or None for the headline agents; `panel` None the one looked at
        last. Columns: date, agent, panel, definition, denominator, members, readable, absent, unknown, n (the
        denominator), blocked, blocked_named, blocked_wildcard, percent, low, high, agent_existed. Of the denominator
        "answered" the sites whose last look failed leave all of these counts but members, readable and absent.

        >>> history.shares(["GPTBot", "CCBot"], definition="named_root", since="1y")  # doctest: +SKIP
        """
        chosen = asking.find_panel(self._reader, panel)
        reading = asking.one_of("definition", definition, DEFINITIONS)
        kind = Denominator(asking.one_of("denominator", denominator, Denominator))
        newest = asking.horizon(self._reader)
        rows = self._reader.shares(
            chosen["panel"],
            self._agents(agent),
            reading,
            since=asking.a_day("since", since, newest) if since else "",
            until=asking.a_day("until", until, newest) if until else newest,
            held=kind is Denominator.ANSWERED,
        )
        columns = (*_SHOWN, "denominator", "n", "blocked", "blocked_named", "blocked_wildcard")
        columns += ("percent", "low", "high", "agent_existed")
        found = []
        for row in rows.dicts():
            one = row | figure(row, kind, bool(chosen["is_sample"])) | {"denominator": str(kind)}
            one["unknown"] += row.get("held", 0)
            found.append(tuple(one[name] for name in columns))
        return self._frame(Rows(columns, found), frame)

    def _agents(self, agent: str | Sequence[str] | None) -> list[str]:
        if agent is None:
            return [row["agent"] for row in self._reader.agents() if row["headline"]]
        wanted = [agent] if isinstance(agent, str) else agent
        return [asking.find_agent(self._reader, one)["agent"] for one in wanted]

    def changes(
        self,
        since: str | None = None,
        until: str | None = None,
        *,
        agent: str | None = None,
        site: str | None = None,
        panel: str | None = None,
        kind: str | None = None,
        cause: str | None = None,
        frame: str | None = None,
    ) -> Any:
        """Who changed what they say to whom, newest first (view `changes`), narrowed by what is given.

        `since` and `until` are days, included, or "7d", "4w", "6m", "1y" before the newest look.

        >>> history.changes(since="30d", agent="GPTBot", kind="closed")  # doctest: +SKIP
        """
        host = None if site is None else _host(site)
        asked = asking.changes(
            self._reader, since=since, until=until, agent=agent, site=host, panel=panel, kind=kind, cause=cause
        )
        return self._frame(self._reader.sql(asked.sql, asked.values), frame)

    def site(self, host: str, *, frame: str | None = None) -> Site:
        """All that is known of one site. Raises UsageError for one that is in no panel.

        >>> history.site("nytimes.com").captures  # doctest: +SKIP
        """
        name, reader = _host(host), self._reader
        access = reader.site_access(name)
        if not access.rows:
            raise UsageError(f"{name} is in no panel of this history")
        parts = (reader.site_history, reader.captures, reader.failures, reader.signals, reader.signal_conflicts)
        return Site(*(self._frame(rows, frame) for rows in (access, *(part(name) for part in parts))))

    def agents(self, *, frame: str | None = None) -> Any:
        """The registry of this history (view `agents`), headline agents first."""
        return self._dicts(self._reader.agents(), frame)

    def panels(self, *, frame: str | None = None) -> Any:
        """The panels with members, first and last look; the one looked at last comes first."""
        return self._dicts(self._reader.panels(), frame)

    def body(self, sha256: str) -> bytes:
        """The bytes of a robots.txt by the SHA-256 in hex, as in `captures` and `changes`. Raises QueryError."""
        return self._reader.body(sha256)

    def about(self) -> dict[str, str]:
        """Facts about the file (view `about`); `horizon` is the newest look."""
        return self._reader.about()

    def _dicts(self, rows: list[dict[str, Any]], kind: str | None) -> Any:
        columns = tuple(rows[0]) if rows else ()
        return self._frame(Rows(columns, [tuple(row.values()) for row in rows]), kind)

    def _frame(self, rows: Rows, kind: str | None) -> Any:
        return frame(rows, checked_kind(kind) if kind else self._kind)


def _host(text: str) -> str:
    try:
        return normalise_host(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no host: {error}") from error
