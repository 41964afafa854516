"""When a past look was made: dates from strangers' files, read strictly and held against what can be."""

import re
import time
from datetime import UTC, datetime

EARLIEST = int(datetime(1994, 1, 1, tzinfo=UTC).timestamp())
"""The Robots Exclusion Protocol is of 1994; what claims to be older has a wrong date."""

_SLACK = 86_400  # seconds that another machine's clock may be ahead of ours
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE | re.ASCII)
_EPOCH = re.compile(r"\d{1,11}(\.\d{1,9})?", re.ASCII)
_STAMP = re.compile(r"\d{14}", re.ASCII)


def moment(text: str) -> int:
    """UTC seconds of an ISO 8601 time (without a zone: UTC; a date alone: its 00:00 UTC) or of Unix seconds.

    Raises ValueError, with the mend, for all else and for a time before 1994 or in the future.
    """
    text = text.strip()
    if _EPOCH.fullmatch(text):
        return possible(int(float(text)), text)
    if not _ISO.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no time: write it as 2024-05-01, 2024-05-01T12:00:00Z or Unix seconds")
    try:
        read = datetime.fromisoformat(text.upper())
    except ValueError as reason:
        raise ValueError(f"{text!r} is no time ({reason})") from None
    return possible(int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()), text)


def stamp(text: str) -> int:
    """UTC seconds of an archive's 14-digit timestamp; raises ValueError as `moment` does."""
    if not _STAMP.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no timestamp of 14 digits")
    try:
        read = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{text!r} is no timestamp of 14 digits") from None
    return possible(int(read.timestamp()), text)


def possible(at: int, text: str) -> int:
    """The time itself; ValueError if nobody can have looked then."""
    if at < EARLIEST:
        raise ValueError(f"{text!r} is before 1994, when robots.txt was invented; Unix time is in seconds")
    if at > time.time() + _SLACK:
        raise ValueError(f"{text!r} lies in the future; Unix time is in seconds")
    return at
