"""What a careful reader would remark on a robots.txt: each flag in words, at its line, with the mend.

Remarks are for the publisher of a file. None of them changes a verdict: the verdict is what the file says, a remark
is where its author may have meant something else, or where crawlers may differ.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from tracker.core.agents import looks_like_ai
from tracker.core.naming import tokens_of
from tracker.core.outcomes import one_line
from tracker.core.patterns import Work
from tracker.core.robots import (
    AGENT,
    ALLOW,
    DISALLOW,
    MAX_BYTES,
    SITEMAP,
    AgentLine,
    Record,
    RobotsFile,
    Rule,
    field_of,
    lines_of,
    split_line,
)
from tracker.core.ruleset import STEPS, Ruleset
from tracker.core.verdict import MAX_TIES

LIMIT = 20
"""Remarks of one flag before the rest is only counted: hostile files have thousands."""

FLAGS = {
    "html": "The text begins as an HTML or XML page does.",
    "utf16": "The text looks like UTF-16, in which no line can be read.",
    "no_groups": "No user-agent line: nothing in the file binds anybody.",
    "truncated_500k": "The file is longer than 500 KiB; what follows is not read.",
    "too_complex": "The rules are too many or too tangled to be judged in full; the degree is given as partial.",
    "orphan_rules": "A rule stands before the first user-agent line and binds nobody.",
    "unread_field": "A line whose name is close to that of a rule, and which no crawler reads.",
    "typo": "A misspelt field name that Google's parser reads all the same and others ignore.",
    "missing_colon": "A line without a colon, which Google's parser reads all the same and others ignore.",
    "dead_pattern": "A path that begins with neither `/` nor `*` and so matches no page.",
    "tie_neutralised": "An Allow as long as a Disallow cancels it.",
    "glued": "A Crawl-delay, Content-Signal or the like stands between names that share their rules by the RFC.",
    "empty_group": "A group without any rule, which closes nothing to those it names.",
    "non_rfc_token": "A name with characters outside of RFC 9309's alphabet (letters, `_`, `-`).",
    "unknown_ai_token": "A name that sounds like an AI crawler and is not in the registry.",
    "crawl_delay": "A Crawl-delay, which is no part of RFC 9309 and shuts nobody out.",
    "managed_cf": "Cloudflare writes a block of its own in front of the file.",
    "bom": "The file begins with a byte order mark, or a part of one.",
    "invalid_utf8": "The file is not valid UTF-8.",
}
"""Every flag that reading a file can raise, the gravest first, each in one sentence; docs/method.md has examples."""

_FIELDS = {AGENT: "User-agent", ALLOW: "Allow", DISALLOW: "Disallow", SITEMAP: "Sitemap"}
_RULES = ("user-agent", "disallow", "allow")
_SHOWN = 60
_SWALLOWED = re.compile(rb"\s(?:dis)?allow\s*:", re.IGNORECASE)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: the line it is about (None: the file), its flag, what is there, and what to do about it.

    `mend` is empty where there is nothing to do. Both texts are one printable line, with quotes of the file in
    backticks, shortened.
    """

    line: int | None
    flag: str
    text: str
    mend: str = ""


def remarks(data: bytes, robots: RobotsFile) -> list[Remark]:
    """All remarks on a file, the gravest flags first, then by line; at most `LIMIT` of a flag and one that counts
    the rest.

    `robots` is what `parse` made of `data`.
    """
    page = _Page(data, robots)
    return [remark for flag in FLAGS for remark in page.of_flag(flag)]


def unknown_agents(robots: RobotsFile, known: Collection[str]) -> list[Remark]:
    """Remarks on names that sound like AI crawlers and are none of the `known` tokens (in lower case)."""
    found: dict[str, AgentLine] = {}
    for group in robots.groups:
        for line in group.agents:
            tokens, whole = tokens_of(line.value)
            name = whole or (tokens[-1] if tokens else "")
            if name not in found and not any(token in known for token in tokens) and name and looks_like_ai(name):
                found[name] = line
    return _first("unknown_ai_token", list(found.items()), lambda item: _unknown(*item, known))


def of_flag(flag: str) -> Remark:
    """The remark on a flag that has no line, in its general words."""
    return Remark(None, flag, FLAGS[flag].rstrip("."))


def quoted(octets: bytes) -> str:
    """Text of a file for people: one printable line, shortened."""
    text = one_line(octets.decode("utf-8", "replace"))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _first(flag: str, items: Sequence[T], remark: Callable[[T], Remark]) -> list[Remark]:
    found = [remark(item) for item in items[:LIMIT]]
    more = len(items) - len(found)
    return [*found, Remark(None, flag, f"and {more:,} more of this kind")] if more else found


def _unknown(name: str, line: AgentLine, known: Collection[str]) -> Remark:
    near = get_close_matches(name, known, n=1, cutoff=0.8)
    mend = f"if `{near[0]}` is meant, write that" if near else "compare the name with its operator's documentation"
    text = f"`{quoted(line.value)}` sounds like an AI crawler, but the registry has none of that name"
    return Remark(line.line, "unknown_ai_token", text, mend)


