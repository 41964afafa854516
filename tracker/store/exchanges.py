"""What went over the wire when our own crawls saw something new, and by what a later request can be conditional.

An exchange is evidence beside a sighting: it says where an answer came from, by which way and with which headers. It is
kept only of answers that differ from the one before. The validators are those of the newest answer, whether it differed
or not, and of no use to anybody but the next crawl.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from tracker.core.exchange import Exchange, Fields, Hop, Validators
from tracker.core.signals.signal import printable
from tracker.store import models
from tracker.store.bodies import Bodies
from tracker.store.bulk import add_or, bare_rows, chunks, listed, remove_where, table
from tracker.store.captures import Answer, Unchanged, usual_address

MOST_HEADERS = 16_384
"""Characters of header fields kept; what comes after them is left out."""

MOST_URL = 4_096
MOST_HOPS = 20
_IN_ONE_STATEMENT = 5_000
_ALL = ("url", "status", "address", "headers", "hops")


class Told(NamedTuple):
    """A site's row of validators as it is, or is to be: of which body, by SHA-256. None of them: no row."""

    digest: bytes | None
    validators: Validators


_NOTHING = Told(None, Validators())


def note_exchanges(
    connection: Connection, source_id: int, at: int, exchanges: Mapping[int, Exchange | None], replacing: bool = False
) -> None:
    """Write the exchanges of sightings at `at`, by site. `replacing`: what another crawl of that second left goes."""
    if replacing:
        exchange = table(models.Exchange).c
        here = (exchange.source_id == source_id, exchange.seen_at == at)
        remove_where(connection, models.Exchange, "site_id", exchanges, *here)
    rows = [
        {"site_id": site, "source_id": source_id, "seen_at": at} | exchange_row(one)
        for site, one in exchanges.items()
        if one is not None
    ]
    add_or(connection, models.Exchange, rows, _ALL)


def exchange_row(exchange: Exchange) -> dict[str, Any]:
    """An exchange as columns: headers and hops as JSON, bounded whatever a server sends."""
    return {
        "url": printable(exchange.url[:MOST_URL]),
        "status": exchange.status,
        "address": printable(exchange.address[:MOST_URL]),
        "headers": headers_json(exchange.headers),
        "hops": json.dumps([_hop(hop) for hop in exchange.hops[:MOST_HOPS]]),
    }


def headers_json(fields: Fields) -> str:
    """Header fields as a JSON list of [name, value], the first `MOST_HEADERS` characters of them."""
    kept, left = [], MOST_HEADERS
    for name, value in fields:
        left -= len(name) + len(value)
        if left < 0:
            break
        kept.append([name, value])
    return json.dumps(kept)


def exchange_of(url: str, status: int, address: str, headers_text: str, hops_text: str) -> Exchange:
    """The exchange that columns hold. Raises ValueError for what this program would not have written."""
    try:
        headers = fields_of(headers_text)
        hops = tuple(
            Hop(_text(one["url"]), int(one["status"]), _text(one["location"])) for one in json.loads(hops_text)
        )
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"no exchange: {error}") from error
    return Exchange(url, status, headers, address, hops)


def fields_of(text: str) -> Fields:
    """The header fields of a JSON list. Raises ValueError for what this program would not have written."""
    try:
        return tuple((_text(name), _text(value)) for name, value in json.loads(text))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"no header fields: {error}") from error


def _hop(hop: Hop) -> dict[str, Any]:
    return {"url": hop.url[:MOST_URL], "status": hop.status, "location": hop.location[:MOST_URL]}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def told(stored: Told | None, seen: Answer | Unchanged, digest: bytes | None) -> Told | None:
    """What the answer of a site, of this digest, makes of its `stored` row of validators; None: nothing else."""
    if seen.exchange is None:
        return None
    found = seen.exchange.validators
    if seen.exchange.url != usual_address(seen.host):
        found = Validators()  # of another address than the next request goes to
    if isinstance(seen, Unchanged) and not found:
        return None  # a 304 need not repeat them
    change = Told(digest, found) if found and digest is not None else _NOTHING
    return None if change == (stored or _NOTHING) else change


def validators_of(connection: Connection, site_ids: Iterable[int]) -> dict[int, Told]:
    """The rows of sites that have one."""
    validator, body = table(models.Validator), table(models.Body)
    rows = select(validator.c.site_id, body.c.sha256, validator.c.etag, validator.c.last_modified).join_from(
        validator, body, body.c.body_id == validator.c.body_id
    )
    found: dict[int, Told] = {}
    for some in chunks(site_ids, _IN_ONE_STATEMENT):
        for site, digest, etag, modified in bare_rows(
            connection, rows.where(text(f"validator.site_id IN ({listed(some)})"))
        ):
            found[site] = Told(bytes(digest), Validators(etag, modified))
    return found


def validators_told(connection: Connection, answers: Mapping[int, Answer | Unchanged]) -> dict[int, Told]:
    """As `told`, of sites whose rows are not at hand."""
    asked = [site for site, seen in answers.items() if seen.exchange is not None]
    if not asked:
        return {}
    stored = validators_of(connection, asked)
    changes = ((site, told(stored.get(site), answers[site], answers[site].digest)) for site in asked)
    return {site: change for site, change in changes if change is not None}


def note_validators(connection: Connection, bodies: Bodies, changes: Mapping[int, Told]) -> None:
    """Write the rows that have changed, by site; who sends no validators any longer loses its row."""
    if not changes:
        return
    ids = bodies.known(change.digest for change in changes.values() if change.digest is not None)
    rows = [
        {"site_id": site, "body_id": ids[digest], "etag": said.etag, "last_modified": said.last_modified}
        for site, (digest, said) in changes.items()
        if digest is not None
    ]
    add_or(connection, models.Validator, rows, ["body_id", "etag", "last_modified"])
    remove_where(connection, models.Validator, "site_id", [site for site in changes if changes[site].digest is None])
