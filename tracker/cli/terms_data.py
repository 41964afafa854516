"""What the history knows of the terms of a site, for `tracker terms`: rows of the public views, and its texts."""

from typing import TYPE_CHECKING, Any

from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.store.query import Reader

Row = dict[str, Any]


def of_site(reader: "Reader", host: str, url: str | None = None) -> Row:
    """All that is known of a site's terms now; raises UsageError for a site whose terms nobody has looked for."""
    sources = reader.terms_now(host).dicts()
    if not sources:
        from tracker.store.asking import near_site

        raise UsageError(
            f"nobody has looked for terms of {host}{near_site(reader, host)}: `tracker crawl --round weekly` does, in "
            "the sites of a panel"
        )
    if url is not None:
        sources = [row for row in sources if row["url"] == url] or _no_such_page(host, url, sources)
    said = [row for row in reader.terms_findings(host).dicts() if row["current"]]
    changes = reader.terms_changes(host).dicts()
    characters = {row["text_sha256"]: row["characters"] for row in reader.terms_seen(host).dicts()}
    for source in sources:
        mine = [_finding(row) for row in said if row["url"] == source["url"]]
        source["findings"] = [row for row in mine if row.pop("asserted")]
        source["doubtful"] = [row for row in mine if row not in source["findings"]]
        source["why_unknown"] = _why_unknown(source, characters)
        source |= _turns([row for row in changes if row["url"] == source["url"]])
    return {"site": host, "sources": sources, "contradictions": reader.contradictions(host).dicts()}


def _why_unknown(source: Row, characters: dict[str, int]) -> str | None:
    """Why the class of a page is not known; None if it is."""
    if source["dpi_class"] is not None:
        return None
    if source["text_sha256"] is None:
        return f"there is no text that could be read ({source['state']})"
    if source["ruleset"] is None:
        return "it is not read yet"
    from tracker.core.terms.unknown import why_unknown

    facts = {"language": source["language"], "flags": (source["flags"] or "").split()}
    return why_unknown(unclear=bool(source["unclear"]), characters=characters.get(source["text_sha256"], 0), **facts)


def _turns(changes: list[Row]) -> Row:
    """What became of the looks at a page that saw other words than before; changes: newest first.

    changes: with `pending`, whether it is the newest look and waits for a second. flaps: returns to words that were
    known, which are none. variants: how many texts took turns without an event. newest_text: of the newest look that
    could be read, None if it always saw the same.
    """
    passing = [row for row in changes if not row["confirmed"]]
    return {
        "flaps": sum(row["kind"] == "flap" for row in changes),
        "variants": len({row[name] for row in passing for name in ("text_before", "text_after")}),
        "newest_text": changes[0]["text_after"] if changes else None,
        "changes": [
            row | {"pending": int(row is changes[0] and not row["confirmed"])}
            for row in changes
            if row["kind"] != "flap"
        ],
    }


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


def _finding(row: Row) -> Row:
    kept = ("category", "stance", "score", "rule", "quote", "asserted")
    return {"start": row["start_char"], "end": row["end_char"]} | {name: row[name] for name in kept}


def _no_such_page(host: str, url: str, sources: list[Row]) -> Any:
    known = ", ".join(row["url"] for row in sources if row["url"]) or "none"
    raise UsageError(f"--url {url}: no page of terms of {host}; known: {known}")
