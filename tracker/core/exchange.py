"""What passed over the wire when a site was asked: the last answer, and the redirects on the way to it."""

from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]
"""Header fields in the order they came, unjoined, names as they were sent, octets as latin-1."""


MOST_VALIDATOR = 1_024
"""Characters of an ETag that we send back: servers refuse requests with more than some KiB of header."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed: the URL asked, its status, and where it pointed (RFC 9309 section 2.3.1.2)."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """The HTTP answer that a look ended in. address: the IP address that gave it. hops: the redirects before it."""

    url: str
    status: int
    headers: Fields = ()
    address: str = ""
    hops: tuple[Hop, ...] = ()

    def header(self, name: str) -> str | None:
        """The first field of this name, in any case; None without one."""
        wanted = name.lower()
        return next((value for field, value in self.headers if field.lower() == wanted), None)

    @property
    def named(self) -> dict[str, str]:
        """The first field of each name, by names in lower case."""
        return {name.lower(): value for name, value in reversed(self.headers)}

    @property
    def validators(self) -> "Validators":
        """What a later request can be made conditional by: without those that could not be sent back as they came."""
        return Validators(self.header("etag") or "", self.header("last-modified") or "").sendable


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells a server which answer we hold (RFC 9110 section 8.8): its ETag and Last-Modified, "" without one."""

    etag: str = ""
    last_modified: str = ""

    @property
    def sendable(self) -> "Validators":
        """Those of them that fit in a request: printable ASCII, at most `MOST_VALIDATOR` characters each."""
        return Validators(_sendable(self.etag), _sendable(self.last_modified))

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


def _sendable(value: str) -> str:
    return value if value.isascii() and value.isprintable() and len(value) <= MOST_VALIDATOR else ""