@lru_cache(maxsize=512)
def _meant(name: str) -> str | None:
    """The field that the name of an unread line resembles."""
    near = get_close_matches(name, _RULES, n=1, cutoff=0.8) if 4 <= len(name) <= 16 else []
    return near[0].capitalize() if near else None


class _Page:
    """A file and its lines, ready to be remarked on."""

    def __init__(self, data: bytes, robots: RobotsFile) -> None:
        self._data, self._robots, self._lines = data, robots, lines_of(data)
        self._notes: dict[str, list[int]] = defaultdict(list)
        for note in robots.notes:
            self._notes[note.flag].append(note.line)
        self._of_file: dict[str, Callable[[], Remark]] = {
            "html": self._html,
            "utf16": self._utf16,
            "no_groups": self._no_groups,
            "truncated_500k": self._truncated,
            "managed_cf": self._managed,
            "bom": self._bom,
            "invalid_utf8": self._invalid,
        }
        self._of_line: dict[str, Callable[[int], Remark]] = {
            "orphan_rules": self._orphan,
            "typo": self._typo,
            "missing_colon": self._missing_colon,
            "dead_pattern": self._dead,
            "glued": self._glued,
            "empty_group": self._empty,
            "non_rfc_token": self._non_rfc,
            "crawl_delay": self._delay,
        }

    def of_flag(self, flag: str) -> list[Remark]:
        """The remarks of one flag, in file order."""
        if flag == "tie_neutralised":
            return _first(flag, _ties(self._robots), self._tie)
        if flag == "unread_field":
            return _first(flag, [record for record in self._robots.records if _meant(record.name)], self._unread)
        if flag in self._of_line:
            return _first(flag, self._notes[flag], self._of_line[flag])
        return [self._of_file[flag]()] if flag in self._of_file and flag in self._robots.flags else []

    def _line(self, number: int) -> str:
        """The line as it stands, without its comment."""
        return quoted(self._lines[number - 1].partition(b"#")[0].strip())

    def _parts(self, number: int) -> tuple[bytes, bytes]:
        name, value, _ = split_line(self._lines[number - 1])
        return name, value

    # --- The file ---

    def _html(self) -> Remark:
        mend = "have the server answer with the file itself, as text/plain"
        return Remark(None, "html", "The file begins as an HTML page; only lines that look like rules are read", mend)

    def _utf16(self) -> Remark:
        return Remark(None, "utf16", "The file looks like UTF-16, so that its lines cannot be read", "save it as UTF-8")

    def _no_groups(self) -> Remark:
        if not self._data.strip():
            return Remark(None, "no_groups", "The file is empty: everything is open to everybody")
        text = "No user-agent line: nothing in the file binds anybody"
        return Remark(None, "no_groups", text, "write `User-agent: *` above the rules that are for everybody")

    def _truncated(self) -> Remark:
        text = (
            f"The file is longer than 500 KiB ({MAX_BYTES:,} bytes): from line {len(self._lines):,} on it is not read"
        )
        return Remark(len(self._lines), "truncated_500k", text, "shorten the file, or put what matters first")

    def _managed(self) -> Remark:
        first, last = self._robots.managed or (0, 0)
        text = f"Lines {first} to {last} are Cloudflare's; those of the site itself stand outside of them"
        mend = "it is switched on and off in Cloudflare's dashboard (managed robots.txt)"
        return Remark(first, "managed_cf", text, mend)

    def _bom(self) -> Remark:
        text = "A byte order mark precedes the first line: Google skips it, others may overlook that line"
        return Remark(1, "bom", text, "save the file as UTF-8 without one")

    def _invalid(self) -> Remark:
        number = next((at for at, line in enumerate(self._lines, 1) if not _is_utf8(line)), None)
        return Remark(number, "invalid_utf8", "Not valid UTF-8", "save the file as UTF-8")

    # --- Lines ---

    def _orphan(self, number: int) -> Remark:
        text = f"`{self._line(number)}` stands before the first user-agent line and binds nobody"
        return Remark(number, "orphan_rules", text, "write `User-agent: *` above it if it is for everybody")

    def _typo(self, number: int) -> Remark:
        name, _ = self._parts(number)
        right = _FIELDS[field_of(name)[0]]
        text = (
            f"`{quoted(name)}` is read as {right} by Google's parser, ignored by crawlers that follow "
            "RFC 9309 to the letter"
        )
        return Remark(number, "typo", text, f"write `{right}`")

    def _missing_colon(self, number: int) -> Remark:
        name, value = self._parts(number)
        text = f"`{self._line(number)}` has no colon: Google's parser reads it all the same, others ignore it"
        return Remark(number, "missing_colon", text, f"write `{_FIELDS[field_of(name)[0]]}: {quoted(value)}`")

    def _dead(self, number: int) -> Remark:
        _, value = self._parts(number)
        text = f"`{self._line(number)}` matches no page, for a path begins with `/`"
        return Remark(number, "dead_pattern", text, f"write `{quoted(_alive(value))}`")

    def _glued(self, number: int) -> Remark:
        group = next(group for group in self._robots.groups if group.agents[0].line <= number <= group.agents[-1].line)
        below = next(line.line for line in group.agents if not line.glued)
        text = (
            f"`{self._line(number)}` shares the rules of the names below it (line {below}): the record in between "
            "ends no list of names in RFC 9309"
        )
        return Remark(
            number, "glued", text, "give it a rule of its own, such as an empty `Disallow:`, if it is not to share them"
        )

    def _empty(self, number: int) -> Remark:
        whom = "anybody" if self._parts(number)[1].startswith(b"*") else "it, whatever `*` is told"
        text = f"`{self._line(number)}` has no rule below it, so nothing is closed to {whom}"
        return Remark(
            number, "empty_group", text, "write `Disallow: /` to shut it out, or an empty `Disallow:` if that is meant"
        )

    def _non_rfc(self, number: int) -> Remark:
        _, value = self._parts(number)
        shown = quoted(value)
        if _SWALLOWED.search(value):
            mend = "begin a new line before the rule"
            return Remark(number, "non_rfc_token", f"`{shown}` is read as one name: a line break is missing", mend)
        if b"," in value or b";" in value.partition(b"/")[0]:
            mend = "write one user-agent line for each name"
            return Remark(number, "non_rfc_token", f"`{shown}` names one crawler at most, not a list of them", mend)
        if b"*" in value:
            mend = "write one user-agent line for each name"
            return Remark(
                number, "non_rfc_token", f"`{shown}` is no pattern: a `*` stands for everybody only alone", mend
            )
        read = re.match(rb"[A-Za-z_-]*", value)
        google = f"reads `{quoted(read[0])}`" if read and read[0] else "reads no name"
        text = (
            f"`{shown}` is outside RFC 9309's alphabet (letters, `_`, `-`): Google's parser {google}, Drywell all of it"
        )
        return Remark(number, "non_rfc_token", text, "leave it if its operator documents that spelling")

    def _delay(self, number: int) -> Remark:
        text = f"`{self._line(number)}` is no part of RFC 9309: some crawlers slow down for it, Google's do not"
        return Remark(number, "crawl_delay", text, "leave it if it is a wish; it shuts nobody out")

    def _unread(self, record: Record) -> Remark:
        text = f"`{self._line(record.line)}` is read by no crawler"
        return Remark(record.line, "unread_field", text, f"write `{_meant(record.name)}` if that is meant")

    def _tie(self, pair: tuple[int, int]) -> Remark:
        allow, disallow = pair
        path = self._parts(disallow)[1]
        longer = "" if path.endswith(b"$") else f"write `Disallow: {quoted(path)}*`, which is longer, or "
        managed = self._robots.managed
        inside = range(managed[0], managed[1] + 1) if managed else range(0)
        if allow in inside and disallow not in inside:
            whose, other = "Cloudflare's managed ", "your "
            mend = f"{longer}give the crawlers that you mean a group of their own"
        else:
            whose = other = ""
            mend = f"{longer}remove the one that is not meant"
        text = (
            f"{whose}`{self._line(allow)}` on line {allow} cancels {other}`{self._line(disallow)}` "
            f"on line {disallow}: of two paths of one length Allow wins"
        )
        return Remark(disallow, "tie_neutralised", text, mend)


