"""How long a server asks to be left alone (Retry-After, RFC 9110 section 10.2.3)."""

import time
from email.utils import parsedate_to_datetime


def asked_pause(value: str) -> float | None:
    """Seconds, given as such or as a date; None if the value is neither."""
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
