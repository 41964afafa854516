"""A robots.txt with its lines and flags at hand, ready to be remarked on."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property

from tracker.core.remarks.flags import Remark, first, quoted
from tracker.core.remarks.spelling import Spelling, spelling_of
from tracker.core.robots import AGENT, ALLOW, DISALLOW, SITEMAP, Group, RobotsFile, field_of, lines_of, split_line

FIELDS = {AGENT: "User-agent", ALLOW: "Allow", DISALLOW: "Disallow", SITEMAP: "Sitemap"}

_NOBODY = re.compile(
    rb"[\"'`]*(?:(?:all|any|every)(?:(?:body|one)|[ _-](?:ai[ _-])?(?:(?:ro)?bot|crawler|agent|spider)s?)?)?[\"'`]*",
    re.IGNORECASE,
)


class Page:
    """A file, what `parse` made of it, its lines, and the tokens of a registry (none if `known` is empty)."""

    def __init__(self, data: bytes, robots: RobotsFile, known: Mapping[str, str]) -> None:
        self.data, self.robots, self.known = data, robots, known
        self.lines = lines_of(data)
        self.notes: dict[str, list[int]] = defaultdict(list)
        for note in robots.notes:
            self.notes[note.flag].append(note.line)

    @cached_property
    def spelling(self) -> Spelling:
        """What the registry calls names that are nearly its own."""
        return spelling_of(tuple(self.known.values()))

    @cached_property
    def nobodies(self) -> dict[int, Group]:
        """User-agent lines that name nobody, or `all`, and their groups."""
        return {
            line.line: group
            for group in self.robots.groups
            for line in group.agents
            if _NOBODY.fullmatch(line.value.strip())
        }

    @cached_property
    def by_beginning(self) -> dict[int, str]:
        """Lines whose field name only begins as a field does, and the field that Google's parser takes it for."""
        groups = self.robots.groups
        numbers = [record.line for record in self.robots.sitemaps]
        numbers += [rule.line for rules in (self.robots.orphans, *(group.rules for group in groups)) for rule in rules]
        numbers += [agent.line for group in groups for agent in group.agents]
        found = {}
        for number in numbers:
            name, _ = self.parts(number)
            field, typo = field_of(name)
            if not typo and len(name) > len(field):
                found[number] = FIELDS[field]
        return dict(sorted(found.items()))

    def line(self, number: int) -> str:
        """The line as it stands, without its comment."""
        return quoted(self.lines[number - 1].partition(b"#")[0].strip())

    def parts(self, number: int) -> tuple[bytes, bytes]:
        """Name and value of a line."""
        name, value, _ = split_line(self.lines[number - 1])
        return name, value

    def noted(self, flag: str, remark: Callable[[int], Remark]) -> list[Remark]:
        """The remarks on the lines that the parser noted for a flag, in file order."""
        return first(flag, self.notes[flag], remark)
