"""From the exception of a failed exchange to its cause.

httpx-aiohttp reports almost everything as ConnectTimeout, so the types on the surface say nothing: what
happened is read from the chain of causes underneath.
"""

import errno
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace

import aiohttp

from tracker.net.body import BadEncoding
from tracker.net.guard import AddressRefused
from tracker.net.resolve import DnsFailure

NETWORK_ERRORS = (aiohttp.ClientError, OSError, UnicodeError, BadEncoding)
"""What a failing exchange may raise besides httpx's errors; anything else is a mistake of this program."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Cause word, a line for people, and whether it failed before a request could be sent.

    kept: it was sent over a connection kept from the request before, which the other side may just have closed.
    """

    cause: str
    detail: str = ""
    before_request: bool = False
    kept: bool = False


class Explained(OSError):
    """What failed is known already: a host without an address to go to, or a transport with errors of its own."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


# Order matters: the specific types are subclasses of the general ones, and TimeoutError is an OSError.
_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (AddressRefused, "guard"),
    (BadEncoding, "bad_encoding"),
    (aiohttp.InvalidURL, "dns_nxdomain"),  # what no URL can name has no address either
    (ssl.SSLCertVerificationError, "tls_certificate"),
    (ssl.CertificateError, "tls_certificate"),
    (aiohttp.ClientConnectorCertificateError, "tls_certificate"),
    (ssl.SSLError, "tls_other"),
    (aiohttp.SocketTimeoutError, "read_timeout"),
    (aiohttp.ServerTimeoutError, "connect_timeout"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "reset"),
)
# No route is a failure to connect that may pass, as a time-out is, and unlike a refusal by the host itself.
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.ENETDOWN, errno.EHOSTDOWN})
_REFUSED_TEXT = f"[Errno {errno.ECONNREFUSED}]"


def explain(error: BaseException, *, kept: bool = False) -> Failure:
    """Classify the exception of a failed exchange by its chain of causes. kept: as in `Failure`."""
    chain = tuple(_chain(error))
    connecting = any(isinstance(e, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)) for e in chain)
    for link in chain:
        if isinstance(link, Explained):
            return replace(link.failure, kept=kept and not link.failure.before_request)
        if isinstance(link, DnsFailure):
            return Failure(link.cause, str(link))
        if cause := _cause_of(link):
            # What the guard refused must not be tried again over http.
            return Failure(cause, _line(link), connecting and cause != "guard", kept and not connecting)
    cause = "connect_timeout" if connecting else "reset"
    return Failure(cause, _line(chain[-1]), connecting, kept and not connecting)


def _cause_of(link: BaseException) -> str | None:
    for kind, cause in _CAUSES:
        if isinstance(link, kind):
            return cause
    if isinstance(link, OSError):
        if link.errno in _UNREACHABLE:
            return "connect_timeout"
        # Several addresses failed in different ways: aiohappyeyeballs keeps only the text of each.
        if _REFUSED_TEXT in str(link):
            return "refused"
    return None


def _line(link: BaseException) -> str:
    # What aiohttp says of its time-outs is their cause and the URL again, and histories keep it a million times.
    if isinstance(link, aiohttp.ServerTimeoutError):
        return ""
    return f"{type(link).__name__}: {link}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
