"""The flags of a robots.txt, each in a sentence, and the remark that is made of one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tracker.core.outcomes import one_line

LIMIT = 20
"""Remarks of one flag before the rest is only counted: hostile files have thousands."""

FLAGS = {
    "html": "The text begins as an HTML or XML page does.",
    "utf16": "The text looks like UTF-16, in which no line can be read.",
    "no_groups": "No user-agent line: nothing in the file binds anybody.",
    "truncated_500k": "The file is longer than 500 KiB; what follows is not read.",
    "too_complex": "The rules are too many or too tangled to be judged in full; the degree is given as partial.",
    "orphan_rules": "A rule stands before the first user-agent line and binds nobody.",
    "unread_field": "A line whose name is close to that of a rule or signal, and which no crawler reads.",
    "noindex": "A Noindex line, which no large crawler reads any more.",
    "prefix_field": "A longer field name that Google's parser reads by its beginning and others ignore.",
    "typo": "A misspelt field name that Google's parser reads all the same and others ignore.",
    "missing_colon": "A line without a colon, which Google's parser reads all the same and others ignore.",
    "dead_pattern": "A path that begins with neither `/` nor `*` and so matches no page.",
    "several_paths": "Several paths on one line, which are read as one path.",
    "regular_expression": "A path written as a regular expression, of which only `*` and a final `$` are read so.",
    "tie_neutralised": "An Allow as long as a Disallow cancels it, on all of its pages.",
    "glued": "A Crawl-delay, Content-Signal or the like stands between names that share their rules by the RFC.",
    "not_everybody": "A name such as `all`, or no name, where everybody may be meant: only `*` stands for everybody.",
    "idle_allow": "An Allow without any Disallow beside it, which closes nothing.",
    "own_group": "A crawler with a group of its own is not reached by the rules or signals for `*`.",
    "split_names": "A blank line or another record stands between names that share their rules.",
    "empty_group": "A group without any rule, which closes nothing to those it names.",
    "user_agent_string": "A whole User-Agent header in place of a crawler's name, which names nobody.",
    "non_rfc_token": "A name with characters outside of RFC 9309's alphabet (letters, `_`, `-`).",
    "unknown_ai_token": "A name that sounds like an AI crawler, or is nearly one's, and is not in the registry.",
    "unread_signal": "A Content-Signal, Content-Usage or License line that says nothing as it is written.",
    "contradiction": "A signal that says both yes and no to the same agent; the stricter counts.",
    "crawl_delay": "A Crawl-delay, which is no part of RFC 9309 and shuts nobody out.",
    "relative_sitemap": "A Sitemap that is no absolute URL.",
    "managed_cf": "Cloudflare writes a block of its own in front of the file.",
    "bom": "The file begins with a byte order mark, or a part of one.",
    "invalid_utf8": "The file is not valid UTF-8.",
}
"""Every flag that reading a file can raise, the gravest first, each in one sentence; docs/method.md has examples."""

QUOTES = re.compile(rb"[\"'`]|\xe2\x80[\x98-\x9e]")
"""Quotation marks, typed or typeset, around what stands without any."""

_SHOWN = 60
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


def of_flag(flag: str) -> Remark:
    """The remark on a flag that has no line, in its general words."""
    return Remark(None, flag, FLAGS[flag].rstrip("."))


def quoted(octets: bytes) -> str:
    """Text of a file for people: one printable line, shortened."""
    text = one_line(octets.decode("utf-8", "replace"))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def first(flag: str, items: Sequence[T], remark: Callable[[T], Remark]) -> list[Remark]:
    """The remarks on the first items of a flag, and one that counts the others."""
    found = [remark(item) for item in items[:LIMIT]]
    more = len(items) - len(found)
    return [*found, Remark(None, flag, f"and {more:,} more of this kind")] if more else found
