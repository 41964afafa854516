"""Remarks on groups: names that share rules which they may not have been meant to share, and names without rules."""

from bisect import bisect_right

from tracker.core.remarks.flags import Remark, first, quoted
from tracker.core.remarks.page import Page
from tracker.core.robots import AgentLine, Group, Record

_OWN_RULE = "give it a rule of its own, such as an empty `Disallow:`, if it is not to share them"


def _glued(page: Page) -> list[Remark]:
    starts = [group.agents[0].line for group in page.robots.groups]

    def remark(number: int) -> Remark:
        group = page.robots.groups[bisect_right(starts, number) - 1]
        below = next(line.line for line in group.agents if not line.glued)
        text = (
            f"`{page.line(number)}` shares the rules of the names below it (line {below}): the record in between "
            "ends no list of names in RFC 9309"
        )
        return Remark(number, "glued", text, _OWN_RULE)

    return page.noted("glued", remark)


def _split(page: Page) -> list[Remark]:
    """Groups whose names a blank line or a record such as Sitemap parts, where nothing that makes them `glued` does."""
    foreign = {record.line: record for record in (*page.robots.records, *page.robots.sitemaps)}
    found = [split for group in page.robots.groups if (split := _first_split(page, group, foreign))]

    def remark(split: tuple[AgentLine, AgentLine, str]) -> Remark:
        above, below, what = split
        text = (
            f"`{page.line(above.line)}` shares the rules of the names below it (line {below.line}): {what} in between "
            "ends no list of names"
        )
        return Remark(above.line, "split_names", text, _OWN_RULE)

    return first("split_names", found, remark)


def _first_split(page: Page, group: Group, foreign: dict[int, Record]) -> tuple[AgentLine, AgentLine, str] | None:
    if group.agents[0].glued or not group.rules:
        return None
    for above, below in zip(group.agents, group.agents[1:], strict=False):
        between = range(above.line + 1, below.line)
        record = next((foreign[line] for line in between if line in foreign), None)
        if record:
            return above, below, f"the {quoted(record.name.capitalize().encode())} line"
        if any(not page.lines[line - 1].strip() for line in between):
            return above, below, "the blank line"
    return None


def _empty(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        whom = "anybody" if page.parts(number)[1].startswith(b"*") else "it, whatever `*` is told"
        text = f"`{page.line(number)}` has no rule below it, so nothing is closed to {whom}"
        return Remark(
            number, "empty_group", text, "write `Disallow: /` to shut it out, or an empty `Disallow:` if that is meant"
        )

    return page.noted("empty_group", remark)


FINDERS = {"glued": _glued, "split_names": _split, "empty_group": _empty}
