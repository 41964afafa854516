"""One row of the conformance tables, and the shorthand in which they are written."""

from typing import NamedTuple

OPEN, SHUT = True, False
WORDS = {"UA ": "User-agent: ", "D ": "Disallow: ", "A ": "Allow: "}


class Case(NamedTuple):
    """A file, who asks for which path, whether it is open to them, and why the section says so."""

    section: str
    file: bytes
    token: str
    path: str
    is_open: bool
    why: str


Row = tuple[str | bytes, str, bool, str]
"""File (shorthand, or bytes as they are), `token /path`, whether it is open, and the reason."""


def text(short: str) -> bytes:
    """A file from its shorthand: `|` parts lines; `UA`, `D` and `A` are User-agent, Disallow and Allow."""
    lines = []
    for line in short.split("|"):
        key = next((key for key in WORDS if line.startswith(key)), "")
        lines.append(WORDS.get(key, "") + line.removeprefix(key))
    return "\n".join(lines).encode()


def cases(sections: dict[str, list[Row]]) -> list[Case]:
    """The rows of all sections, spelt out."""
    found = []
    for section, rows in sections.items():
        for file, ask, is_open, why in rows:
            token, _, path = ask.partition(" /")
            data = text(file) if isinstance(file, str) else file
            found.append(Case(section, data, token, "/" + path, is_open, why))
    return found
