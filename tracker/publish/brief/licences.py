"""Licences beside which sites of a panel let the licensee's crawlers in again: the facts, and the section of them."""

from collections.abc import Iterable
from typing import Any

from tracker import reference
from tracker.core.claims import as_known
from tracker.publish.brief.blocks import Code, Paragraph, Section, Strong, Table, Text, prose
from tracker.publish.brief.facts import Brief, Frame, Licence, Lift
from tracker.publish.brief.words import again, command, day
from tracker.publish.deals import NEAR, WITHIN, reversals
from tracker.store.query import Reader


def licences(reader: Reader, frame: Frame) -> tuple[Licence, ...]:
    """The licences whose licensor has sites in this panel that shut the licensee out, up to the day of the brief."""
    members = set(reader.sql("SELECT site FROM sites WHERE list = :panel", {"panel": frame.panel}).column("site"))
    found = [_licence(row, members, frame.date) for row in reversals(reader, reference.deals()) if row["blocked"]]
    return tuple(one for one in found if one.lifted or one.still)


def _licence(row: dict[str, Any], members: set[str], until: str) -> Licence:
    lifted = _lifts(row["reversals"], members, until)
    still = tuple(site for site in row["blocked"] if site in members and site not in {one.site for one in lifted})
    outside = _lifts(row["outside"], set(still), until)
    when = as_known(row["day"], row["precision"])
    return Licence(when, row["licensor"], row["licensee"], lifted, still, outside, row["source"])


def _lifts(rows: Iterable[dict[str, Any]], members: set[str], until: str) -> tuple[Lift, ...]:
    """What some sites lifted up to a day, with all agents of one site and day together."""
    lifts: dict[tuple[str, str, str, int], list[str]] = {}
    for one in rows:
        if one["site"] in members and one["date"] <= until:
            lifts.setdefault((one["site"], one["not_before"][:10], one["date"], one["days"]), []).append(one["agent"])
    return tuple(Lift(*key[:3], tuple(agents), key[3]) for key, agents in lifts.items())


def beside(found: Brief) -> Section | None:
    """The licences and the blocks lifted around their days; None where no block was."""
    frame, beside_them = found.frame, sum(bool(one.lifted) for one in found.licences)
    if not beside_them:
        return None
    lead = prose(
        Strong(f"Blocks were lifted beside {beside_them} of {len(found.licences)} licences for text"),
        f" within {WITHIN} days. Counted are licences whose licensor has sites in this panel that shut the licensee's "
        "crawlers out. It proves no cause: sites lift blocks without a licence, too (“reopened” above).",
    )
    caption = prose(
        f"Licences and the blocks lifted within {WITHIN} days before or after, panel ",
        Code(frame.panel),
        f", up to {day(frame.date)}. A block was lifted, wholly or in part, after the first and not after the second "
        "day; in brackets the days from the licence to the second, negative before it. Not lifted: the licensor's "
        f"sites that lifted no block in these days; in brackets what they lifted within {NEAR} days.",
    )
    columns = ("licence", "licensor", "licensee", "lifted", f"not lifted within {WITHIN} days", "known from")
    rows = tuple(
        (one.day, one.licensor, one.licensee, _lifted(one.lifted), _hosts(one), one.source) for one in found.licences
    )
    return Section(
        "licences",
        "Licences and blocks lifted beside them",
        (Paragraph(lead), Table(caption, columns, rows), again(command("tracker", "claims", "--deals"))),
    )


def _lifted(lifts: Iterable[Lift]) -> Text:
    found: list[Code | str] = []
    for one in lifts:
        words = f" to {', '.join(one.agents)}, {one.not_before} and {one.date} ({_days(one)})"
        found += ["; ", Code(one.site), words]
    return tuple(found[1:]) or ("none",)


def _days(one: Lift) -> str:
    return f"{one.days:+d}" if one.days else "0"


def _hosts(licence: Licence) -> Text:
    found: list[Code | str] = []
    for site in licence.still:
        later = "; ".join(
            f"{', '.join(one.agents)} {one.date}, {_days(one)}" for one in licence.outside if one.site == site
        )
        found += [", ", Code(site), f" ({later})" if later else ""]
    return tuple(found[1:]) or ("none",)
