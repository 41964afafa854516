"""Host names: one spelling for each site."""

import re
from ipaddress import ip_address

MAX_HOST = 253
# Far more than any spelling of a host needs: the tables of IDNA are slow on long texts.
_MAX_TEXT = 4 * MAX_HOST
# Underscores are outside RFC 952 and in use all the same; a last label that starts with a digit would be read
# as an IPv4 address by browsers (WHATWG URL, "ends in a number").
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.ASCII)


class NotAHost(ValueError):
    """A text that names no site: the message says why, for people; `kind` is the reason in a word, for counting.

    Kinds: empty, url, ip_address, port, too_long, empty_label, single_label, top_level (no top-level domain at the
    end), idn, not_a_name.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def normalise_host(text: str) -> str:
    """The host that `text` names: lower case, A-labels (RFC 5891), no trailing dot.

    Raises NotAHost if `text` is anything but the name of one site: a URL, a host with port or user, an IP address, a
    single label, a name longer than DNS allows (RFC 1035 section 2.3.4). Nothing is cut off in silence:
    `example.com:8443` is another origin than `example.com`.
    """
    name = text.strip()
    name = (_ascii(name) if not name.isascii() else name.lower()).removesuffix(".")
    if len(name) <= MAX_HOST and _HOST.fullmatch(name):
        return name
    raise _reason(name)


def _ascii(name: str) -> str:
    # Here, because its tables take longer to load than a thousand ASCII names to check.
    import idna

    if len(name) > _MAX_TEXT:
        raise _too_long(name)
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(label if label.isascii() else idna.alabel(label).decode("ascii") for label in mapped.split("."))
    except idna.IDNAError as error:
        raise NotAHost(f"{name!r} is no international host name: {error}", "idn") from None


def _too_long(name: str) -> NotAHost:
    return NotAHost(f"a host has at most {MAX_HOST} characters, {name[:32]!r}… has {len(name)}", "too_long")


def _reason(name: str) -> NotAHost:
    if not name:
        return NotAHost("the host is empty", "empty")
    if len(name) > _MAX_TEXT:
        return _too_long(name)
    for mark, what in (("://", "a scheme"), ("/", "a path"), ("@", "a user name"), ("?", "a query")):
        if mark in name:
            return NotAHost(f"{name!r} holds {what}: write the host alone, such as example.com", "url")
    if _is_address(name):
        return NotAHost(
            f"{name!r} is, or would be read as, an IP address: write the name of a site, such as example.com",
            "ip_address",
        )
    if ":" in name:
        return NotAHost(f"{name!r} holds a port: write the host alone, such as example.com", "port")
    if len(name) > MAX_HOST:
        return _too_long(name)
    return _label_reason(name)


def _label_reason(name: str) -> NotAHost:
    labels = name.split(".")
    for label in labels:
        if not label:
            reason = f"{name!r} has an empty label: two dots follow each other, or one stands at the start"
            return NotAHost(reason, "empty_label")
        if len(label) > 63:
            reason = f"a part between dots has at most 63 characters, {label[:32]!r}… has {len(label)}"
            return NotAHost(reason, "too_long")
        if not _LABEL.fullmatch(label):
            reason = f"{name!r} is no host name: only letters, digits, dots and, inside, hyphens"
            return NotAHost(reason, "not_a_name")
    if len(labels) == 1:
        return NotAHost(f"{name!r} has no dot: write the full name, such as example.com", "single_label")
    return NotAHost(f"{name!r} does not end in a top-level domain", "top_level")


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
