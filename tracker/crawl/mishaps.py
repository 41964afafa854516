"""Visits that a mistake of this program broke off: of such a site nothing is known, and nothing is recorded."""

import logging

from tracker.errors import CrawlError

MOST = 20
"""How many such sites a crawl bears; with one more something is wrong that has little to do with any of them."""

_NAMED = 5
_LOG = logging.getLogger(__name__)


class Mishaps:
    """The sites of one crawl that could not be visited."""

    def __init__(self) -> None:
        self._hosts: list[str] = []

    def note(self, host: str, error: Exception) -> None:
        """Log what broke off the visit to a site. Raises CrawlError if that has happened too often."""
        self._hosts.append(host)
        _LOG.error("the visit to %s was broken off by a mistake of this program", host, exc_info=error)
        if len(self._hosts) > MOST:
            self.tell()

    def tell(self) -> None:
        """Raise CrawlError if there are any."""
        if not self._hosts:
            return
        more = len(self._hosts) - _NAMED
        named = ", ".join(self._hosts[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        raise CrawlError(
            f"a mistake of this program kept it from visiting {named}; all other sites that were asked are recorded: "
            "please report it with the traceback that was logged"
        )
