"""Spans of time as people write them in settings: `90s`, `10m`, `6h`, `1d`, `2w`, `1h30m`."""

import re

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_FORM = re.compile(r"(?:\d{1,9}[wdhms])+")
_PART = re.compile(r"(\d+)([wdhms])")


def seconds_of(text: str) -> int:
    """A span of time in seconds. Raises ValueError saying how one is written."""
    stripped = text.strip().lower()
    if not _FORM.fullmatch(stripped):
        raise ValueError(f"{text!r} is no span of time: write 90s, 10m, 6h, 1d, 2w or 1h30m")
    return sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(stripped))


def words_of(seconds: int) -> str:
    """A span of time in the fewest units, never weeks: 604800 is `7d`, which people count in."""
    parts = []
    for unit in "dhms":
        count, seconds = divmod(seconds, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
