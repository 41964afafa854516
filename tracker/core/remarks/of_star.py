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
from tracker.core.signals import Signal, signals_by_token
from tracker.core.signals.signal import RSL

_SHOWN = 4
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
    missed_signals = _deaf(page, others)
    if missed_signals:
        said = missed_signals[0][1].line or 0
        deaf = [own for own, _ in missed_signals]
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


def _deaf(page: Page, others: Sequence[_Own]) -> list[tuple[_Own, Signal]]:
    """Those that are let in and are told nothing of what a signal for `*` speaks of, with the first such signal."""
    told = signals_by_token(page.robots)
    said = [one for one in told.get(STAR, ()) if one.kind != RSL and one.value]
    found = []
    for own in others if said else ():
        subjects = {(one.kind, one.key) for one in told.get(own.tokens[0], ()) if one.value}
        missed = next((one for one in said if (one.kind, one.key) not in subjects), None)
        if missed and own.rules.degree is not Degree.FULL:
            found.append((own, missed))
    return found


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
