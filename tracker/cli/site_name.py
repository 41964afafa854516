"""A site as the user names it."""

from tracker.errors import UsageError


def host_of(text: str) -> str:
    """The host that a user means. Raises UsageError with the reason if it is none."""
    from tracker.core.hosts import normalise_host

    try:
        return normalise_host(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no host: {error}") from error
