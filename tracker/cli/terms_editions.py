"""The texts that pages of terms showed, for `tracker terms`: one of a moment or a hash, and two to compare."""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tracker.cli.terms_data import Row, of_site
from tracker.core.dates import moment
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.store.query import Reader

_FEWEST = 6
_HASH = re.compile(r"[0-9a-f]{1,64}")
_ALTERNATES = "the page alternates between these two; no change is confirmed"
_WAITS = "no change is confirmed: the newest look shows other words, which a second one has not seen yet"
_PASSED = "no change is confirmed: other words were seen, and were gone at the next look"


class Two(NamedTuple):
    """Two texts of a page, each a row with url, text_sha256, valid_from (None: it never stood) and first_seen.

    remark: what people must know, "" if the second followed the first. added, removed: what the second newly says and
    no longer says, as `category:stance`; None while one of them is not read.
    """

    before: Row
    after: Row
    remark: str
    added: list[str] | None
    removed: list[str] | None


def edition(reader: "Reader", host: str, url: str | None, asked: str | None, option: str) -> Row:
    """The text that stands at a page or stood there last, stood at a moment, or has a hash; UsageError if none."""
    if asked is not None and url is None and _is_hash(asked):
        return _of_hash(_seen(reader, host, None), host, asked, option)
    editions = _stood(reader, host, _page(reader, host, url))
    return editions[-1] if asked is None else _chosen(reader, editions, asked, option)


def two_editions(reader: "Reader", host: str, url: str | None, first: str | None, second: str | None) -> Two:
    """Two texts of a page: before and after the newest confirmed change, unless others are asked for.

    Without a confirmed change the last two that the page showed. Raises UsageError if there are no two.
    """
    page = _page(reader, host, url)
    editions = _stood(reader, host, page)
    remark = ""
    if first is None and second is None:
        before, after, remark = _newest_change(reader, host, page)
    else:
        after = editions[-1] if second is None else _chosen(reader, editions, second, "--to")
        before = _before(editions, after) if first is None else _chosen(reader, editions, first, "--from")
    return Two(before, after, remark, *_turn(reader, before, after))


def _newest_change(reader: "Reader", host: str, page: str) -> tuple[Row, Row, str]:
    changes = [row for row in reader.terms_changes(host).dicts() if row["url"] == page]
    change = next((row for row in changes if row["confirmed"]), None)
    remark = ""
    if change is None:
        change = next((row for row in changes if row["text_before"] != row["text_after"]), None)
        if change is None:
            raise _never(host, page)
        is_flapping = sum(row["kind"] == "flap" for row in changes) > 1
        remark = _ALTERNATES if is_flapping else _WAITS if change is changes[0] else _PASSED
    seen = {row["text_sha256"]: row for row in _seen(reader, host, page)}
    return seen[change["text_before"]], seen[change["text_after"]], remark


def _before(editions: Sequence[Row], after: Row) -> Row:
    others = [row for row in editions if row["text_sha256"] != after["text_sha256"]]
    earlier = [row for row in others if row["first_seen"] < after["first_seen"]]
    if not earlier:
        raise _never(after["site"], after["url"])
    return earlier[-1]


def _never(host: str, page: str) -> UsageError:
    return UsageError(f"the terms of {host} at {page} never changed in this history; --text shows them")


def _turn(reader: "Reader", before: Row, after: Row) -> tuple[list[str], list[str]] | tuple[None, None]:
    """What the second text newly says, and no longer says."""
    digests = [row["text_sha256"] for row in (before, after)]
    rows = reader.terms_findings(before["site"]).dicts()
    said: dict[str, set[str]] = {digest: set() for digest in digests}
    for row in rows:
        if row["url"] == before["url"] and row["text_sha256"] in said and row["asserted"]:
            silent = row["category"] == "silent"
            said[row["text_sha256"]].add("silent" if silent else f"{row['category']}:{row['stance']}")
    if not (before["is_read"] and after["is_read"]):
        return None, None
    then, now = (said[digest] for digest in digests)
    return sorted(now - then), sorted(then - now)


def _page(reader: "Reader", host: str, url: str | None) -> str:
    """The page of a site's terms that has the most to tell; UsageError if there is none, or none of that address."""
    sources = of_site(reader, host, url)["sources"]
    readable = [row for row in sources if row["text_sha256"]] or [row for row in sources if row["url"]]
    if not readable:
        raise UsageError(f"no text of terms of {host} ever stood in this history; `tracker terms {host}`")
    return str(readable[0]["url"])


def _stood(reader: "Reader", host: str, page: str) -> list[Row]:
    """The texts that stood at a page, in order of time."""
    found = [row for row in reader.terms_history(host).dicts() if row["url"] == page]
    if not found:
        raise UsageError(f"no text of {page} of {host} ever stood in this history; `tracker terms {host}`")
    return [row | {"first_seen": row["valid_from"], "is_read": int(row["ruleset"] is not None)} for row in found]


def _seen(reader: "Reader", host: str, page: str | None) -> list[Row]:
    """The texts that a page (None: any of the site) showed, be it only in passing; those that stood come last."""
    stood = {(row["url"], row["text_sha256"]): row for row in reader.terms_history(host).dicts()}
    never = {"valid_from": None, "valid_to": None}
    rows = [row for row in reader.terms_seen(host).dicts() if page in (None, row["url"])]
    found = [stood.get((row["url"], row["text_sha256"]), never) | row for row in rows]
    return sorted(found, key=lambda row: row["valid_from"] is not None)


def _is_hash(asked: str) -> bool:
    return len(asked) >= _FEWEST and bool(_HASH.fullmatch(asked))


def _of_hash(seen: Sequence[Row], host: str, asked: str, option: str) -> Row:
    found = [row for row in seen if row["text_sha256"].startswith(asked)]
    if len({row["text_sha256"] for row in found}) > 1:
        raise UsageError(f"{option} {asked}: several texts of {host} have a hash that begins so: give more digits")
    if not found:
        day = "; write a day as 2024-03-01" if asked.isdigit() else ""
        raise UsageError(f"{option} {asked}: no text of {host} with that hash{day}")
    return found[-1]


def _chosen(reader: "Reader", editions: Sequence[Row], asked: str, option: str) -> Row:
    host, page = editions[0]["site"], editions[0]["url"]
    if _is_hash(asked):
        return _of_hash(_seen(reader, host, page), host, asked, option)
    horizon = date.fromisoformat(reader.about()["horizon"][:10])
    try:
        when = moment(asked, horizon)
    except ValueError as error:
        if _HASH.fullmatch(asked) and not asked.isdigit():
            raise UsageError(f"{option} {asked}: of a text's hash give at least its first {_FEWEST} digits") from None
        raise UsageError(f"{option} {error}, or the first {_FEWEST} digits of a text's hash or more") from error
    stood = [
        row for row in editions if row["valid_from"] <= when and (row["valid_to"] is None or when < row["valid_to"])
    ]
    if not stood:
        raise UsageError(f"{option} {asked}: of that moment no text of {host} is known")
    return stood[-1]
