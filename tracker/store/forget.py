"""Undoing an import: a source removed with all that it saw."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from tracker.errors import SourceError
from tracker.store import models
from tracker.store.bulk import remove_where, table
from tracker.store.captures import OWN
from tracker.store.derive import Deriver
from tracker.store.pages import drop_unused_pages
from tracker.store.reread import forget_unused
from tracker.store.site_signals import SiteSignals
from tracker.store.terms_history import TermsHistory


class Forgotten(NamedTuple):
    """What was removed: crawls or batches, sightings, runs of failures, and bodies that nobody else saw."""

    source: str
    crawls: int
    sightings: int
    failures: int
    bodies: int


def forget(
    connection: Connection, derive: Deriver, signals: SiteSignals, terms: TermsHistory, source: str
) -> Forgotten:
    """Remove a source, by name or key, with its evidence, and derive all sites again from what is left.

    Sites and panels stay: whoever made them, they say nothing of what anybody saw.
    """
    source_id, key = _found(connection, source)
    connection.execute(delete(table(models.Exchange)).where(table(models.Exchange).c.source_id == source_id))
    if key == OWN.key:
        connection.execute(delete(table(models.Validator)))
    crawls, sightings, failures = (
        connection.execute(delete(table(model)).where(table(model).c.source_id == source_id)).rowcount
        for model in (models.Crawl, models.Sighting, models.Trouble)
    )
    _date_back(connection)
    # All of them: with the newest look another answer may have outlived its hold, or not yet.
    derive.rebuild(connection.execute(select(table(models.Site).c.site_id)).scalars())
    _forget_terms(connection, terms, source_id)
    _forget_pages(connection, source_id)
    connection.execute(delete(table(models.Probe)).where(table(models.Probe).c.source_id == source_id))
    signals.rebuild_all()
    bodies = _drop_unseen(connection)
    connection.execute(delete(table(models.Source)).where(table(models.Source).c.source_id == source_id))
    return Forgotten(key, crawls, sightings, failures, bodies)


def _forget_pages(connection: Connection, source_id: int) -> None:
    """Remove what a source saw of pages, with bytes that nobody else saw."""
    page = table(models.Page)
    connection.execute(delete(page).where(page.c.source_id == source_id))
    drop_unused_pages(connection)


def _forget_terms(connection: Connection, terms: TermsHistory, source_id: int) -> None:
    """Remove what a source saw of terms, with pages and texts that nobody else saw. What persons decided stays."""
    run, page = table(models.TermsFetch), table(models.TermsSource)
    connection.execute(delete(run).where(run.c.source_id == source_id))
    terms.rebuild_all()
    connection.execute(delete(page).where(page.c.terms_source_id.not_in(select(run.c.terms_source_id))))
    shown = select(run.c.terms_text_id).where(run.c.terms_text_id.is_not(None))
    for model in (models.TermsFinding, models.TermsReading, models.TermsText):
        connection.execute(delete(table(model)).where(table(model).c.terms_text_id.not_in(shown)))


def _date_back(connection: Connection) -> None:
    """Batches that brought nothing are dated by the newest look of all, which may be gone now."""
    crawls = table(models.Crawl)
    brought = or_(crawls.c.whole == 1, crawls.c.asked > 0)
    newest = connection.execute(select(func.max(crawls.c.at)).where(brought)).scalar() or 0
    connection.execute(update(crawls).where(~brought, crawls.c.at > newest).values(at=newest, finished_at=newest))


def _found(connection: Connection, source: str) -> tuple[int, str]:
    sources = table(models.Source).c
    rows = connection.execute(
        select(sources.source_id, sources.name, sources.key).where(or_(sources.key == source, sources.name == source))
    ).all()
    exact = [row for row in rows if row.key == source]
    if len(exact or rows) == 1:
        row = (exact or rows)[0]
        return int(row.source_id), str(row.key)
    if rows:
        raise SourceError(
            f"{len(rows)} sources are named {source}: say which by its key ({', '.join(r.key for r in rows)})"
        )
    known = connection.execute(select(sources.name).order_by(sources.name)).scalars().all()
    raise SourceError(f"there is no source {source}; the history has: {', '.join(known) or 'none'}")


def _drop_unseen(connection: Connection) -> int:
    """Remove bodies that no source saw, and the policies that only they meant."""
    bodies, sightings = table(models.Body), table(models.Sighting)
    seen = select(sightings.c.body_id).where(sightings.c.body_id.is_not(None))
    gone = connection.execute(select(bodies.c.body_id).where(bodies.c.body_id.not_in(seen))).scalars().all()
    # A validator may be of an answer that another crawl of the same second replaced.
    for model in (models.Validator, models.Relabel, models.BodyData, models.Body):
        remove_where(connection, model, "body_id", gone)
    forget_unused(connection)
    return len(gone)