def _ties(robots: RobotsFile) -> list[tuple[int, int]]:
    """Lines of the Allow and the Disallow of all ties in the file, whomever they concern, by the Disallow's line."""
    work = Work(STEPS)
    pairs: set[tuple[int, int]] = set()
    for groups in _selections(robots):
        rules = [rule for index in groups for rule in robots.groups[index].rules]
        if _has_both(rules):
            pairs.update(islice(Ruleset(rules, work).ties(), MAX_TIES))
        if work.exhausted:
            break
    return sorted(pairs, key=lambda pair: (pair[1], pair[0]))


def _selections(robots: RobotsFile) -> dict[tuple[int, ...], None]:
    """Every choice of groups that some agent gets, as their indices, in order of appearance."""
    by_name: dict[str, dict[int, None]] = defaultdict(dict)
    for index, group in enumerate(robots.groups):
        for line in group.agents:
            for name in ("*",) if line.is_star else tokens_of(line.value)[0]:
                by_name[name][index] = None
    return dict.fromkeys(tuple(groups) for groups in by_name.values())


def _has_both(rules: Sequence[Rule]) -> bool:
    return any(rule.allow for rule in rules) and any(not rule.allow for rule in rules)


def _alive(value: bytes) -> bytes:
    """The path that its author most likely meant."""
    if url := re.match(rb"[A-Za-z][A-Za-z+.-]*://[^/?#]*", value):
        value = value[url.end() :]
        return value if value.startswith(b"/") else b"/" + value
    return (b"/*" if value[:1] in b".?&=" else b"/") + value


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
