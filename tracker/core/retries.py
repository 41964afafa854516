"""Which failures are worth asking again soon, and from when on."""

import re

_PASSING = frozenset({"dns_timeout", "connect_timeout", "read_timeout", "total_timeout", "reset", "http_429"})
_SERVER_ERROR = re.compile(r"http_5\d\d")
_WISH = re.compile(r"\bretry after (\d+) s\b")


def is_transient(cause: str) -> bool:
    """Whether a failure may be gone in minutes: time-outs, resets, 5xx, 429.

    A name that does not exist, a refused connection, a bad certificate, a wall or an opt-out will be no other in an
    hour; the next round looks at those again.
    """
    return cause in _PASSING or _SERVER_ERROR.fullmatch(cause) is not None


def with_wish(detail: str, seconds: int | None) -> str:
    """A failure's detail with the server's wish to be left alone for so long (RFC 9110 section 10.2.3, Retry-After)."""
    if seconds is None:
        return detail
    wish = f"retry after {seconds} s"
    return f"{detail}; {wish}" if detail else wish


def wished_pause(detail: str) -> int:
    """Seconds that the server asked to be left alone for, from a failure's detail; 0 without a wish."""
    found = _WISH.search(detail)
    return int(found[1]) if found else 0
