"""What words say of a link: whether its text or its address speaks of terms, of something near them, or of neither.

Both are read as words without case, accents and punctuation. A phrase is found by its first word, so that the time does
not grow with the number of languages.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from tracker.reference.terms_links import LISTS, TermsWords, terms_words

_LETTERS = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_WORD = re.compile(r"[^\W_]+")
# Thai and what comes after it: Hangul, Kana, Han. Their words are not told apart by spaces alone.
_SOLID = "\u0e00"
_GAP = re.compile(r"(?<=[\u0e00-\uffff])\s+(?=[\u0e00-\uffff])")
_SHORTEST_JOINED = 10
_HEAD = 3
_MOST_WORDS = 30


def folded(text: str) -> str:
    """A text without case and accents, and without the vowel signs of Thai, Hindi, Arabic and the like."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if unicodedata.category(letter)[0] != "M").translate(_LETTERS)


class Phrase(NamedTuple):
    """A phrase of the lists: its folded words, which of them may end in any way, and the list it is from."""

    words: tuple[str, ...]
    open: tuple[bool, ...]
    list: str
    language: str

    def fits(self, words: list[str], at: int) -> bool:
        """Whether it stands at a place of a text."""
        if at + len(self.words) > len(words):
            return False
        return all(
            word.startswith(own) if loose else word == own
            for own, loose, word in zip(self.words, self.open, words[at:], strict=False)
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What was found in a text. lists: names of the lists that phrases in it are from, with their languages.

    rest: how many words of four letters and more are in none of them.
    """

    lists: dict[str, frozenset[str]]
    rest: int


class _Index:
    """Phrases to be found where they begin: those whose words all stand as they are by these words, those of which a
    word may end in any way by the first letters of the first one."""

    def __init__(self) -> None:
        self._closed: dict[tuple[str, ...], list[Phrase]] = defaultdict(list)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        self._open: dict[str, list[Phrase]] = defaultdict(list)

    def add(self, phrase: Phrase) -> None:
        """Put a phrase in."""
        if any(phrase.open):
            self._open[phrase.words[0][:_HEAD]].append(phrase)
        else:
            self._closed[phrase.words].append(phrase)
            self._lengths[phrase.words[0]].add(len(phrase.words))

    def at(self, words: list[str], at: int) -> list[Phrase]:
        """The longest phrases that stand at a place of a text, several if they are of one length."""
        first = words[at]
        found = [phrase for phrase in self._open.get(first[:_HEAD], ()) if phrase.fits(words, at)]
        for length in self._lengths.get(first, ()):
            found += self._closed.get(tuple(words[at : at + length]), ())
        if len(found) < 2:
            return found
        longest = max(len(phrase.words) for phrase in found)
        found = [phrase for phrase in found if len(phrase.words) == longest]
        strongest = min(found, key=lambda phrase: LISTS.index(phrase.list)).list
        # What is terms in one language and a privacy notice in another is terms; what is narrow in one alone is not.
        alone = strongest in ("terms", "sale")
        return [phrase for phrase in found if phrase.list == strongest or not (alone or phrase.list == "narrow")]


class Lexicon:
    """The phrases of all languages, ready to be looked up."""

    def __init__(self, languages: Iterable[TermsWords]) -> None:
        self.languages = tuple(languages)
        self._text, self._url = _Index(), _Index()
        self._solid: list[tuple[str, str, str]] = []
        self._joined: dict[str, set[str]] = defaultdict(set)
        # Segments of paths are much the same all over a page.
        self.address = lru_cache(4_096)(self._address)
        for words in self.languages:
            for name in LISTS:
                for phrase in getattr(words, name):
                    self._add(name, words.language, phrase)
        self._solid.sort(key=lambda entry: (-len(entry[0]), LISTS.index(entry[1])))

    def _add(self, name: str, language: str, phrase: str) -> None:
        if max(solid := folded(phrase)) >= _SOLID:
            self._solid.append(("".join(_WORD.findall(solid)), name, language))
            return
        for spelling in {folded(phrase), folded(phrase.casefold().translate(_DIGRAPHS))}:
            parts = re.findall(r"([^\W_]+)(\*?)", spelling)
            words = tuple(word for word, _ in parts)
            entry = Phrase(words, tuple(bool(star) for _, star in parts), name, language)
            self._url.add(entry)
            if name != "url":
                self._text.add(entry)
            if name in ("terms", "sale", "url") and len(words) > 1:
                joined = "".join(words)
                self._url.add(Phrase((joined,), (entry.open[-1],), name, language))
                if len(joined) >= _SHORTEST_JOINED and name == "terms":
                    self._joined[joined[:4]].add(joined)

    def text(self, text: str, site: str = "") -> Said:
        """What the words of a link say; those that its site is named by say nothing."""
        words = _WORD.findall(_GAP.sub("", folded(text)))
        return _read(words, self._text, self._solid, site)

    def _address(self, segment: str) -> Said:
        """What a segment of a path says; it is read in spellings without spaces too."""
        words = _WORD.findall(folded(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", segment)))
        said = _read(words, self._url, self._solid)
        if not said.lists and any(_SHORTEST_JOINED < len(word) <= 40 and self._holds(word) for word in words):
            return Said({"terms": frozenset({""})}, said.rest - 1)
        return said

    def _holds(self, word: str) -> bool:
        """Whether a phrase written as one word is part of a longer one: "oursitetermsofuse"."""
        return any(
            word.startswith(joined, at)
            for at in range(len(word) - _SHORTEST_JOINED + 1)
            for joined in self._joined.get(word[at : at + 4], ())
        )


def _read(words: list[str], index: _Index, solid: list[tuple[str, str, str]], site: str = "") -> Said:
    if len(words) > _MOST_WORDS:
        return Said({}, len(words))
    lists: dict[str, set[str]] = {}
    rest, at = 0, 0
    while at < len(words):
        found = index.at(words, at)
        for phrase in found:
            lists.setdefault(phrase.list, set()).add(phrase.language)
        if not found and words[at] not in site:
            rest += _rest(words[at], lists, solid)
        at += len(found[0].words) if found else 1
    return Said({name: frozenset(languages) for name, languages in lists.items()}, rest)


def _rest(word: str, lists: dict[str, set[str]], solid: list[tuple[str, str, str]]) -> int:
    """How much of a word is in no list; what is is noted: of a script without spaces a word is a sentence."""
    if word.isascii() or max(word) < _SOLID:
        return int(len(word) > 3 and not word.isdigit())
    for phrase, name, language in solid:
        if phrase in word:
            lists.setdefault(name, set()).add(language)
            word = word.replace(phrase, " ")
    # Four signs make about a word: a particle or two are none. Hangul is folded to its letters, three a sign.
    return sum(len(part) // (12 if "ᄀ" <= part[0] <= "ᇿ" else 4) for part in word.split())


@cache
def lexicon() -> Lexicon:
    """The words that ship with Drywell; read once."""
    return Lexicon(terms_words())


def likely_paths(language: str, most: int) -> tuple[str, ...]:
    """Where terms are likely to stand on a site of this language: its own two best, then the English ones."""
    by_language = {words.language: words.paths for words in lexicon().languages}
    own = by_language.get(language, ())[:2] if language != "en" else ()
    return tuple(dict.fromkeys((*own, *by_language["en"])))[:most]


def segments(path: str) -> Iterator[str]:
    """The segments of a path that say something, the last one first: no locale, number or index page."""
    for segment in reversed(path.split("/")):
        name = re.sub(r"\.[A-Za-z]{2,5}\d?$", "", segment)
        if name and not _SAYS_NOTHING.fullmatch(name):
            yield name


_SAYS_NOTHING = re.compile(
    r"[a-z]{2}(?:[-_][a-z]{2})?|\d+|index|default|home|main|show|view|page|pages|content|node|article|text|read",
    re.IGNORECASE,
)
