"""Remarks on names: what a user-agent line names if it is no plain token, and whom its author may have meant."""

import re
from itertools import islice

from tracker.core.agents import looks_like_ai
from tracker.core.naming import tokens_of
from tracker.core.remarks.flags import QUOTES, Remark, first, quoted
from tracker.core.remarks.page import Page
from tracker.core.robots import AgentLine

MAX_NAMES = 2_000
_SWALLOWED = re.compile(rb"\s(?:dis)?allow\s*:", re.IGNORECASE)
_RUN = re.compile(rb"[A-Za-z_-]*")
_BROWSER = re.compile(rb"mozilla/[\d.]", re.IGNORECASE)
_WITHIN = re.compile(
    rb"compatible;\s*(?!MSIE)([A-Za-z][A-Za-z0-9_-]*)|\s(?!robot\b)([A-Za-z][A-Za-z0-9_-]*bot)\b", re.IGNORECASE
)
_BETWEEN_NAMES = re.compile(rb"\s*[|&\s]\s*")
_A_NAME = re.compile(rb"\w(?:bot|spider|crawler)\Z|\Aslurp\Z", re.IGNORECASE)
_ONE_EACH = "write one user-agent line for each name"
_DOCUMENTED = "leave it if its operator documents that spelling"


def _non_rfc(page: Page) -> list[Remark]:
    def remark(number: int) -> Remark:
        _, value = page.parts(number)
        text, mend = _outside(value, page)
        return Remark(number, "non_rfc_token", f"`{quoted(value)}` {text}", mend)

    # Of names such as `all bots` the flag not_everybody says more.
    return first("non_rfc_token", [line for line in page.notes["non_rfc_token"] if line not in page.nobodies], remark)


def _outside(value: bytes, page: Page) -> tuple[str, str]:
    """What a name with other characters than letters, `_` and `-` names, and the mend."""
    read = _RUN.match(value)
    run = quoted(read[0]) if read else ""
    if _SWALLOWED.search(value):
        return "is read as one name: a line break is missing", "begin a new line before the rule"
    if _is_list(value, page) or b"," in value or b";" in value.partition(b"/")[0]:
        return f"is no list: it names {f'`{run}` alone' if run else 'nobody'}", _ONE_EACH
    if b"*" in value:
        text = "is no pattern, for a `*` stands for everybody only alone: it names"
        return (f"{text} `{run}`, as without the `*`", f"write `{run}`") if run else (f"{text} nobody", _ONE_EACH)
    tokens, _ = tokens_of(value)
    known = page.known.keys() & set(tokens)
    # `GPTBot (training)`: no operator publishes such a name, and the one that is known counts.
    literal = [token for token in known or tokens if token != run.lower()]
    if not tokens and (bare := QUOTES.sub(b"", value).strip()) != value and tokens_of(bare)[0]:
        return "names nobody: a name stands without quotes", f"write `{quoted(bare)}`"
    if not tokens:
        return "names nobody: a name begins with a letter or a digit", "write the crawler's product token"
    if not literal:
        return f"names `{run}`: what follows is not read", f"write `{run}` if that is meant"
    google = f"reads `{run}`" if run else "reads no name"
    text = (
        f"is outside RFC 9309's alphabet (letters, `_`, `-`): Google's parser {google}, Drywell also takes it literally"
    )
    if page.known and not known:
        return text, f"no crawler of that name is in the registry: {_DOCUMENTED}"
    return text, _DOCUMENTED


def _is_list(value: bytes, page: Page) -> bool:
    """Whether all words are names, one of them known: `GPTBot ClaudeBot`, `Googlebot | bingbot`."""
    words = _BETWEEN_NAMES.split(value.strip())
    known = [word.lower().decode("ascii", "replace") in page.known for word in words]
    return len(words) > 1 and any(known) and all(k or _A_NAME.search(w) for k, w in zip(known, words, strict=True))


def _headers(page: Page) -> list[Remark]:
    """User-Agent headers as browsers and crawlers send them, pasted whole: they begin with Mozilla/5.0."""
    lines = [line for group in page.robots.groups for line in group.agents if _BROWSER.match(line.value)]

    def remark(line: AgentLine) -> Remark:
        text = f"`{quoted(line.value)}` is read as the name `{quoted(line.value[:7])}`, by which no crawler goes"
        within = _WITHIN.search(line.value)
        name = quoted(within[1] or within[2]) if within else ""
        return Remark(
            line.line,
            "user_agent_string",
            text,
            f"write the crawler's product token{f', such as `{name}`' if name else ''}",
        )

    return first("user_agent_string", lines, remark)


def _unknown(page: Page) -> list[Remark]:
    """Names that the registry lacks, which sound like AI or are nearly one of its own; of hostile files not all."""
    if not page.known:
        return []
    found: dict[str, tuple[AgentLine, str | None]] = {}
    seen: set[str] = set()
    for line in islice(_lines(page), MAX_NAMES):
        tokens, whole = tokens_of(line.value)
        name = whole or (tokens[-1] if tokens else "")
        if not name or name in seen or any(token in page.known for token in tokens):
            continue
        seen.add(name)
        meant = page.spelling.meant(name)
        if meant or looks_like_ai(name):
            found[name] = line, meant

    def remark(item: tuple[AgentLine, str | None]) -> Remark:
        line, meant = item
        shown = quoted(line.value)
        if meant:
            text = f"`{shown}` is not in the registry, but `{meant}` is"
            return Remark(line.line, "unknown_ai_token", text, f"if `{meant}` is meant, write that")
        text = f"`{shown}` sounds like an AI crawler, but the registry has none of that name"
        return Remark(line.line, "unknown_ai_token", text, "compare the name with its operator's documentation")

    return first("unknown_ai_token", list(found.values()), remark)


def _lines(page: Page) -> list[AgentLine]:
    """The user-agent lines that name somebody, each spelling once."""
    lines: dict[bytes, AgentLine] = {}
    for group in page.robots.groups:
        for line in group.agents:
            if not line.is_star:
                lines.setdefault(line.value.lower(), line)
    return list(lines.values())


FINDERS = {"non_rfc_token": _non_rfc, "user_agent_string": _headers, "unknown_ai_token": _unknown}
