"""Names that are nearly a registry's: `GTPBot`, `CC-Bot`, `Google-Extend`."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_SEPARATORS = re.compile(r"[-_. ]+")
_SHORTEST = 6  # of shorter names a letter more or less is another name
_SHORTEST_STEM = 8
_ENDING = 2
# Crawlers of their own, of many a robots.txt, whose names are a letter away from one of the registry's.
_THEIR_OWN = frozenset({"iccrawler", "semrushbotsa", "snapbot"})


class Spelling:
    """Finds the name that is meant.

    Equal but for `-`, `_`, space, dot and case; or, in names of at least six letters, one letter missing, added,
    changed or moved; or another ending of two letters, from ten on. The first letter has to be right, which keeps
    the names of other crawlers out.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._plain: dict[str, str] = {}
        self._near: dict[str, str] = {}
        for name in names:
            plain = _plain(name)
            self._plain.setdefault(plain, name)
            for key in _keys(plain):
                self._near.setdefault(key, name)

    def meant(self, name: str) -> str | None:
        """The name of the registry that `name` nearly is, as the registry spells it; None if there is none.

        For names that the registry lacks: one that it has is nearly itself.
        """
        plain = _plain(name)
        if plain in self._plain:
            return self._plain[plain]
        if plain in _THEIR_OWN:
            return None
        return next((self._near[key] for key in _keys(plain) if key in self._near), None)


@lru_cache(maxsize=4)
def spelling_of(names: tuple[str, ...]) -> Spelling:
    """The spelling of a registry, made once for all files."""
    return Spelling(names)


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())


def _keys(plain: str) -> Iterator[str]:
    """Two names are near if they have one of these in common; `?` stands for a letter, `+` for an ending."""
    if len(plain) < _SHORTEST:
        return
    yield plain
    for at in range(1, len(plain)):
        before, after = plain[:at], plain[at + 1 :]
        yield f"{before}?{after}"
        yield f"{before}{after}"
    for stem in (plain, plain[:-_ENDING]):
        if len(stem) >= _SHORTEST_STEM:
            yield f"{stem}+"
