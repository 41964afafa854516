"""Licences beside which sites of a panel let the licensee's crawlers in again: the facts, and the section of them."""

from collections.abc import Iterable
from typing import Any

from tracker import reference
from tracker.core.claims import as_known
from tracker.publish.brief.blocks import Code, Paragraph, Section, Strong, Table, Text, prose
from tracker.publish.brief.facts import Brief, Frame, Licence, Lift
from tracker.publish.brief.words import again, command, day
from tracker.publish.deals import WITHIN, reversals
from tracker.store.query import Reader


def licences(reader: Reader, frame: Frame) -> tuple[Licence, ...]:
    """The licences whose licensor has sites in this panel that shut the licensee out, up to the day of the brief."""
    members = set(reader.sql("SELECT site FROM sites WHERE list = :panel", {"panel": frame.panel}).column("site"))
    found = [_licence(row, members, frame.date) for row in reversals(reader, reference.deals()) if row["blocked"]]
    return tuple(one for one in found if one.lifted or one.still)


def _licence(row: dict[str, Any], members: set[str], until: str) -> Licence:
    lifts: dict[tuple[str, str, str, int], list[str]] = {}
    for one in row["reversals"]:
        if one["site"] in members and one["date"] <= until:
            lifts.setdefault((one["site"], one["not_before"][:10], one["date"], one["days"]), []).append(one["agent"])
    lifted = tuple(Lift(*key[:3], tuple(agents), key[3]) for key, agents in lifts.items())
    still = tuple(site for site in row["blocked"] if site in members and site not in {one.site for one in lifted})
    when = as_known(row["day"], row["precision"])
    return Licence(when, row["licensor"], row["licensee"], lifted, still, row["source"])


def beside(found: Brief) -> Section | None:
    """The licences and the blocks lifted around their days; None where no block was."""
    frame, beside_them = found.frame, sum(bool(one.lifted) for one in found.licences)
    if not beside_them:
        return None
    lead = prose(
        Strong(f"Beside {beside_them} of {len(found.licences)} licences for text blocks were lifted"),
        f" within {WITHIN} days. Counted are licences whose licensor has sites in this panel that shut the licensee's "
        "crawlers out. It proves no cause: sites lift blocks without a licence, too (“reopened” above).",
    )
    caption = prose(
        f"Licences and the blocks lifted within {WITHIN} days before or after, panel ",
        Code(frame.panel),
        f", up to {day(frame.date)}. A block was lifted, wholly or in part, after the first and not after the second "
        "day; in brackets the days from the licence to the second, negative before it. Still shut: the licensor's "
        "sites that lifted no block in these days.",
    )
    columns = ("licence", "licensor", "licensee", "lifted", "still shut", "known from")
    rows = tuple(
        (one.day, one.licensor, one.licensee, _lifted(one.lifted), _hosts(one.still), one.source)
        for one in found.licences
    )
    return Section(
        "licences",
        "Licences and blocks lifted beside them",
        (Paragraph(lead), Table(caption, columns, rows), again(command("tracker", "claims", "--deals"))),
    )


def _lifted(lifts: Iterable[Lift]) -> Text:
    found: list[Code | str] = []
    for one in lifts:
        days = f"{one.days:+d}" if one.days else "0"
        found += ["; ", Code(one.site), f" to {', '.join(one.agents)}, {one.not_before} and {one.date} ({days})"]
    return tuple(found[1:]) or ("none",)


def _hosts(sites: Iterable[str]) -> Text:
    found: list[Code | str] = []
    for site in sites:
        found += [", ", Code(site)]
    return tuple(found[1:]) or ("none",)
