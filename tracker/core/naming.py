"""Who is named in a robots.txt: the product tokens of a user-agent value, and where each of them stands.

RFC 9309 (section 2.2.1) and Google read the leading letters, `_` and `-` of a value as its token. Published tokens
with digits, spaces or dots (`AI2Bot`, `Kangaroo Bot`, `bigsur.ai`) could never be found so; they match literally.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tracker.core.robots import AgentLine, RobotsFile

MAX_TOKEN = 64
_RFC_TOKEN = re.compile(rb"[a-z_-]+")
_RFC_RUN = re.compile(rb"[a-z_-]*")
_NAME_GOES_ON = re.compile(rb"[a-z_-]")
_LITERAL_GOES_ON = re.compile(rb"[a-z0-9_-]")
_NAME_END = re.compile(rb"[a-z0-9](?![a-z0-9_-])")
_UNFIT = re.compile(rb"[^ -~]")

Lines = dict[int, list[AgentLine]]
"""Group to the user-agent lines of it that name a token, in file order."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Where a file names whom: `star` everybody, `tokens` each token in lower case.

    `whole` are the tokens that are the whole product name of some user-agent line.
    """

    star: Lines = field(default_factory=dict)
    tokens: dict[str, Lines] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)


def tokens_of(value: bytes) -> tuple[tuple[str, ...], str | None]:
    """The tokens that a user-agent value names, in lower case, and the one which is its whole product name,
    if any.

    They are its leading letters, `_` and `-` (what RFC 9309 and Google read) and every longer beginning that
    a literal token could match: one that begins and ends with a letter or digit, where the name ends, of 64
    octets of printable ASCII at most. `AI2Bot/1.0` names ai and ai2bot, `Kangaroo Bot` names kangaroo and
    kangaroo bot.
    """
    product = value.partition(b"/")[0].strip().lower()
    match = _RFC_RUN.match(product)
    run = match.end() if match else 0
    ends = [run] if 0 < run <= MAX_TOKEN else []
    if run < len(product) and product[:1].isalnum():
        unfit = _UNFIT.search(product)
        limit = min(MAX_TOKEN, unfit.start() if unfit else len(product))
        # One octet more, or the end of the cut would pass for the end of a name.
        found = (match.end() for match in _NAME_END.finditer(product[: MAX_TOKEN + 1]))
        ends += [end for end in found if run < end <= limit]
    tokens = tuple(product[:end].decode("ascii") for end in ends)
    return tokens, tokens[-1] if ends and ends[-1] == len(product) else None


def naming_of(robots: RobotsFile) -> Naming:
    """Where the file names whom; worked out once for each file."""
    known = robots.memo.get(Naming)
    if known is None:
        known = robots.memo[Naming] = _found_in(robots)
    assert isinstance(known, Naming)
    return known


def _found_in(robots: RobotsFile) -> Naming:
    naming = Naming()
    for index, group in enumerate(robots.groups):
        for line in group.agents:
            if line.is_star:
                naming.star.setdefault(index, []).append(line)
                continue
            tokens, whole = tokens_of(line.value)
            for token in tokens:
                groups = naming.tokens.get(token)
                if groups is None:
                    naming.tokens[token] = {index: [line]}
                else:
                    groups.setdefault(index, []).append(line)
            if whole:
                naming.whole.add(whole)
    return naming


def named(robots: RobotsFile, token: str) -> Lines:
    """The groups, and the user-agent lines in them, that name a token in whatever case."""
    wanted = token.lower()
    found = naming_of(robots).tokens.get(wanted)
    if found is not None:
        return found
    if wanted == "*" or _is_publishable(wanted):
        return {}
    # No token that an operator could publish, such as one with a slash: nobody has looked for it yet.
    found = {}
    for index, line in _all_lines(robots):
        if not line.is_star and names(line, token):
            found.setdefault(index, []).append(line)
    return found


@lru_cache(maxsize=4096)
def _is_publishable(token: str) -> bool:
    """Whether `Naming.tokens` has this token wherever a line names it."""
    return tokens_of(token.encode("utf-8", "replace"))[1] == token


def _all_lines(robots: RobotsFile) -> Iterator[tuple[int, AgentLine]]:
    for index, group in enumerate(robots.groups):
        for line in group.agents:
            yield index, line


def names(line: AgentLine, token: str) -> bool:
    """Whether a user-agent line names a product token.

    It does if it begins with the token and the name ends there. For a token of RFC 9309's alphabet (letters,
    `_`, `-`) that is Google's rule; other tokens, such as `AI2Bot` or `Kangaroo Bot`, are taken literally.
    """
    wanted = token.encode("utf-8", "replace").lower()
    value = line.value.lower()
    if not wanted or wanted == b"*" or not value.startswith(wanted):
        return False
    goes_on = _NAME_GOES_ON if _RFC_TOKEN.fullmatch(wanted) else _LITERAL_GOES_ON
    return goes_on.match(value, len(wanted)) is None
