"""Looks at pages of terms, as evidence: runs of equal looks, and the texts that they saw.

A run (tracker.store.lanes) goes on while the state is the same and so are the words, whatever spacing and dates do.
What can be read is a lane of its own: a look that could not read the page ends no text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from tracker.core.exchange import Validators
from tracker.core.signals.signal import printable
from tracker.core.terms.looks import FoundBy, KnownTerms, SourceKind, TermsLook, TermsState
from tracker.store import models
from tracker.store.bulk import add_or, added, bare_rows, listed, rows_where, table
from tracker.store.exchanges import MOST_URL
from tracker.store.lanes import Lanes, Row, Rows, end, has_look
from tracker.store.terms_texts import Texts, words_of

_NEWEST = (
    *("last_seen", "checks", "gaps", "status", "url", "content_type", "sha256", "size", "detail"),
    *("kind", "found_by", "score", "link_text", "effective_date", "etag", "last_modified", "fingerprint"),
)
_OF_KNOWN = ("wording", "sha256", "size", "effective_date")
_LONGEST_TYPE = 200


class TermsKey(NamedTuple):
    """A page of terms: of which site, at which address ("": that there is none)."""

    site_id: int
    url: str


class Given(NamedTuple):
    """A look at one of a site's pages of terms, and when it was (UTC seconds)."""

    site_id: int
    at: int
    look: TermsLook


class Seen(NamedTuple):
    """What a look saw: the wording, None if the page could not be read."""

    at: int
    wording: bytes | None


@dataclass
class TermsNoted:
    """What was written of pages of terms, by their ids.

    `seen`: the looks that were new. `before`: the runs of all sources as they were.
    """

    seen: dict[int, list[Seen]] = field(default_factory=dict)
    before: dict[int, Rows] = field(default_factory=dict)


def is_read(row: Mapping[str, Any]) -> bool:
    """Whether a run says what its page says."""
    return bool(row["state"] == TermsState.OK)


_LANES = Lanes(is_read, ("state", "cause", "wording"), _NEWEST)


def terms_runs(connection: Connection, terms_ids: Iterable[int]) -> dict[int, Rows]:
    """All runs of pages of terms, from every source, in order of their beginning."""
    found: dict[int, Rows] = {}
    for row in rows_where(connection, models.TermsFetch, "terms_source_id", terms_ids):
        found.setdefault(row.terms_source_id, []).append(dict(row._mapping))
    for rows in found.values():
        rows.sort(key=lambda row: (row["first_seen"], row["source_id"]))
    return found


def note_terms(connection: Connection, source_id: int, given: Iterable[Given]) -> TermsNoted:
    """Write looks of a source. One that is there already changes nothing.

    Raises ValueError, with nothing written, for an unchanged page whose words the history does not hold.
    """
    return _Noting(connection, source_id, sorted(given, key=lambda one: one.at)).noted


class _Noting:
    """The work of `note_terms`."""

    def __init__(self, connection: Connection, source_id: int, given: Sequence[Given]) -> None:
        self.noted = TermsNoted()
        self._source = source_id
        self._texts = Texts(connection)
        self._changed: dict[tuple[int, int], Row] = {}
        self._digests: dict[tuple[int, int], bytes] = {}  # of texts that have no id yet, by run
        ids = _source_ids(connection, {TermsKey(one.site_id, _url(one.look.url)) for one in given})
        self._runs = terms_runs(connection, ids.values())
        for one in given:
            self._note(ids[TermsKey(one.site_id, _url(one.look.url))], one.at, one.look)
        text_ids = self._texts.stored()
        for place, digest in self._digests.items():
            self._changed[place]["terms_text_id"] = text_ids[digest]
        add_or(connection, models.TermsFetch, list(self._changed.values()), _NEWEST)

    def _note(self, terms_id: int, at: int, look: TermsLook) -> None:
        rows = self._runs.setdefault(terms_id, [])
        self.noted.before.setdefault(terms_id, list(rows))
        mine = [row for row in rows if row["source_id"] == self._source]
        if has_look(mine, at):
            return
        row: Row = {"terms_source_id": terms_id, "source_id": self._source} | _look(at, look, mine)
        run = _LANES.grown(mine, row)
        if run is None:
            run = row
            self._find_text(run, look, mine)
        place = (terms_id, run["first_seen"])
        self._changed[place] = run
        kept = [one for one in rows if one["source_id"] != self._source or one["first_seen"] != run["first_seen"]]
        self._runs[terms_id] = [*kept, run]
        self.noted.seen.setdefault(terms_id, []).append(Seen(at, row["wording"] if is_read(row) else None))

    def _find_text(self, run: Row, look: TermsLook, mine: Rows) -> None:
        """Say which text a new run is of: that of an earlier run of the same words, else its own."""
        if not is_read(run):
            return
        place = (run["terms_source_id"], run["first_seen"])
        same = next((one for one in mine if is_read(one) and one["wording"] == run["wording"]), None)
        if same is None:
            assert look.text is not None  # or _look would have raised
            self._digests[place] = self._texts.want(look.text, run["wording"], look.html)
        elif same["terms_text_id"] is None:
            self._digests[place] = self._digests[same["terms_source_id"], same["first_seen"]]
        else:
            run["terms_text_id"] = same["terms_text_id"]


