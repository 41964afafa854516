"""Host names: one spelling for each site."""

import re
from ipaddress import ip_address

MAX_HOST = 253
# Underscores are outside RFC 952 and in use all the same; a last label that starts with a digit would be read
# as an IPv4 address by browsers (WHATWG URL, "ends in a number").
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.ASCII)


def normalise_host(text: str) -> str:
    """The host that `text` names: lower case, A-labels (RFC 5891), no trailing dot.

    Raises ValueError with the reason, for people, if `text` is anything but the name of one site: a URL, a
    host with port or user, an IP address, a single label, a name longer than DNS allows (RFC 1035 section
    2.3.4). Nothing is cut off in silence: `example.com:8443` is another origin than `example.com`.
    """
    name = text.strip()
    name = (_ascii(name) if not name.isascii() else name.lower()).removesuffix(".")
    if len(name) <= MAX_HOST and _HOST.fullmatch(name):
        return name
    raise ValueError(_reason(name))


def _ascii(name: str) -> str:
    # Here, because its tables take longer to load than a thousand ASCII names to check.
    import idna

    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(label if label.isascii() else idna.alabel(label).decode("ascii") for label in mapped.split("."))
    except idna.IDNAError as error:
        raise ValueError(f"{name!r} is no international host name: {error}") from None


def _reason(name: str) -> str:
    if not name:
        return "the host is empty"
    for mark, what in (("://", "a scheme"), ("/", "a path"), ("@", "a user name"), ("?", "a query")):
        if mark in name:
            return f"{name!r} holds {what}: write the host alone, such as example.com"
    if _is_address(name):
        return f"{name!r} is, or would be read as, an IP address: write the name of a site, such as example.com"
    if ":" in name:
        return f"{name!r} holds a port: write the host alone, such as example.com"
    if len(name) > MAX_HOST:
        return f"a host has at most {MAX_HOST} characters, {name[:32]!r}… has {len(name)}"
    return _label_reason(name)


def _label_reason(name: str) -> str:
    labels = name.split(".")
    for label in labels:
        if not label:
            return f"{name!r} has an empty label: two dots follow each other, or one stands at the start"
        if len(label) > 63:
            return f"a part between dots has at most 63 characters, {label[:32]!r}… has {len(label)}"
        if not _LABEL.fullmatch(label):
            return f"{name!r} is no host name: only letters, digits, dots and, inside, hyphens"
    if len(labels) == 1:
        return f"{name!r} has no dot: write the full name, such as example.com"
    return f"{name!r} does not end in a top-level domain"


def _is_address(name: str) -> bool:
    if name.startswith("["):
        return True
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        # The short and hexadecimal spellings that C libraries and browsers take for IPv4: 127.1, 0x7f000001.
        last = name.rpartition(".")[2].partition(":")[0]
        return re.fullmatch(r"\d+|0x[0-9a-f]*", last) is not None
    return True
