"""The classic mistake: what stands under `*` is thought to hold also for those who have a group of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.core.naming import tokens_of
from tracker.core.patterns import Work, witnesses
from tracker.core.remarks.flags import Remark, quoted
from tracker.core.remarks.page import Page
from tracker.core.remarks.selections import STAR, selections
from tracker.core.robots import AgentLine, Rule
from tracker.core.ruleset import STEPS, Degree, Ruleset
from tracker.core.signals import robots_signals
from tracker.core.signals.signal import RSL

_SHOWN = 4
_FIELDS = frozenset({"content-signal", "content-usage"})
_Closed = list[tuple[Rule, bytes]]


@dataclass(frozen=True, slots=True)
class _Own:
    """What the file says to some who are named: their tokens, their groups, the rules of these."""

    tokens: list[str]
    groups: tuple[int, ...]
    rules: Ruleset


def _own_groups(page: Page) -> list[Remark]:
    """One remark on the rules for `*`, and one on its signals, if there is somebody whom they do not reach."""
    chosen = selections(page.robots)
    star = next((groups for groups, tokens in chosen.items() if STAR in tokens), None)
    if star is None:
        return []
    work = Work(STEPS)
    others = _others(page, chosen, work)
    remarks = []
    # Who has no Disallow is welcomed on purpose.
    restricted = [own for own in others if own.rules.disallows]
    closed = _closed_to_all(page, star, work) if restricted else []
    missed = [(own, rule) for own in restricted if (rule := _left_open(own, closed, work))]
    if missed:
        line = missed[0][1].line
        remarks.append(_remark(page, f"The rules for `*`, such as {_at(page, line)},", [own for own, _ in missed]))
    said = next((one.line for one in robots_signals(page.robots, STAR) if one.kind != RSL and one.value), None)
    if said is not None and (deaf := _deaf(page, others)):
        remarks.append(_remark(page, f"The signals for `*`, such as {_at(page, said)},", deaf))
    return remarks


def _others(page: Page, chosen: dict[tuple[int, ...], list[str]], work: Work) -> list[_Own]:
    """Those that are named, of a registry only its own: other crawlers get rules of theirs on purpose, as a rule."""
    found = []
    for groups, tokens in chosen.items():
        if STAR not in tokens and (not page.known or any(token in page.known for token in tokens)):
            rules = [rule for index in groups for rule in page.robots.groups[index].rules]
            found.append(_Own(tokens, groups, Ruleset(rules, work)))
        if work.exhausted:
            break
    return found


def _closed_to_all(page: Page, star: tuple[int, ...], work: Work) -> _Closed:
    """Paths that `*` closes, with their rules; none if it closes ordinary pages, for then to name is to let in."""
    rules = Ruleset([rule for index in star for rule in page.robots.groups[index].rules], work)
    if rules.generic:
        return []
    paths = ((rule, path) for rule in rules.disallows for path in witnesses(rule.pattern))
    return [(rule, path) for rule, path in paths if not work.exhausted and rules.disallows_path(path)]


def _left_open(own: _Own, closed: _Closed, work: Work) -> Rule | None:
    """The first rule of `*` whose pages are open to this one."""
    for rule, path in closed:
        work.spend(1)
        if work.exhausted:
            return None
        if not own.rules.disallows_path(path):
            return rule
    return None


def _deaf(page: Page, others: Sequence[_Own]) -> list[_Own]:
    """Those that are let in and have no signal of their own."""
    told = {record.group for record in page.robots.records if record.name in _FIELDS}
    return [own for own in others if told.isdisjoint(own.groups) and own.rules.degree is not Degree.FULL]


def _remark(page: Page, what: str, missed: Sequence[_Own]) -> Remark:
    lines = [line for own in islice(missed, _SHOWN + 1) for line in _lines(page, own)]
    names = list(dict.fromkeys(quoted(line.value.partition(b"/")[0].strip()) for line in lines))
    whom = ", ".join(names[:_SHOWN]) + (" and others" if len(names) > _SHOWN else "")
    mend = "repeat them in {} if they are meant for {}"
    mend = mend.format("their groups", "them") if len(names) > 1 else mend.format("its group", "it")
    text = f"{what} do not reach {whom}: who has a group obeys it alone"
    return Remark(min(line.line for line in lines), "own_group", text, mend)


def _lines(page: Page, own: _Own) -> list[AgentLine]:
    """The user-agent lines that choose these groups."""
    wanted = set(own.tokens)
    lines = (line for index in own.groups for line in page.robots.groups[index].agents if not line.is_star)
    return [line for line in lines if not wanted.isdisjoint(tokens_of(line.value)[0])]


def _at(page: Page, line: int) -> str:
    return f"`{page.line(line)}` on line {line}"


FINDERS = {"own_group": _own_groups}
