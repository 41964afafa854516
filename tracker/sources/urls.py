"""Which site's robots.txt a URL names, if it names any."""

from urllib.parse import urlsplit

from tracker.core.hosts import normalise_host

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_robots(url: str) -> bool:
    """Whether the path of an http(s) URL is exactly /robots.txt; cheap enough for every record of an archive."""
    scheme, mark, rest = url.partition("://")
    return bool(mark) and scheme.lower() in _DEFAULT_PORTS and rest.partition("/")[2] == "robots.txt"


def site_of(url: str) -> str:
    """The normalised host of a robots.txt URL. Raises ValueError for another port, a user name, or no host name."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("a user name in the URL")
    if parts.port not in (None, _DEFAULT_PORTS[parts.scheme.lower()]):
        raise ValueError("another port is another origin")
    return normalise_host(parts.hostname or "")


def is_server(url: str) -> bool:
    """Whether this is the http(s) address of a server, perhaps with a path, and nothing after that."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    named = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.username is None and port != 0
    return named and not parts.query and not parts.fragment and url.isascii() and url.isprintable() and " " not in url
