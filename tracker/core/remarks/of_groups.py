"""Remarks on groups: names that share rules which they may not have been meant to share, and names without rules."""

from bisect import bisect_right

from tracker.core.naming import tokens_of
from tracker.core.patterns import Work
from tracker.core.remarks.flags import Remark, first, quoted
from tracker.core.remarks.page import Page
from tracker.core.remarks.selections import STAR, selections
from tracker.core.robots import AgentLine, Group, Record, Rule
from tracker.core.ruleset import STEPS

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
    elsewhere = _with_rules(page)

    def remark(number: int) -> Remark:
        value = page.parts(number)[1]
        tokens = {STAR} if AgentLine(number, value).is_star else set(tokens_of(value)[0])
        text = f"`{page.line(number)}` has no rule below it"
        if not tokens.isdisjoint(elsewhere):
            return Remark(number, "empty_group", f"{text}: what other groups of that name say holds all the same")
        if tokens == {STAR}:
            # No mend but this: `Disallow: /` would shut everybody out who is not named.
            text += ", so nothing is closed to those that no other group names"
            return Remark(number, "empty_group", text, "write an empty `Disallow:` if that is meant")
        text += ", so nothing is closed to it, whatever `*` is told"
        mend = "write `Disallow: /` to shut it out, or an empty `Disallow:` if that is meant"
        return Remark(number, "empty_group", text, mend)

    return page.noted("empty_group", remark)


def _with_rules(page: Page) -> set[str]:
    """The tokens, `*` among them, that a group with rules names."""
    if not page.notes["empty_group"]:
        return set()
    lines = (line for group in page.robots.groups if group.rules for line in group.agents)
    return {token for line in lines for token in ((STAR,) if line.is_star else tokens_of(line.value)[0])}


def _not_everybody(page: Page) -> list[Remark]:
    found = [line for line in page.nobodies if any(rule.pattern for rule in page.nobodies[line].rules)]

    def remark(number: int) -> Remark:
        text = f"`{page.line(number)}` names no crawler, so that the rules below it bind nobody"
        return Remark(number, "not_everybody", text, "write `User-agent: *` if everybody is meant")

    return first("not_everybody", found, remark)


def _idle_allows(page: Page) -> list[Remark]:
    """Allows of those that no rule closes anything to: they close nothing else either."""
    work = Work(STEPS)
    found: dict[int, tuple[Rule, str]] = {}
    for indices, tokens in selections(page.robots).items():
        rules = [rule for index in indices for rule in page.robots.groups[index].rules]
        work.spend(1 + len(rules))
        if work.exhausted:
            break
        # An empty Disallow or an `Allow: /` says that all is open, and is meant so.
        if rules and all(rule.allow and rule.pattern.strip(b"/*$") for rule in rules):
            whom = "everybody" if STAR in tokens else quoted(page.known.get(tokens[-1], tokens[-1]).encode())
            found.setdefault(rules[0].line, (rules[0], whom))

    def remark(item: tuple[Rule, str]) -> Remark:
        rule, whom = item
        text = f"`{page.line(rule.line)}` closes nothing else: without a Disallow beside it all is open to {whom}"
        path = quoted(page.parts(rule.line)[1])
        return Remark(rule.line, "idle_allow", text, f"write `Disallow: /` above it if only `{path}` is meant")

    return first("idle_allow", [found[line] for line in sorted(found)], remark)


FINDERS = {
    "glued": _glued,
    "split_names": _split,
    "empty_group": _empty,
    "not_everybody": _not_everybody,
    "idle_allow": _idle_allows,
}
