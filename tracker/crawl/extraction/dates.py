"""The day from which terms apply, or on which they were last changed, as the page states it."""

import re
from collections.abc import Iterable
from datetime import date

_NAMES = (
    ("january", "januar", "jänner", "janvier", "enero", "gennaio", "januari", "janeiro", "jan"),
    ("february", "februar", "février", "fevrier", "febrero", "febbraio", "februari", "fevereiro", "feb", "févr", "fev"),
    ("march", "märz", "maerz", "mars", "marzo", "maart", "março", "marco", "mar", "mär", "mrt"),
    ("april", "avril", "abril", "aprile", "apr", "abr", "avr"),
    ("may", "mai", "mayo", "maggio", "mei", "maio"),
    ("june", "juni", "juin", "junio", "giugno", "junho", "jun"),
    ("july", "juli", "juillet", "julio", "luglio", "julho", "jul"),
    ("august", "août", "aout", "agosto", "augustus", "aug", "ago"),
    ("september", "septembre", "septiembre", "setiembre", "settembre", "setembro", "sept", "sep", "set"),
    ("october", "oktober", "octobre", "octubre", "ottobre", "outubro", "oct", "okt", "out", "ott"),
    ("november", "novembre", "noviembre", "novembro", "nov"),
    ("december", "dezember", "décembre", "decembre", "diciembre", "dicembre", "dezembro", "dec", "dez", "déc", "dic"),
)
_MONTHS = {name: month for month, names in enumerate(_NAMES, 1) for name in names}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)\b"
    rf"|\b(?P<first>\d\d?)(?P<mark>[./-]) ?(?P<second>\d\d?)[./-] ?(?P<year2>(?:19|20)\d\d)(?!\d)"
    rf"|\b(?P<day3>\d\d?)(?:st|nd|rd|th|er|[.ºª°])? ?(?:of |de |do |d['’])?(?P<name3>{_MONTH})\b\.?,? ?"
    rf"(?:de |del |do )?(?P<year3>(?:19|20)\d\d)(?!\d)"
    rf"|\b(?P<name4>{_MONTH})\b\.? (?P<day4>\d\d?)(?:st|nd|rd|th)?,? (?P<year4>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_IN_FORCE = re.compile(
    r"\beffective|\bin (?:force|effect)|\bgültig|\bin kraft|\ben vigueur|\bd['’]effet|\ben vigor|\bvigen|\bin vigore"
    r"|\bingangsdatum|\bvan kracht|\bgeldig|\bem vigor|\bvigência",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:last|latest|most recent(?:ly)?) (?:updat|modif|revis|amend|chang|adjust|review|edit)|\bupdated\b|\brevised\b"
    r"|\bversion\b|\bdated?\b|\bas of\b|\bas at\b|\bstand\b|\bletzte|\bzuletzt|\baktualisiert|\bfassung\b"
    r"|\bmise? à jour|\bmaj\b|\bdernière|\ben date du|\bdate\b|\bà compter du|\búltim[ao]|\bactualizad|\bfecha\b"
    r"|\bultim[ao]|\baggiornat|\bversione\b|\blaatst|\bbijgewerkt|\bversie\b|\batualizad|\bactualizad|\bversión\b"
    r"|\bversão\b|\bdata\b|\bdatum\b|\bposted on\b",
    re.IGNORECASE,
)
SHORT = 250
"""Characters of a block that may do nothing but state the date."""

NEAR = 90
"""Characters between the words that announce a date and the date."""


def stated_dates(blocks: Iterable[str], language: str | None) -> list[tuple[int, bool, str]]:
    """(block, whether it says when the terms come into force, YYYY-MM-DD) of the blocks that state a date, in order.

    Only short blocks and the beginnings of longer ones are looked at. A date that can be read in two ways is none.
    """
    stated = []
    for index, block in enumerate(blocks):
        start = block[:SHORT]
        if len(block) > 4 * SHORT or not _YEAR.search(start):
            continue
        for found in _DATE.finditer(start):
            before = start[max(0, found.start() - NEAR) : found.start()]
            in_force = _IN_FORCE.search(before) is not None
            if (in_force or _CHANGED.search(before)) and (day := _day(found, language)):
                stated.append((index, in_force, day))
                break
    return stated


def effective_date(stated: list[tuple[int, bool, str]], blocks: int) -> str | None:
    """The date that counts: the first one near the top, one of coming into force before others; else near the end."""
    top = [(not in_force, index, day) for index, in_force, day in stated if index < max(15, blocks // 10)]
    end = [(not in_force, -index, day) for index, in_force, day in stated if index >= blocks - max(10, blocks // 10)]
    best = min(top or end, default=None)
    return best[2] if best else None


def _day(found: re.Match[str], language: str | None) -> str | None:
    part = found.groupdict()
    year = next(int(part[name]) for name in ("year", "year2", "year3", "year4") if part[name])
    if part["year"]:
        month, day = int(part["month"]), int(part["day"])
    elif part["year2"]:
        first, second = int(part["first"]), int(part["second"])
        day, month = (second, first) if second > 12 else (first, second)
        if part["mark"] == "/" and language in (None, "en") and first <= 12 and second <= 12 and first != second:
            return None  # the third of April, or the fourth of March
    else:
        month = _MONTHS[(part["name3"] or part["name4"]).lower()]
        day = int(part["day3"] or part["day4"])
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
