"""Why a robots.txt says what it says to an agent: the sentence, and the file with the lines that decide marked.

The bytes come from strangers: here they become escaped HTML without control characters, in bounded amounts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from dashboard import theme
from tracker.core.agents import Agent
from tracker.core.robots import RobotsFile, parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import Basis, Fate, Verdict, judge

LONGEST_FILE = 2_000
LONGEST_LINE = 400
_CONTEXT = 3
_SHORT_FILE = 60
DECIDES, NAMES, APPLIES, KEEPS_OPEN = "decides", "names", "applies to", "keeps open"
_COLOURS = {DECIDES: theme.BLOCKED, NAMES: theme.ALLOWED, APPLIES: theme.ALLOWED, KEEPS_OPEN: theme.OPEN_STOCK}
_STYLE = (
    "font-family:monospace;font-size:0.85rem;line-height:1.5;max-height:32rem;overflow:auto;"
    "border:1px solid rgba(128,128,128,.35);border-radius:.5rem;padding:.5rem 0"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one file says to one agent: the verdict, the token that was found, and why, in a sentence of Markdown.

    `borrowed`: the token belongs to another agent, which this one obeys where it is not named itself.
    """

    agent: str
    verdict: Verdict
    token: str
    borrowed: bool
    lines: tuple[str, ...]

    @property
    def marks(self) -> dict[int, str]:
        """What each line that matters does, by line number."""
        lines = self.verdict.lines
        marks = dict.fromkeys(lines.exceptions, KEEPS_OPEN)
        named = self.verdict.basis is Basis.NAMED and not self.borrowed
        marks.update(dict.fromkeys(lines.agents, NAMES if named else APPLIES))
        if lines.deciding is not None:
            marks[lines.deciding] = DECIDES
        return marks

    @property
    def sentence(self) -> str:
        """The verdict in words, with its lines."""
        verdict = self.verdict
        if verdict.basis is Basis.NONE:
            return f"No group of this file is for {self.agent} and none is for everybody: every page is open."
        group = f"the group of {_numbers(verdict.lines.agents)}"
        if verdict.lines.deciding is None:
            return f"{group[0].upper()}{group[1:]} closes nothing to {self.agent}, {self._basis()}."
        text = self.lines[verdict.lines.deciding - 1].replace("`", "'")
        return (
            f"Line {verdict.lines.deciding} `{text[:LONGEST_LINE]}` in {group} {self._effect()} "
            f"to {self.agent}, {self._basis()}{self._exceptions()}."
        )

    def _basis(self) -> str:
        if self.borrowed:
            return f"which obeys the rules for {self.token} where it is not named itself"
        return "by name" if self.verdict.basis is Basis.NAMED else "through the rules for every agent"

    def _effect(self) -> str:
        if self.verdict.degree is Degree.FULL:
            return "closes every page"
        return "closes ordinary pages" if self.verdict.generic is Fate.DISALLOWED else "closes some pages"

    def _exceptions(self) -> str:
        found = self.verdict.lines.exceptions
        return f"; {_numbers(found)} {_verb(found)} some open" if found else ""


def _verb(lines: tuple[int, ...]) -> str:
    return "keeps" if len(lines) == 1 else "keep"


def _numbers(lines: tuple[int, ...]) -> str:
    """`line 4`, `lines 4-6`, `lines 4, 9 and 12`, `lines 4, 9 and 31 more`."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    if all(right - left == 1 for left, right in pairwise(lines)):
        return f"lines {lines[0]}-{lines[-1]}"
    if len(lines) > 4:
        return f"lines {lines[0]}, {lines[1]} and {len(lines) - 2} more"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def explain(body: bytes, agent: Agent) -> Evidence:
    """What a file says to an agent: by one of its tokens, else by one it falls back to, else through `*`."""
    robots = parse(body)
    lines = tuple(_readable(line) for line in body.splitlines())
    for borrowed, tokens in ((False, agent.tokens), (True, agent.falls_back_to)):
        for token in tokens:
            verdict = judge(robots, token)
            if verdict.basis is Basis.NAMED:
                return Evidence(agent.name, verdict, token, borrowed, lines)
    # An agent that ignores `*` is judged by a file without any group.
    file = robots if agent.obeys_star else _EMPTY
    return Evidence(agent.name, judge(file, agent.tokens[0]), agent.tokens[0], False, lines)


_EMPTY: RobotsFile = parse(b"")


def _readable(line: bytes) -> str:
    """A line as text: bad octets, control characters and marks of writing direction become U+FFFD."""
    text = line.decode("utf-8", "replace").replace("\t", "    ")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def as_html(evidence: Evidence, whole: bool) -> str:
    """The file with line numbers, deciding lines marked; long files folded to what matters unless `whole`."""
    marks = evidence.marks
    rows: list[str] = []
    before = 0
    for number in _shown(len(evidence.lines), marks, whole):
        if number > before + 1:
            rows.append(_fold(number - before - 1))
        rows.append(_row(number, evidence.lines[number - 1], marks.get(number), evidence.agent))
        before = number
    if before < len(evidence.lines):
        rows.append(_fold(len(evidence.lines) - before))
    return f'<div style="{_STYLE}" tabindex="0" role="region" aria-label="robots.txt">{"".join(rows)}</div>'


def _shown(total: int, marks: Iterable[int], whole: bool) -> Iterator[int]:
    near = {number for mark in marks for number in range(mark - _CONTEXT, mark + _CONTEXT + 1)}
    limit = LONGEST_FILE if whole else _SHORT_FILE
    for number in range(1, total + 1):
        if number in near or total <= limit or (whole and number <= limit) or number <= _CONTEXT:
            yield number


def _fold(count: int) -> str:
    words = "1 line" if count == 1 else f"{count:,} lines"
    return f'<div style="padding:0 .75rem;opacity:.65">&#8942; {words}</div>'


def _row(number: int, text: str, mark: str | None, agent: str) -> str:
    shown = escape(text[:LONGEST_LINE]) + ("&#8230;" if len(text) > LONGEST_LINE else "")
    ground = note = ""
    if mark is not None:
        colour = _COLOURS[mark]
        ground = f"background:{colour}22;border-left:4px solid {colour};"
        meaning = f"{mark} {escape(agent)}" if mark in {NAMES, APPLIES} else mark
        note = f'<span style="padding-left:1.5rem;opacity:.75;font-style:italic">&#8592; {meaning}</span>'
    return (
        f'<div style="{ground}padding:0 .75rem;white-space:pre">'
        f'<span style="display:inline-block;width:3.2rem;opacity:.65;user-select:none">{number}</span>'
        f"{shown}{note}</div>"
    )
