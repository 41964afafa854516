"""What words say of a link: whether its text or its address speaks of terms, of something near them, or of neither.

Both are read as words without case, accents and punctuation. A phrase is found by its first three letters, so that the
time does not grow with the number of languages.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tracker.reference.terms_links import LISTS, TermsWords, terms_words

_LETTERS = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_WORD = re.compile(r"[^\W_]+")
# Thai and what comes after it: Hangul, Kana, Han. Their words are not told apart by spaces alone.
_SOLID = 0x0E00
_SHORTEST_JOINED = 10
_LONGEST = 8


def folded(text: str) -> str:
    """A text without case and accents."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).translate(_LETTERS)


class Phrase(NamedTuple):
    """A phrase of the lists: its folded words, which of them may end in any way, and the list it is from."""

    words: tuple[str, ...]
    open: tuple[bool, ...]
    list: str
    language: str

    def fits(self, words: Sequence[str], at: int) -> bool:
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


class Lexicon:
    """The phrases of all languages, ready to be looked up."""

    def __init__(self, languages: Iterable[TermsWords]) -> None:
        self.languages = tuple(languages)
        self._text: dict[str, list[Phrase]] = defaultdict(list)
        self._url: dict[str, list[Phrase]] = defaultdict(list)
        self._solid: list[tuple[str, str, str]] = []
        self._joined: set[str] = set()
        for words in self.languages:
            for name in LISTS:
                for phrase in getattr(words, name):
                    self._add(name, words.language, phrase)
        for index in (self._text, self._url):
            for phrases in index.values():
                phrases.sort(
                    key=lambda phrase: (-len(phrase.words), -len("".join(phrase.words)), LISTS.index(phrase.list))
                )
        self._solid.sort(key=lambda entry: (-len(entry[0]), LISTS.index(entry[1])))

    def _add(self, name: str, language: str, phrase: str) -> None:
        if max(phrase) >= chr(_SOLID) and not "ა" <= max(phrase) <= "ჿ":
            self._solid.append(("".join(_WORD.findall(folded(phrase))), name, language))
            return
        for spelling in {folded(phrase), folded(phrase.casefold().translate(_DIGRAPHS))}:
            parts = re.findall(r"([^\W_]+)(\*?)", spelling)
            words = tuple(word for word, _ in parts)
            entry = Phrase(words, tuple(bool(star) for _, star in parts), name, language)
            self._url[words[0][:3]].append(entry)
            if name != "url":
                self._text[words[0][:3]].append(entry)
            if name in ("terms", "sale", "url") and len(words) > 1:
                joined = "".join(words)
                self._url[joined[:3]].append(Phrase((joined,), (entry.open[-1],), name, language))
                if len(joined) >= _SHORTEST_JOINED and name == "terms":
                    self._joined.add(joined)

    def text(self, text: str) -> Said:
        """What the words of a link say."""
        return self._read(_WORD.findall(folded(text)), self._text)

    def address(self, segment: str) -> Said:
        """What a segment of a path says; it is read in spellings without spaces too."""
        parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", segment)
        words = _WORD.findall(folded(parted))
        said = self._read(words, self._url)
        if not said.lists and any(len(word) > _SHORTEST_JOINED and self._holds(word) for word in words[:_LONGEST]):
            return Said({"terms": frozenset({""})}, said.rest - 1)
        return said

    def _holds(self, word: str) -> bool:
        return len(word) <= 40 and any(joined in word for joined in self._joined)

    def _read(self, words: list[str], index: dict[str, list[Phrase]]) -> Said:
        lists: dict[str, set[str]] = {}
        rest, at = 0, 0
        while at < len(words):
            found = self._at(words, at, index)
            if found:
                for phrase in found:
                    lists.setdefault(phrase.list, set()).add(phrase.language)
                at += len(found[0].words)
                continue
            rest += self._rest(words[at], lists)
            at += 1
        return Said({name: frozenset(languages) for name, languages in lists.items()}, rest)

    @staticmethod
    def _at(words: list[str], at: int, index: dict[str, list[Phrase]]) -> list[Phrase]:
        """The longest phrases that stand at a place, of those of one length all."""
        found: list[Phrase] = []
        for phrase in index.get(words[at][:3], ()):
            if found and len(phrase.words) < len(found[0].words):
                break
            if phrase.fits(words, at):
                found.append(phrase)
        strongest = min((LISTS.index(phrase.list) for phrase in found), default=0)
        alone = LISTS[strongest] in ("terms", "sale")
        # What is terms in one language and a privacy notice in another is terms; what is narrow in one alone is not.
        return [phrase for phrase in found if phrase.list == LISTS[strongest] or not (alone or phrase.list == "narrow")]

    def _rest(self, word: str, lists: dict[str, set[str]]) -> int:
        """How much of a word is in no list, and what is: of a script without spaces a word is a sentence."""
        if word.isascii() or max(word) < chr(_SOLID):
            return int(len(word) > 3 and not word.isdigit())
        for phrase, name, language in self._solid:
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
