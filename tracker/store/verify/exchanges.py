"""HTTP answers beside sightings: whether they can be read at all. What they say, nothing else bears out."""

from sqlalchemy import Connection, select

from tracker.store import models
from tracker.store.bulk import table
from tracker.store.exchanges import exchange_of
from tracker.store.verify.report import Check

_STATUSES = range(100, 1_000)


def check_exchanges(connection: Connection, check: Check) -> None:
    """Status, header fields and redirects of each HTTP answer are such as this program writes."""
    check.repairable = False
    exchange, site = table(models.Exchange), table(models.Site)
    rows = select(exchange, site.c.host).join_from(exchange, site, site.c.site_id == exchange.c.site_id)
    for row in connection.execute(rows.execution_options(yield_per=500)):
        check.checked += 1
        try:
            exchange_of(row.url, row.status, row.address, row.headers, row.hops)
        except ValueError as error:
            check.found(f"{row.host} at {row.seen_at} (UTC seconds): {error}"[:300])
            continue
        if row.status not in _STATUSES:
            check.found(f"{row.host} at {row.seen_at} (UTC seconds): status {row.status}")
