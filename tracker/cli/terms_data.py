"""What the history knows of the terms of a site, for `tracker terms`: rows of the public views, and its texts."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tracker.core.terms import CATEGORIES
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.store.query import Reader

_HASH = re.compile(r"[0-9a-f]{6,64}")
Row = dict[str, Any]


def of_site(reader: "Reader", host: str, url: str | None = None) -> Row:
    """All that is known of a site's terms now; raises UsageError for a site whose terms nobody has looked for."""
    sources = reader.terms_now(host).dicts()
    if not sources:
        raise UsageError(
            f"nobody has looked for terms of {host}: `tracker crawl --round weekly` does, in the sites of a panel"
        )
    if url is not None:
        sources = [row for row in sources if row["url"] == url] or _no_such_page(host, url, sources)
    said = [row for row in reader.terms_findings(host).dicts() if row["current"]]
    changes = reader.terms_changes(host).dicts()
    for source in sources:
        mine = [_finding(row) for row in said if row["url"] == source["url"]]
        source["findings"] = [row for row in mine if row.pop("asserted")]
        source["doubtful"] = [row for row in mine if row not in source["findings"]]
        of_page = [row for row in changes if row["url"] == source["url"]]
        source["flaps"] = sum(row["kind"] == "flap" for row in of_page)
        source["changes"] = [
            row | {"pending": int(row is of_page[0] and not row["confirmed"])}
            for row in of_page
            if row["kind"] != "flap"
        ]
    return {"site": host, "sources": sources, "contradictions": reader.contradictions(host).dicts()}


def edition(reader: "Reader", host: str, url: str | None, asked: str | None, option: str) -> Row:
    """The text that stands at a page, or stood at a moment, or has a hash; UsageError if there is none."""
    editions = _editions(reader, host, url)
    return editions[-1] if asked is None else _chosen(editions, host, asked, option)


def two_editions(
    reader: "Reader", host: str, url: str | None, first: str | None, second: str | None
) -> tuple[Row, Row]:
    """Two texts of a page: the last two, unless others are asked for; UsageError if there are no two."""
    editions = _editions(reader, host, url)
    after = editions[-1] if second is None else _chosen(editions, host, second, "--to")
    if first is not None:
        return _chosen(editions, host, first, "--from"), after
    others = [row for row in editions if row["valid_from"] and row["text_sha256"] != after["text_sha256"]]
    before = [row for row in others if not after["valid_from"] or row["valid_from"] < after["valid_from"]]
    if not before:
        raise UsageError(f"the terms of {host} at {after['url']} never changed in this history; --text shows them")
    return before[-1], after


def turn(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What the second text newly says, and no longer says, as `category:stance`."""
    then, now = (
        {f"{one}:{row[one]}" for one in CATEGORIES if row[one]} | ({"silent"} if row["silent"] else set())
        for row in (before, after)
    )
    return sorted(now - then), sorted(then - now)


def current(reader: "Reader", host: str, url: str | None) -> Row:
    """The page of a site whose text stands now; UsageError without one, or if there are several and none is named."""
    sources = of_site(reader, host, url)["sources"]
    readable = [row for row in sources if row["text_sha256"]]
    if not readable:
        raise UsageError(f"no terms of {host} could be read: {', '.join(str(row['state']) for row in sources)}")
    main = [row for row in readable if row["kind"] == "terms"] or readable
    if len({row["text_sha256"] for row in main}) > 1:
        raise UsageError(f"{host} has several pages of terms, name one: --url {main[0]['url']} or {main[1]['url']}")
    return main[0]


def _editions(reader: "Reader", host: str, url: str | None) -> list[Row]:
    """The texts that stood at a page, in order of time."""
    page = url or _page(reader, host)
    found = [row for row in reader.terms_history(host).dicts() if row["url"] == page]
    if not found:
        raise UsageError(f"no text of {page or 'terms'} of {host} ever stood in this history; `tracker terms {host}`")
    return found


def _page(reader: "Reader", host: str) -> str | None:
    """The page of a site's terms that has the most to tell."""
    sources = of_site(reader, host)["sources"]
    readable = [row for row in sources if row["text_sha256"]] or [row for row in sources if row["url"]]
    return readable[0]["url"] if readable else None


def _chosen(editions: list[Row], host: str, asked: str, option: str) -> Row:
    if _HASH.fullmatch(asked) and not asked.isdigit():
        found = [row for row in editions if row["text_sha256"].startswith(asked)]
        if len({row["text_sha256"] for row in found}) != 1:
            raise UsageError(f"{option} {asked}: {'several texts' if found else 'no text'} of {host} with that hash")
        return found[-1]
    from tracker.core.dates import moment

    try:
        when = moment(asked)
    except ValueError as error:
        raise UsageError(f"{option} {error}, or the first digits of a text's hash") from error
    stood = [
        row for row in editions if row["valid_from"] <= when and (row["valid_to"] is None or when < row["valid_to"])
    ]
    if not stood:
        raise UsageError(f"{option} {asked}: of that moment no text of {host} is known")
    return stood[-1]


def _finding(row: Row) -> Row:
    kept = ("category", "stance", "score", "rule", "quote", "asserted")
    return {"start": row["start_char"], "end": row["end_char"]} | {name: row[name] for name in kept}


def _no_such_page(host: str, url: str, sources: list[Row]) -> Any:
    known = ", ".join(row["url"] for row in sources if row["url"]) or "none"
    raise UsageError(f"--url {url}: no page of terms of {host}; known: {known}")
