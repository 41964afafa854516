"""The section of a brief about what others published, held against the panel."""

from typing import Any

from tracker.publish.brief.blocks import (
    Block,
    Cell,
    Code,
    Fold,
    Items,
    Link,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
    prose,
)
from tracker.publish.brief.facts import Brief, Frame
from tracker.publish.brief.words import again, claim_day, command, points, sentence, span, ticked

_ARTICLE = "techcrunch-top1000"
_NOT_HERE = "cannot be checked with this panel"
_HELD = ("above", "within", "below")
_VERDICTS = {**{verdict: verdict for verdict in _HELD}, _NOT_HERE: "not this panel"}


def claims(found: Brief) -> Section:
    """What others published, held against this panel by their rule and by ours."""
    title, frame = "What others published, counted again", found.frame
    if not found.claims:
        return Section("claims", title, (Paragraph(ticked(found.missing["claims"])),))
    counted, elsewhere = _sorted(found)
    blocks: list[Block] = [Paragraph(prose(_lead(frame.is_demo), *_outcome(counted)))]
    if counted:
        blocks.append(_table(frame, counted))
        blocks.append(Fold("Why they differ, figure by figure", tuple(map(_why, counted))))
    if elsewhere:
        blocks.append(_elsewhere(len(elsewhere), frame))
    if unchecked := [row for row in found.claims if row["verdict"] == "cannot be checked"]:
        blocks += [Paragraph(("What no panel of sites can check:",)), Items(tuple(map(_unchecked, unchecked)))]
    if silent := sum(row["verdict"] == "no data" for row in found.claims):
        said = f"Of {silent} figures this panel has no data: their agents or sites are unknown here."
        blocks.append(Paragraph((said,)))
    blocks.append(again(command("tracker", "claims", "--panel", frame.panel)))
    return Section("claims", title, tuple(blocks))


def _sorted(found: Brief) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The figures that this panel can check, newest first, and those it cannot; about the agents of the brief alone.

    The one that most readers come with stands among the first, whatever the panel is.
    """
    agents = {share.agent for share in found.shares} | {"any"}
    rows = [row for row in reversed(found.claims) if row["agent"] in agents and row["seen"]]
    counted = [row for row in rows if row["verdict"] in _VERDICTS or row["verdict"] == "ours only"]
    here = [row for row in counted if row["verdict"] != _NOT_HERE or row["claim"] == _ARTICLE]
    return here, [row for row in counted if row not in here]


def _table(frame: Frame, rows: list[dict[str, Any]]) -> Table:
    caption = prose(
        "Published shares (per cent) beside ours on panel ",
        Code(frame.panel),
        ", on the day with data nearest to theirs. By their rule: our count by the rule that we take for "
        "theirs (many publish none; the reasons below say whose); by ours: ",
        Code(frame.definition),
        f" of {frame.of_sites}. In brackets n, and what unknown sites leave open. Points: our count by their rule, "
        "less the claim. The claim lies above, within or below what our count by their rule leaves open.",
    )
    verdict = "claim, to our count by their rule"
    columns = ("published", "of", "agent", "claimed", "by their rule", "by ours", "points", verdict, "here on")
    return Table(caption, columns, tuple(map(_claim, rows)))


def _lead(is_demo: bool) -> str:
    made_up = " These sites are made up, so every difference is, too." if is_demo else ""
    return (
        "Published figures are each of a list, a day, a rule and a denominator. Here each is counted again by the rule "
        "that we take for theirs, and by ours; what is left between may come of the list, the day, unknown sites, or "
        "a rule that is not the one we take. Where the panel is no such list, or has no data near that day, it cannot "
        f"check the figure.{made_up}"
    )


def _outcome(rows: list[dict[str, Any]]) -> Text:
    """How many of the figures that can be checked lie where."""
    verdicts = [row["verdict"] for row in rows if row["verdict"] in _HELD]
    if not verdicts:
        return ()
    parts = ", ".join(f"{verdicts.count(verdict):,} {verdict}" for verdict in _HELD)
    return (" ", Strong(f"Of {len(verdicts):,} that it can check: {parts}"), " what our count leaves open.")


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
    return (*head, *ticked("; ".join(row["reasons"])), ".")


def _elsewhere(count: int, frame: Frame) -> Paragraph:
    more = command("tracker", "claims", "--all", "--panel", frame.panel)
    said = f"{count:,} more figure{' is' if count == 1 else 's are'} of other lists or other times, which this panel"
    return Paragraph((f"{said} cannot check: ", Code(more), " has them, with our counts beside them."))


def _source(source: str) -> str | Link:
    """Where it was published; a link if it is nothing but an address."""
    return Link(source, source) if source.startswith("https://") and " " not in source else source


def _unchecked(row: dict[str, Any]) -> Text:
    return (
        Strong(row["publisher"]),
        f", {claim_day(row)}: “{row['figure']}”. ",
        *ticked(sentence("; ".join(row["reasons"]))),
        ".",
    )
