"""From the bytes of a robots.txt to its groups, as RFC 9309 and Google's parser read them.

Lexing follows google/robotstxt (HEAD of April 2026), the reference that RFC 9309 was written beside; the
tests hold this module against it. What it does on purpose: a byte order mark is skipped even in part, lines
end at CR, LF or CRLF only, a line is cut at NUL and at 16,663 octets, a colon may be missing between two
words, common misspellings of Disallow count, field names match by prefix, and a line of any other name does
not end a list of user agents. The one deviation here is that input ends at 500 KiB, the limit of RFC 9309
section 2.5; a line that this would break off is not read at all, for half of `Disallow: /archive` closes the site.
"""

import dataclasses
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from tracker.core.patterns import normalise

MAX_BYTES = 512_000
MAX_LINE = 16_663
_BOM = b"\xef\xbb\xbf"
_LIVE_BEGINNINGS = b"/*"
_LINE_ENDS = b"\r\n"
_HASH = ord("#")
_BLANKS = re.compile(rb"[ \t]+")
_STAR = re.compile(rb"\*(?:\s|\Z)")
_RFC_PRODUCT = re.compile(rb"[A-Za-z_-]*\Z")
_HTML = re.compile(rb"\s*<[a-z!?/]", re.IGNORECASE)
_MANAGED_BEGIN = re.compile(rb"#\s*begin cloudflare managed content", re.IGNORECASE)
_MANAGED_END = re.compile(rb"#\s*end cloudflare managed content", re.IGNORECASE)

# Records that speak to the agents named above them: an author who writes one between two names means to end
# the list, although RFC 9309 and Google read on (see `AgentLine.glued`).
_CLOSING_IN_INTENT = frozenset(
    {"crawl-delay", "request-rate", "visit-time", "content-signal", "content-usage", "noindex"}
)

# Flags that the octets of a file raise, and those of how a line is spelled, which its parts no longer show.
_OF_BYTES = frozenset({"bom", "invalid_utf8", "utf16", "html", "truncated_500k"})
_OF_SPELLING = frozenset({"typo", "missing_colon"})

AGENT, ALLOW, DISALLOW, SITEMAP, OTHER = "user-agent", "allow", "disallow", "sitemap", "other"
_PREFIXES = (
    (b"user-agent", AGENT, False),
    (b"useragent", AGENT, True),
    (b"user agent", AGENT, True),
    (b"allow", ALLOW, False),
    (b"disallow", DISALLOW, False),
    (b"dissallow", DISALLOW, True),
    (b"dissalow", DISALLOW, True),
    (b"disalow", DISALLOW, True),
    (b"diasllow", DISALLOW, True),
    (b"disallaw", DISALLOW, True),
    (b"sitemap", SITEMAP, False),
    (b"site-map", SITEMAP, True),
)


class AgentLine(NamedTuple):
    """A user-agent line: its number, its value, and whether it is `glued`.

    Glued: a Crawl-delay, Content-Signal or the like stands between it and further names of the same group, so
    that by the RFC it shares their rules although its author very likely meant it to have none.
    """

    line: int
    value: bytes
    glued: bool = False

    @property
    def is_star(self) -> bool:
        """Whether it names everybody: `*`, or `*` and white space and anything."""
        return _STAR.match(self.value) is not None


class Rule(NamedTuple):
    """An Allow or Disallow line; `pattern` is normalised and may be empty (which rules nothing)."""

    line: int
    allow: bool
    pattern: bytes


class Note(NamedTuple):
    """A line behind a flag: `flag` is one of those of `RobotsFile.flags` that a single line raises."""

    line: int
    flag: str


class Record(NamedTuple):
    """Any other line: `name` in lower case, `value` as text (UTF-8, bad octets replaced).

    `group` is the index of the group in which it stands, None before the first user-agent line.
    """

    line: int
    name: str
    value: str
    group: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """User-agent lines and the rules they share, in file order; `flags` are those of its own lines."""

    agents: tuple[AgentLine, ...]
    rules: tuple[Rule, ...]
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """A parsed robots.txt. Line numbers count from 1.

    `orphans` are rules before the first user-agent line, which bind nobody. `records` are all other lines but
    `sitemaps`. `managed` is the first and last line of the block that Cloudflare puts in front, None without
    one. `shape` are the flags of the bytes (bom, invalid_utf8, utf16, html, truncated_500k, no_groups,
    orphan_rules, managed_cf); `flags` adds those of all groups (typo, missing_colon, non_rfc_token,
    dead_pattern, crawl_delay, glued, empty_group). `notes` are the lines behind the flags, in file order; what
    the file as a whole raises (bom, html, managed_cf and the like) has none. `tracker.core.remarks.FLAGS` says
    what each flag means. `memo` keeps what later steps worked out of the file, so that agents which share their
    groups share the work; it is no part of what the file says.
    """

    groups: tuple[Group, ...]
    orphans: tuple[Rule, ...]
    records: tuple[Record, ...]
    sitemaps: tuple[Record, ...]
    managed: tuple[int, int] | None
    shape: frozenset[str]
    flags: frozenset[str]
    notes: tuple[Note, ...] = ()
    memo: dict[Any, Any] = dataclasses.field(default_factory=dict, init=False, repr=False, compare=False)


