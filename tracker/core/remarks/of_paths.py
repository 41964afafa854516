"""Remarks on paths: those that match no page, several on one line, and those that an Allow cancels."""

import re
from itertools import islice

from tracker.core.patterns import Work
from tracker.core.remarks.flags import QUOTES, Remark, first, quoted
from tracker.core.remarks.of_lines import mend_of_prefix
from tracker.core.remarks.page import Page
from tracker.core.remarks.selections import selections
from tracker.core.robots import Rule
from tracker.core.ruleset import STEPS, Ruleset
from tracker.core.verdict import MAX_TIES

_URL = re.compile(rb"[A-Za-z][A-Za-z+.-]*://[^/?#]*")
_HOST = re.compile(rb"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?=/)")
_REGULAR = frozenset(b"([\\^")
_ALL = frozenset({b"all", b"any", b"everything", b"true", b"yes"})
_NONE = frozenset({b"none", b"nothing", b"no", b"false"})
_SEVERAL = re.compile(rb"[/*][^\s,;]*(?:[,;]\s*|\s+)/")
_PIECES = (b".", b"?", b"&", b"=")  # what begins so stands within a path
_DOTS = re.compile(rb"\.{1,2}(?:/(?:\.{1,2}/)*|\Z)")
_COMMENT = re.compile(rb"\s(?://|/\*)")
# Alternatives, classes that are repeated, escapes, an anchor: what no path of a page looks like. `?filter[price]*` is
# one, so before a star a class has to begin with a range. Nothing here can fail halfway and begin again.
_REGEX = re.compile(
    rb"\([^()|]*+\|[^()]*+\)|\(\.\*\)|\[[^\[\]]++\][+{]|\[\^?\w-\w[^\[\]]*+\]\*|\[\^[^\[\]]++\]\*|\\[dw./?]|\A/?\^|\^/"
)


def _dead(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        _, value = page.parts(number)
        text = f"`{page.line(number)}` matches no page, for a path begins with `/`"
        field = page.by_beginning.get(number)
        return Remark(number, "dead_pattern", text, mend_of_prefix(field) if field else _alive(value))

    return page.noted("dead_pattern", remark)


def _alive(value: bytes) -> str:
    """The path that its author most likely meant."""
    bare = QUOTES.sub(b"", value).strip()
    if bare.lower() in _ALL:
        return "write `/` for all pages"
    if bare.lower() in _NONE:
        return "write no path for no page, `/` for all pages"
    url = _URL.match(bare)
    path = bare[url.end() :] if url else bare.replace(b"\\", b"/").removeprefix(b"^")
    if dots := _DOTS.match(path):
        path = path[dots.end() :]
    if path in (b"", b"/"):
        return "write `/` if all pages are meant, else remove the line"
    if dots or url:
        path = _slashed(path)
    if host := _HOST.match(path):
        rest = quoted(path[host.end() :])
        return f"write `{rest}` if `{quoted(host[0])}` is a host, `{quoted(b'/' + path)}` if it is a folder"
    return f"write `{quoted(b'/*' + path if path[:1] in _PIECES else _slashed(path))}`"


def _slashed(path: bytes) -> bytes:
    return path if path.startswith((b"/", b"*")) else b"/" + path


def _several(page: Page) -> list[Remark]:
    lines = [
        rule.line
        for group in page.robots.groups
        for rule in group.rules
        if (b" " in rule.pattern or b"," in rule.pattern or b";" in rule.pattern or b"\t" in rule.pattern)
        and _SEVERAL.match(rule.pattern)
    ]

    def remark(number: int) -> Remark:
        _, value = page.parts(number)
        text = f"`{page.line(number)}` is read as one path, commas and spaces included"
        mend = "begin a comment with `#`" if _COMMENT.search(value) else "write one line for each path"
        return Remark(number, "several_paths", text, mend)

    return first("several_paths", lines, remark)


def _regexes(page: Page) -> list[Remark]:
    dead = frozenset(page.notes["dead_pattern"])
    lines = [
        rule.line
        for group in page.robots.groups
        for rule in group.rules
        if not _REGULAR.isdisjoint(rule.pattern) and rule.line not in dead and _REGEX.search(rule.pattern)
    ]

    def remark(number: int) -> Remark:
        text = f"`{page.line(number)}` looks like a regular expression, but only `*` and a final `$` are patterns"
        return Remark(number, "regular_expression", text, "write one path for each case, with `*` for any text")

    return first("regular_expression", lines, remark)


def _ties(page: Page) -> list[Remark]:
    return first("tie_neutralised", _tied_lines(page), lambda pair: _tie(page, *pair))


def _tie(page: Page, allow: int, disallow: int) -> Remark:
    path = page.parts(disallow)[1]
    longer = "" if path.endswith(b"$") else f"write `Disallow: {quoted(path)}*`, which is longer, or "
    managed = page.robots.managed
    inside = range(managed[0], managed[1] + 1) if managed else range(0)
    whose = other = ""
    if field := page.by_beginning.get(allow) or page.by_beginning.get(disallow):
        mend = mend_of_prefix(field)
    elif allow in inside and disallow not in inside:
        whose, other = "Cloudflare's managed ", "your "
        mend = f"{longer}give the crawlers that you mean a group of their own"
    else:
        mend = f"{longer}remove the one that is not meant"
    text = (
        f"{whose}`{page.line(allow)}` on line {allow} cancels {other}`{page.line(disallow)}` "
        f"on line {disallow}: of two paths of one length Allow wins"
    )
    return Remark(disallow, "tie_neutralised", text, mend)


def _tied_lines(page: Page) -> list[tuple[int, int]]:
    """Lines of the Allow and the Disallow of all ties in the file, whomever they concern, by the Disallow's line."""
    work = Work(STEPS)
    pairs: set[tuple[int, int]] = set()
    for groups in selections(page.robots):
        rules = [rule for index in groups for rule in page.robots.groups[index].rules]
        if _has_both(rules):
            pairs.update(islice(Ruleset(rules, work).ties(), MAX_TIES))
        if work.exhausted:
            break
    return sorted(pairs, key=lambda pair: (pair[1], pair[0]))


def _has_both(rules: list[Rule]) -> bool:
    return any(rule.allow for rule in rules) and any(not rule.allow for rule in rules)


FINDERS = {
    "dead_pattern": _dead,
    "several_paths": _several,
    "regular_expression": _regexes,
    "tie_neutralised": _ties,
}
