"""Why the class of a text is not known, in words for people."""

from collections.abc import Collection

from tracker.core.terms.phrases import LANGUAGES
from tracker.core.terms.reading import SHORTEST_SILENT
from tracker.core.terms.text import TRUNCATED


def why_unknown(*, unclear: bool, characters: int, language: str | None, flags: Collection[str]) -> str:
    """Why nobody can say in which class a text is that could be read; of a text without a class alone.

    unclear: as in `Standing`. characters, language and flags: of the text.
    """
    if unclear:
        return "it speaks of machines, but nothing it says of them is sure: for a person to read"
    if language is not None and language not in LANGUAGES:
        return f"it is in a language without rules ({language})"
    if TRUNCATED in flags:
        return "it is longer than what is read of it, so that its silence is not proven"
    if characters < SHORTEST_SILENT:
        return f"it is too short to prove that it is silent ({characters:,} of {SHORTEST_SILENT:,} characters)"
    return "nothing is found in it, and its words do not prove that it is silent"