def lines_of(data: bytes) -> list[bytes]:
    """The lines that `parse` reads, the first being line 1: without byte order mark, to the limit of 500 KiB."""
    text = _within_limit(data)
    return text[_bom_length(text) :].splitlines()


def parse(data: bytes) -> RobotsFile:
    """Parse a robots.txt. Any bytes give an answer; nothing is ever raised.

    Sources: RFC 9309; google/robotstxt, robots.cc.
    """
    text = _within_limit(data)
    body = text[_bom_length(text) :]
    reader = _Reader()
    lines = body.splitlines()
    for number, line in enumerate(lines, 1):
        if line and line[0] != _HASH:
            reader.read(number, line)
    reader.finish()
    managed = _managed_block(lines) if b"loudflare" in body or b"LOUDFLARE" in body else None
    shape = _shape(data, text, body) | reader.shape
    if managed:
        shape.add("managed_cf")
    return reader.found(shape, managed)


def without_managed(robots: RobotsFile) -> RobotsFile:
    """The file as the site wrote it: without the block that Cloudflare puts in front, lines numbered as before.

    It is read anew, flags included: rules of the site that stood under Cloudflare's names alone are orphans here.
    """
    if robots.managed is None:
        return robots
    inside = range(robots.managed[0], robots.managed[1] + 1)
    misspelt: dict[int, list[Note]] = {}
    for note in robots.notes:
        if note.flag in _OF_SPELLING:
            misspelt.setdefault(note.line, []).append(note)
    reader = _Reader()
    for line in sorted(_read_lines(robots), key=lambda line: line.line):
        if line.line not in inside:
            reader.take(line)
            for note in misspelt.get(line.line, ()):
                reader.note(*note)
    reader.finish()
    return reader.found((robots.shape & _OF_BYTES) | reader.shape, None)


def _read_lines(robots: RobotsFile) -> Iterator[AgentLine | Rule | Record]:
    yield from robots.orphans
    yield from robots.records
    yield from robots.sitemaps
    for group in robots.groups:
        yield from group.agents
        yield from group.rules


