"""The section of a brief about what others published, held against the panel."""

from typing import Any

from tracker.publish.brief.blocks import (
    Block,
    Cell,
    Code,
    Fold,
    Items,
    Link,
    Listing,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
    prose,
)
from tracker.publish.brief.facts import Brief
from tracker.publish.brief.words import claim_day, command, points, span

_VERDICTS = {"within": "within ours", "above": "above ours", "below": "below ours"}


def claims(found: Brief) -> Section:
    """What others published, held against this panel by their rule and by ours."""
    title, frame = "What others published, counted again", found.frame
    if not found.claims:
        return Section("claims", title, (Paragraph((found.missing["claims"],)),))
    shown = {share.agent for share in found.shares} | {"any"}
    checked = [row for row in found.claims if row["verdict"] not in ("cannot be checked", "no data")]
    counted = [row for row in checked if row["agent"] in shown]
    blocks: list[Block] = [Paragraph((_lead(frame.is_demo),))]
    if counted:
        rows = tuple(_claim(row) for row in reversed(counted))
        caption = prose(
            "Published shares (per cent) beside ours on panel ",
            Code(frame.panel),
            ", on the day with data nearest to theirs. By their rule: with their definition and denominator, as near "
            "as ours come; by ours: ",
            Code(frame.definition),
            f" of {frame.of_sites}. In brackets n, and what unknown sites leave open. Points: ours by "
            "their rule, less theirs.",
        )
        columns = (
            "published",
            "of",
            "agent",
            "claimed",
            "by their rule",
            "by ours",
            "points",
            "claim is",
            "here on",
        )
        blocks.append(Table(caption, columns, rows))
        blocks.append(Fold("Why they differ, figure by figure", tuple(_why(row) for row in reversed(counted))))
    unchecked = [row for row in found.claims if row["verdict"] == "cannot be checked"]
    if unchecked:
        blocks += [Paragraph(("What no panel of sites can check:",)), Items(tuple(map(_unchecked, unchecked)))]
    if left := len(checked) - len(counted):
        blocks.append(Paragraph((f"{left} more figures are about agents that are not in this brief.",)))
    if silent := sum(row["verdict"] == "no data" for row in found.claims):
        blocks.append(
            Paragraph((f"Of {silent} figures this panel has no data: their agents or sites are unknown here.",))
        )
    blocks.append(Listing("Again", (command("tracker", "claims", "--panel", frame.panel),)))
    return Section("claims", title, tuple(blocks))


def _lead(is_demo: bool) -> str:
    made_up = " These sites are made up, so every difference is, too." if is_demo else ""
    return (
        "Most published figures are right, each for its own list, day, rule and denominator. Here each is counted "
        "again by its own rule and by ours; what is left between is list, day and unknown sites. Where the panel is no "
        "such list, or has no data near that day, it cannot check the figure; the counts are shown all the "
        f"same.{made_up}"
    )


def _claim(row: dict[str, Any]) -> tuple[Cell, ...]:
    verdict = _VERDICTS.get(row["verdict"], row["verdict"])
    who = (f"{row['publisher']}, {claim_day(row)}", row["population"], row["agent"], f"{row['claimed']:g} %")
    return (*who, _share(row["theirs"]), _share(row["ours"]), points(row["difference"]), verdict, row["seen"]["date"])


def _share(share: dict[str, Any] | None) -> str | None:
    if share is None or share["percent"] is None:
        return None
    open_ = "" if share["low"] == share["high"] else f"; {span(share['low'], share['high'])}"
    return f"{share['percent']:.1f} % (n = {share['n']:,}{open_})"


def _why(row: dict[str, Any]) -> Text:
    said = f", {row['agent']} {row['claimed']:g} % (" if row["agent"] else " ("
    head = prose(Strong(row["publisher"]), f", {claim_day(row)}{said}", _source(row["source"]), "): ")
    return (*head, "; ".join(row["reasons"]), ".")


def _source(source: str) -> str | Link:
    """Where it was published; a link if it is nothing but an address."""
    return Link(source, source) if source.startswith("https://") and " " not in source else source


def _unchecked(row: dict[str, Any]) -> Text:
    return (Strong(row["publisher"]), f", {claim_day(row)}: “{row['figure']}”. ", "; ".join(row["reasons"]), ".")
