"""The only reader of a history: SQL on the public views, and the few questions that every surface asks."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import zstandard
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import DBAPIError

from tracker.core.definitions import BY_STAR, DEFINITIONS
from tracker.core.policy import RULESET
from tracker.errors import DatabaseError, QueryError
from tracker.store.claims_asking import ClaimsQuestions
from tracker.store.database import as_it_is, explained, open_reader, place_of, stop_after
from tracker.store.restricted import RestrictionQuestions
from tracker.store.rounds_asking import RoundQuestions
from tracker.store.rows import Rows
from tracker.store.terms_asking import TermsQuestions, digest_of

if TYPE_CHECKING:
    from tracker.core.forecast import Histories

QUERY_SECONDS = 30.0
_STAR = {name: f"star_{name}" for name in BY_STAR}


class Reader(TermsQuestions, ClaimsQuestions, RestrictionQuestions, RoundQuestions):
    """A read-only connection to a history, as a context manager.

    Raises DatabaseError if there is no history, and its kin for one that cannot be read.
    """

    def __init__(self, database: str | Path) -> None:
        self._place = place_of(database)
        self._engine = open_reader(database)
        self._in_snapshot = False
        with explained(self._place):
            self._connection = self._engine.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All questions inside see the history as it is now, whatever is written meanwhile."""
        with as_it_is(self._connection):
            self._in_snapshot = True
            try:
                yield
            finally:
                self._in_snapshot = False

    def sql(
        self,
        statement: str,
        values: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        seconds: float = QUERY_SECONDS,
    ) -> Rows:
        """Run one SQL statement (named parameters `:name`) for at most `seconds`; at most `limit` rows.

        Raises QueryError with SQLite's words if it does not run, writes, or takes too long.
        """
        try:
            stop_after(self._connection, seconds)
            result = self._run(statement, values)
            if not result.returns_rows:
                raise QueryError("the statement returns no rows; ask with SELECT (the history is read-only here)")
            columns = tuple(result.keys())
            # The driver's own rows are tuples; SQLAlchemy's would cost as much again as most questions.
            cursor = result.cursor
            rows = list(cursor.fetchmany(limit + 1) if limit is not None else cursor.fetchall())
            result.close()
        except (DBAPIError, self._connection.dialect.loaded_dbapi.Error) as error:
            raise self._explain(error, seconds) from error
        finally:
            if not self._in_snapshot:
                self._connection.rollback()
        kept = rows if limit is None else rows[:limit]
        return Rows(columns, kept, cut=len(kept) < len(rows))

    def _run(self, statement: str, values: Mapping[str, Any] | None) -> CursorResult[Any]:
        if values is not None:
            return self._connection.execute(text(statement), values)
        # Colons in a user's own SQL ('12:30') are not parameters unless values are given.
        if self._connection.dialect.name == "sqlite":
            return self._connection.exec_driver_sql(statement)
        return self._connection.execute(text(statement.replace(":", r"\:")))

    def _explain(self, error: Exception, seconds: float) -> Exception:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
        if "interrupted" in said or "statement timeout" in said:
            return QueryError(f"the query took longer than {seconds:g} s: narrow it by site, agent or date")
        if "readonly" in said or "read only" in said or "read-only" in said:
            return QueryError("the history is read-only here: ask with SELECT")
        if "malformed" in said or "not a database" in said:
            return DatabaseError(f"{self._place} is damaged ({said}); restore a backup")
        if "binding" in said:
            return QueryError("the statement has a :word to put a value in: give it with --set WORD=VALUE")
        return QueryError(f"{said} (see `tracker query --help` for the views and examples)")

    def _one(self, statement: str, values: Mapping[str, Any] | None = None) -> Any:
        rows = self.sql(statement, values).rows
        return rows[0][0] if rows else None

    # What every surface asks

    def generation(self) -> str:
        """Changes whenever a crawl was added or has moved on: the key of every cache."""
        found = self.sql(
            "SELECT COUNT(*), COUNT(finished_at), MAX(crawl_id), SUM(answered_sites + failed_sites), "
            "COUNT(NULLIF(suspect, '')) FROM crawl"
        ).rows[0]
        return "-".join(str(part) for part in found)

    def about(self) -> dict[str, str]:
        """Facts about the file (view `about`)."""
        return dict(self.sql("SELECT key, value FROM about").rows)

    def is_read_anew(self) -> bool:
        """Whether the stored files were read with today's ruleset; until then signals and loose words are unknown."""
        return self._one("SELECT value FROM meta WHERE key = 'ruleset'") in (None, str(RULESET))

    def panels(self) -> list[dict[str, Any]]:
        """The panels with members, first and last look; the one looked at last comes first."""
        return self.sql(
            "SELECT p.name AS panel, p.title, p.list_id, p.population, p.is_sample, "
            "(SELECT COUNT(*) FROM panel_member m WHERE m.panel_id = p.panel_id AND m.until IS NULL) AS members, "
            "strftime('%Y-%m-%dT%H:%M:%SZ', MIN(k.at), 'unixepoch') AS first_crawl, "
            "strftime('%Y-%m-%dT%H:%M:%SZ', MAX(k.at), 'unixepoch') AS last_crawl, COUNT(k.crawl_id) AS crawls "
            "FROM panel p LEFT JOIN crawl k ON k.panel_id = p.panel_id GROUP BY p.panel_id "
            "ORDER BY MAX(k.at) IS NULL, MAX(k.at) DESC, members DESC, p.panel_id"
        ).dicts()

    def agents(self) -> list[dict[str, Any]]:
        """The registry as stored in this history (view `agents`), headline agents first."""
        return self.sql("SELECT * FROM agents ORDER BY headline DESC, agent").dicts()

    def shares(
        self,
        panel: str,
        agents: Sequence[str],
        definition: str,
        *,
        since: str = "",
        until: str = "9",
        held: bool = False,
    ) -> Rows:
        """Rows of view `shares` for some agents of one panel under one definition, by agent and date.

        `held` adds the columns that the denominator `answered` needs, see `tracker.store.held.with_held`.
        """
        where = "panel = :panel AND definition = :definition AND date BETWEEN :since AND :until"
        values = {"panel": panel, "definition": definition, "since": since, "until": until}
        # One agent at a time: SQLite pushes an equality into the view's windows, but not a list. All are one question.
        if 2 * len(set(agents)) > self._one("SELECT COUNT(*) FROM agent"):
            every = self.sql(f"SELECT * FROM shares WHERE {where} ORDER BY agent, date", values)
            wanted = set(agents)
            which = every.columns.index("agent")
            found = [Rows(every.columns, [row for row in every.rows if row[which] in wanted])]
        else:
            asked = f"SELECT * FROM shares WHERE agent = :agent AND {where} ORDER BY date"
            found = [self.sql(asked, values | {"agent": agent}) for agent in sorted(set(agents))]
        if not found:
            return Rows((), [])
        rows = Rows(found[0].columns, [row for part in found for row in part.rows])
        return self._with_held(rows, panel, definition) if held else rows

    def league(self, panel: str, definition: str, date: str | None = None, *, held: bool = True) -> Rows:
        """Every agent's row of `shares` on one day (the last one with anything known), most blocked first.

        With the columns of `tracker.store.held.with_held`, unless `held` is False.
        """
        if definition not in DEFINITIONS:
            raise QueryError(f"unknown definition {definition!r}, use one of: {', '.join(DEFINITIONS)}")
        named = definition if DEFINITIONS[definition].named_only else f"{definition}_named"
        # The view would run its windows over every day of every agent; the sums up to one day are all that is asked.
        rows = self.sql(
            "WITH base AS (SELECT date, panel, definition, members, answered, readable, absent, unknown FROM shares "
            "  WHERE panel = :panel AND agent = :anyone AND definition = :definition AND date = :day), "
            "here AS (SELECT panel_id FROM panel WHERE name = :panel), "
            f"star AS (SELECT SUM({_STAR.get(definition, '0')}) AS blocked, "
            "    SUM(star_any_restriction - star_effective_full) AS partial FROM tally_sites "
            "  WHERE panel_id = (SELECT panel_id FROM here) AND day <= unixepoch(:day) / 86400), "
            "summed AS (SELECT a.agent_id, a.obeys_star, "
            "    CASE WHEN unixepoch(:day) / 86400 < a.valid_from_day THEN 0 ELSE 1 END AS existed, "
            f"    COALESCE(SUM(t.{definition}), 0) AS blocked, COALESCE(SUM(t.{named}), 0) AS by_name, "
            "    COALESCE(SUM(t.any_restriction - t.effective_full), 0) AS partial "
            "  FROM agent a LEFT JOIN tally t ON t.agent_id = a.agent_id "
            "    AND t.panel_id = (SELECT panel_id FROM here) AND t.day <= unixepoch(:day) / 86400 "
            "  GROUP BY a.agent_id), "
            # As in the view: before an agent existed nobody can have named it, and what * says is counted.
            "counted AS (SELECT agent_id, existed, by_name * existed AS blocked_named, "
            "    CASE WHEN existed = 1 THEN s.blocked WHEN obeys_star = 0 THEN 0 "
            "      WHEN :definition = 'naive_substring' THEN s.blocked - by_name ELSE star.blocked END AS blocked, "
            "    CASE WHEN existed = 1 THEN s.partial WHEN obeys_star = 0 THEN 0 ELSE star.partial END AS partial "
            "  FROM summed s CROSS JOIN star) "
            "SELECT b.date, a.agent, b.panel, b.definition, b.members, b.answered, b.readable, b.absent, b.unknown, "
            "  c.blocked, c.blocked_named, c.blocked - c.blocked_named AS blocked_wildcard, c.partial, "
            "  CAST(ROUND(100.0 * c.blocked / (b.readable + b.absent), 3) AS DOUBLE PRECISION) AS percent_blocked, "
            "  c.existed AS agent_existed, a.operator, a.purpose, a.headline "
            "FROM base b CROSS JOIN counted c JOIN agent g ON g.agent_id = c.agent_id "
            "JOIN agents a ON a.agent = g.name "
            "ORDER BY c.blocked DESC, a.headline DESC, a.agent",
            {
                "panel": panel,
                "definition": definition,
                "day": date or self.last_day(panel),
                "anyone": self._anyone(),
            },
        )
        return self._with_held(rows, panel, definition) if held else rows

    def _with_held(self, rows: Rows, panel: str, definition: str) -> Rows:
        from tracker.store.held import with_held  # numpy, which most questions do not need

        return with_held(self.sql, rows, panel, definition)

    def site_histories(self, agent: str, panel: str, definition: str) -> "Histories":
        """What the sites of a panel said to an agent over time, see `tracker.store.site_histories`."""
        from tracker.store.site_histories import site_histories  # numpy, as above

        return site_histories(self.sql, agent, panel, definition)

    def last_day(self, panel: str) -> str | None:
        """The last day on which anything was known of a panel."""
        day: str | None = self._one(
            "SELECT MAX(date) FROM shares WHERE panel = :panel AND definition = 'mentioned' AND agent = :anyone",
            {"panel": panel, "anyone": self._anyone()},
        )
        return day

    def _anyone(self) -> Any:
        return self._one("SELECT MIN(name) FROM agent")

    def sites(self, panel: str | None = None) -> list[dict[str, Any]]:
        """Sites with their labels, by name; of one panel if given."""
        where = "WHERE list = :panel" if panel else ""
        return self.sql(
            f"SELECT site, category, country, language, MIN(rank) AS rank FROM sites {where} "
            "GROUP BY site, category, country, language ORDER BY site",
            {"panel": panel} if panel else {},
        ).dicts()

    def site_access(self, host: str) -> Rows:
        """What a site says to each agent now (view `access_now`)."""
        return self.sql("SELECT * FROM access_now WHERE site = :host", {"host": host})

    def site_history(self, host: str) -> Rows:
        """What a site said to each agent over time (view `access_history`)."""
        return self.sql("SELECT * FROM access_history WHERE site = :host ORDER BY agent, valid_from", {"host": host})

    def captures(self, host: str) -> Rows:
        """The runs of equal answers of a site, oldest first (view `captures`)."""
        return self.sql("SELECT * FROM captures WHERE site = :host ORDER BY first_seen", {"host": host})

    def failures(self, host: str) -> Rows:
        """The runs of failed attempts at a site, oldest first (view `failures`)."""
        return self.sql("SELECT * FROM failures WHERE site = :host ORDER BY first_seen", {"host": host})

    def signals(self, host: str) -> Rows:
        """What a site signals beside its rules, and since when; what is still true first (view `signals`)."""
        return self.sql(
            "SELECT * FROM signals WHERE site = :host "
            "ORDER BY valid_to IS NOT NULL, valid_to DESC, kind, key, agent, path, value",
            {"host": host},
        )

    def signal_conflicts(self, host: str) -> Rows:
        """Where the words of a site and its rules disagree now (view `signal_conflicts`)."""
        return self.sql("SELECT * FROM signal_conflicts WHERE site = :host ORDER BY agent, kind, key", {"host": host})

    def crawls(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest crawls first (view `crawls`)."""
        return self.sql("SELECT * FROM crawls ORDER BY started DESC, crawl_id DESC", limit=limit).dicts()

    def newest_crawl(self, panel: str) -> dict[str, Any] | None:
        """The crawl that began the newest round of a panel, finished or not (view `crawls`)."""
        rows = self.sql(
            "SELECT * FROM crawls WHERE panel = :panel AND part = '' ORDER BY started DESC, crawl_id DESC LIMIT 1",
            {"panel": panel},
        ).dicts()
        return rows[0] if rows else None

    def last_probe(self, since: int = 0) -> dict[str, int]:
        """When each site was last probed, under whatever name (UTC seconds); those that were since a moment."""
        rows = self.sql(
            "SELECT s.host, MAX(b.at) FROM probe b JOIN site s ON s.site_id = b.site_id WHERE b.at >= :since "
            "GROUP BY s.host",
            {"since": since},
        ).rows
        return {str(host): int(at) for host, at in rows}

    def body(self, sha256: str) -> bytes:
        """The bytes of a stored robots.txt by the SHA-256 in hex. Raises QueryError for one that is not there."""
        rows = self.sql(
            "SELECT d.data FROM body b JOIN body_data d ON d.body_id = b.body_id WHERE b.sha256 = :digest",
            {"digest": digest_of(sha256)},
        ).rows
        if not rows:
            raise QueryError(f"no body with sha256 {sha256} in {self._place}")
        return zstandard.ZstdDecompressor().decompress(rows[0][0])