class _Reader:
    """Collects lines into groups. A user-agent line after a rule starts a new group."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.orphans: list[Rule] = []
        self.records: list[Record] = []
        self.sitemaps: list[Record] = []
        self.shape: set[str] = set()
        self.notes: list[Note] = []
        self._agents: list[tuple[int, bytes, int]] = []
        self._rules: list[Rule] = []
        self._flags = self.shape  # what precedes the first group is said of the file
        self._section = 0
        self._closed_in_intent = False

    def finish(self) -> None:
        """End the last group and note what only the whole file can show."""
        # Only the last group can have no rule: names that a rule does not part from the next ones share theirs.
        if self._agents and not self._rules:
            for line, _, _ in self._agents:
                self.note(line, "empty_group")
        self._close_group()
        if not self.groups:
            self.shape.add("no_groups")
        if self.orphans:
            self.shape.add("orphan_rules")
            self.notes.extend(Note(rule.line, "orphan_rules") for rule in self.orphans)

    def found(self, shape: Set[str], managed: tuple[int, int] | None) -> RobotsFile:
        """What was read."""
        return RobotsFile(
            groups=tuple(self.groups),
            orphans=tuple(self.orphans),
            records=tuple(self.records),
            sitemaps=tuple(self.sitemaps),
            managed=managed,
            shape=frozenset(shape),
            flags=frozenset(shape).union(*(group.flags for group in self.groups)),
            notes=tuple(sorted(self.notes)),
        )

    def read(self, number: int, line: bytes) -> None:
        """Take in one line."""
        name, value, has_colon = split_line(line)
        if not name:
            return
        field, typo = field_of(name)
        if field in (ALLOW, DISALLOW):
            self._rule(Rule(number, field == ALLOW, normalise(value)))
        elif field == AGENT:
            self._agent(number, value)
        else:
            self._record(number, _text(name).lower(), _text(value), is_sitemap=field == SITEMAP)
        if typo:
            self.note(number, "typo")
        if not has_colon and field != OTHER:
            self.note(number, "missing_colon")

    def take(self, line: AgentLine | Rule | Record) -> None:
        """Take in a line that has been read before."""
        if isinstance(line, Rule):
            self._rule(line)
        elif isinstance(line, AgentLine):
            self._agent(line.line, line.value)
        else:
            self._record(line.line, line.name, line.value, is_sitemap=field_of(line.name.encode())[0] == SITEMAP)

    def note(self, number: int, flag: str) -> None:
        """Raise a flag at a line."""
        self._flags.add(flag)
        self.notes.append(Note(number, flag))

    def _close_group(self) -> None:
        if not self._agents:
            return
        agents = tuple(AgentLine(line, value, at < self._section) for line, value, at in self._agents)
        if agents[0].glued and any(rule.pattern for rule in self._rules):
            self._flags.add("glued")
            self.notes.extend(Note(agent.line, "glued") for agent in agents if agent.glued)
        self.groups.append(Group(agents, tuple(self._rules), frozenset(self._flags)))
        self._agents, self._rules = [], []
        self._section, self._closed_in_intent = 0, False

    def _agent(self, number: int, value: bytes) -> None:
        if self._rules:
            self._close_group()
        if not self._agents:
            self._flags = set()
        if self._closed_in_intent:
            self._section += 1
            self._closed_in_intent = False
        self._agents.append((number, value, self._section))
        product = value.partition(b"/")[0].strip()
        if not _RFC_PRODUCT.match(product) and not _STAR.match(value):
            self.note(number, "non_rfc_token")

    def _rule(self, rule: Rule) -> None:
        if not self._agents:
            self.orphans.append(rule)
            return
        self._rules.append(rule)
        if rule.pattern and rule.pattern[0] not in _LIVE_BEGINNINGS:
            self.note(rule.line, "dead_pattern")

    def _record(self, number: int, name: str, value: str, is_sitemap: bool) -> None:
        record = Record(number, name, value, len(self.groups) if self._agents else None)
        if is_sitemap:
            self.sitemaps.append(record)
            return
        self.records.append(record)
        if record.name == "crawl-delay":
            self.note(number, "crawl_delay")
        if self._agents and record.name in _CLOSING_IN_INTENT:
            self._closed_in_intent = True


def split_line(line: bytes) -> tuple[bytes, bytes, bool]:
    """Name and value of a line, and whether a colon parts them; no name if the line says nothing."""
    line = line[:MAX_LINE].partition(b"\0")[0].partition(b"#")[0].strip()
    name, colon, value = line.partition(b":")
    if colon:
        return name.rstrip(), value.lstrip(), True
    words = _BLANKS.split(line, maxsplit=2)
    return (words[0].rstrip(), words[1].lstrip(), False) if len(words) == 2 else (b"", b"", False)


@lru_cache(maxsize=512)
def field_of(name: bytes) -> tuple[str, bool]:
    """The field a name stands for, and whether it is a misspelling of it."""
    lower = name.lower()
    for prefix, field, typo in _PREFIXES:
        if lower.startswith(prefix):
            return field, typo
    return OTHER, False


def _within_limit(data: bytes) -> bytes:
    """The data up to 500 KiB, less a last line whose meaning the limit cuts into."""
    text = data[:MAX_BYTES]
    if len(data) <= MAX_BYTES or data[MAX_BYTES - 1] in _LINE_ENDS or data[MAX_BYTES] in _LINE_ENDS:
        return text
    begin = max(text.rfind(end) for end in (b"\n", b"\r")) + 1
    last = text[begin:]
    # What `split_line` reads of a line ends at a comment, at a NUL, and at the limit of lines.
    is_whole = len(last) >= MAX_LINE or b"#" in last or b"\0" in last
    return text if is_whole else text[:begin]


def _bom_length(data: bytes) -> int:
    """How much of a UTF-8 byte order mark the data begins with; Google skips a part of one too."""
    length = 0
    while length < len(_BOM) and data[length : length + 1] == _BOM[length : length + 1]:
        length += 1
    return length


def _shape(data: bytes, text: bytes, body: bytes) -> set[str]:
    flags = set()
    if len(data) > MAX_BYTES:
        flags.add("truncated_500k")
    if len(body) < len(text):
        flags.add("bom")
    if not _is_utf8(text, cut=len(data) > MAX_BYTES):
        flags.add("invalid_utf8")
    if _looks_like_utf16(text):
        flags.add("utf16")
    if _HTML.match(body):
        flags.add("html")
    return flags


def _is_utf8(text: bytes, cut: bool) -> bool:
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may have gone through the middle of a character.
        return cut and error.reason == "unexpected end of data"
    return True


def _looks_like_utf16(text: bytes) -> bool:
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = text[:64]
    quarter = len(sample) // 4
    return quarter > 0 and max(sample[::2].count(0), sample[1::2].count(0)) > quarter


def _managed_block(lines: list[bytes]) -> tuple[int, int] | None:
    begin = next((number for number, line in enumerate(lines, 1) if _MANAGED_BEGIN.match(line.strip())), None)
    if begin is None:
        return None
    for number, line in enumerate(lines[begin:], begin + 1):
        if _MANAGED_END.match(line.strip()):
            return begin, number
    return begin, len(lines)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