def _look(at: int, look: TermsLook, mine: Rows) -> Row:
    """The run that a look would begin."""
    exchange = look.exchange
    # Those of an answer that a redirect led to are not for the page that is asked for.
    is_own = exchange is not None and look.state is TermsState.OK and not exchange.hops
    validators = exchange.validators if exchange and is_own else Validators()
    row: Row = {
        "first_seen": at,
        "last_seen": at,
        "checks": 1,
        "gaps": b"",
        "state": str(look.state),
        "cause": printable(look.cause),
        "wording": b"",
        "terms_text_id": None,
        "status": exchange.status if exchange else None,
        "url": _url(exchange.url) if exchange else "",
        "content_type": printable((exchange.header("content-type") or "")[:_LONGEST_TYPE]) if exchange else "",
        "sha256": bytes.fromhex(look.sha256) or None,
        "size": look.size,
        "detail": printable(look.detail),
        "kind": str(look.kind),
        "found_by": str(look.found_by),
        "score": float(look.score),
        "link_text": words_of(look.link_text),
        "effective_date": None,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "fingerprint": bytes.fromhex(look.fingerprint),
    }
    if look.state is not TermsState.OK:
        return row
    if look.text is not None:
        return row | {"wording": bytes.fromhex(look.text.wording), "effective_date": look.text.effective_date}
    return row | _of_known(look, row, mine)


def _of_known(look: TermsLook, row: Row, mine: Rows) -> Row:
    """What an unchanged page has of the answer that it repeats. Raises ValueError if that is not there."""
    same = (run for run in mine if is_read(run) and run["sha256"] == row["sha256"] and look.unchanged)
    known = max(same, key=end, default=None)
    if known is None:
        raise ValueError(f"{look.url}: an unchanged page of terms, {look.sha256 or 'without a digest'}, is not held")
    kept = {name: known[name] for name in _OF_KNOWN}
    kept["content_type"] = row["content_type"] or known["content_type"]
    if not (row["etag"] or row["last_modified"]):  # a 304 need not repeat them
        kept |= {name: known[name] for name in ("etag", "last_modified")}
    if not row["fingerprint"]:
        kept["fingerprint"] = known["fingerprint"]
    return kept


def _url(url: str) -> str:
    return printable(url[:MOST_URL])


def _source_ids(connection: Connection, keys: Iterable[TermsKey]) -> dict[TermsKey, int]:
    """The ids of pages of terms, stored if they are new."""
    wanted = set(keys)
    rows = rows_where(connection, models.TermsSource, "site_id", {key.site_id for key in wanted})
    known = {TermsKey(row.site_id, row.url): row.terms_source_id for row in rows}
    fresh = sorted(wanted - known.keys())
    return known | dict(
        zip(fresh, added(connection, models.TermsSource, [key._asdict() for key in fresh]), strict=True)
    )


def known_terms(connection: Connection, source_id: int, site_ids: Sequence[int]) -> dict[int, tuple[KnownTerms, ...]]:
    """The pages of terms that the history knows of sites, the one looked at last first.

    Digest and validators are of what this source could read last; the rest is as the newest look of any source says.
    """
    page, run = table(models.TermsSource), table(models.TermsFetch)
    columns = (page.c.site_id, page.c.url, run.c.source_id, run.c.last_seen, run.c.state, run.c.sha256, run.c.etag)
    more = (run.c.last_modified, run.c.fingerprint, run.c.kind, run.c.found_by, run.c.score)
    statement = select(*columns, *more).join_from(page, run, run.c.terms_source_id == page.c.terms_source_id)
    found: dict[TermsKey, KnownTerms] = {}
    read: dict[TermsKey, tuple[str, Validators, str]] = {}
    wanted = text(f"terms_source.site_id IN ({listed(site_ids)}) AND terms_source.url <> ''")
    for row in bare_rows(connection, statement.where(wanted).order_by(run.c.last_seen)):
        site, url, source, _, state, sha256, etag, modified, print_, kind, found_by, score = row
        key = TermsKey(site, url)
        if source == source_id and state == TermsState.OK and sha256:
            read[key] = bytes(sha256).hex(), Validators(etag, modified), bytes(print_).hex()
        found.pop(key, None)  # so that those looked at last come last
        found[key] = KnownTerms(url, SourceKind(kind), FoundBy(found_by), score, last_state=TermsState(state))
    by_site: dict[int, tuple[KnownTerms, ...]] = {}
    for key, known in reversed(found.items()):
        sha256, validators, shown = read.get(key, ("", Validators(), ""))
        one = replace(known, sha256=sha256, validators=validators, fingerprint=shown)
        by_site[key.site_id] = (*by_site.get(key.site_id, ()), one)
    return by_site
