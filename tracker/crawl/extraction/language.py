"""The language of a text, by py3langid: no network, one model of 4.5 MB that is loaded on first use."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Protocol

from tracker.crawl.extraction.walk import Piece

SAMPLE = 2_000
"""Characters that are enough to tell."""

SURE = 200
"""Characters from which on what the page says of its language no longer counts."""


class _Identifier(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    return identifier


@lru_cache(maxsize=16)  # the page and its terms mostly give the same sample
def _ranked(sample: str) -> list[str]:
    return [language for language, _ in _identifier().rank(sample)[:3]]


def language_of(pieces: Sequence[Piece], hint: str | None = None) -> str | None:
    """ISO 639-1 of the prose; None without any that tells, or for a language that has no such code.

    hint: the page's `lang` attribute. It decides for short texts only, and only if they look like it at all.
    """
    prose = sorted((piece.text for piece in pieces if piece.is_prose), key=len, reverse=True)
    sample = " ".join(prose[:10])[:SAMPLE] or " ".join(piece.text for piece in pieces)[:SAMPLE]
    if sum(map(str.isalpha, sample)) < 20:
        return None
    ranked = _ranked(sample)
    told = (hint or "").strip().lower()[:2]
    best = told if len(sample) < SURE and told in ranked else ranked[0]
    return best if len(best) == 2 else None


_IN_PATH = re.compile(r"//[^/]+/(?:[^?#]*/)?([a-z]{2})(?:[-_][a-zA-Z]{2})?(?:[/?#]|\Z)")


def language_of_url(url: str | None) -> str | None:
    """What a path such as /de/ or /fr-be/ says of the language of its page: no more than a hint."""
    found = _IN_PATH.search((url or "")[:2_000])
    return found[1] if found else None
