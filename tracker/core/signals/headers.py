"""Signals in the header of an HTTP answer."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tracker.core.signals.licences import MEDIA_TYPE, licence_link
from tracker.core.signals.preferences import content_usage
from tracker.core.signals.signal import CRAWLER_PRICE, ROBOTS_META, Signal, clip, invalid, merge
from tracker.core.signals.tdm import POLICY, RESERVATION, stated

SOURCE = "header"
WORDS = ("noai", "noimageai", "noml")
PAYMENT_REQUIRED = 402
MAX_FIELDS = 40
MAX_VALUE = 8_192
_PRICE = re.compile(r"[A-Z]{3} [0-9]{1,12}(?:\.[0-9]{1,12})?")
_AGENT = re.compile(r"\s*([\w.*-]{1,64}(?: [\w.*-]{1,64})?)\s*:(.*)", re.DOTALL)
# Directives with a value of their own, whose name is no agent's.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_LINK = re.compile(r'<([^<>]*+)>((?:[^,"<]++|"(?:[^"\\]|\\.)*+")*+)', re.DOTALL)
_PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s;"]*+))', re.DOTALL)

_Text = str | bytes


def header_signals(
    headers: Mapping[str, str] | Iterable[tuple[_Text, _Text]], status: int | None = None
) -> list[Signal]:
    """The signals in the header fields of an answer: Content-Usage, Link (RSL), TDMRep, X-Robots-Tag, crawler-price.

    Fields may repeat, and names and values may be octets (latin-1). Give fields as pairs where possible: in a
    mapping equal fields are joined by commas, so that `GPTBot: noai` and a second `noai` both go to GPTBot.
    `status` is the HTTP status; a crawler-price counts only with 402. At most 40 fields of a name are read, and
    of each 8,192 characters. Sources: see `preferences`, `licences`, `tdm`; Google's X-Robots-Tag for the form
    `agent: word`; DeviantArt, 2022, for noai; Cloudflare, pay per crawl, 2025.
    """
    fields = _fields(headers)
    found = [
        *_usage(fields["content-usage"]),
        *(signal for value in fields["link"] for signal in _licences(value)),
        *(stated(RESERVATION, part, SOURCE) for value in fields[RESERVATION] for part in value.split(",")[:MAX_FIELDS]),
        *(stated(POLICY, value, SOURCE) for value in fields[POLICY]),
        *(signal for value in fields["x-robots-tag"] for signal in _robots_tag(value)),
        *(_price(value) for value in fields["crawler-price"] if status == PAYMENT_REQUIRED),
    ]
    return _by_agents(found)


def words(text: str, source: str, agents: tuple[str, ...] = ("*",)) -> list[Signal]:
    """The words noai, noimageai and noml among directives separated by commas, in any case."""
    said = {part.strip().lower() for part in text.split(",")}
    return [Signal(ROBOTS_META, word, "1", source, agents, raw=clip(text.strip())) for word in WORDS if word in said]


FIELDS = ("content-usage", "link", RESERVATION, POLICY, "x-robots-tag", "crawler-price")
"""The header fields that are read, in lower case; all others say nothing here."""


def _fields(headers: Mapping[str, str] | Iterable[tuple[_Text, _Text]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in FIELDS}
    pairs: Iterable[tuple[_Text, _Text]] = headers.items() if isinstance(headers, Mapping) else headers
    for name, value in pairs:
        values = found.get(_text(name).strip().lower())
        if values is not None and len(values) < MAX_FIELDS:
            values.append(_text(value)[:MAX_VALUE])
    return found


def _text(value: _Text) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _usage(values: list[str]) -> list[Signal]:
    # RFC 9651: several fields are one dictionary, and one fault spoils it all.
    joined = ", ".join(value.strip() for value in values)
    return content_usage(joined, SOURCE) if values else []


def _licences(value: str) -> Iterator[Signal]:
    for target, text in _LINK.findall(value):
        parameters: dict[str, str] = {}
        for name, quoted, token in _PARAMETER.findall(text):
            parameters.setdefault(name.lower(), (quoted or token).lower())
        if "license" in parameters.get("rel", "").split() and parameters.get("type", "").strip() == MEDIA_TYPE:
            yield licence_link(target, SOURCE)


def _robots_tag(value: str) -> Iterator[Signal]:
    agents: tuple[str, ...] = ("*",)
    for part in value.split(","):
        match = _AGENT.fullmatch(part)
        directive = part
        if match and match[1].lower() not in _VALUED:
            agents, directive = (match[1].lower(),), match[2]
        yield from words(directive, SOURCE, agents)


def _price(value: str) -> Signal:
    said = value.strip()
    if not _PRICE.fullmatch(said):
        return invalid(CRAWLER_PRICE, SOURCE, said, key=CRAWLER_PRICE)
    return Signal(CRAWLER_PRICE, CRAWLER_PRICE, said, SOURCE, raw=said)


def _by_agents(signals: Iterable[Signal]) -> list[Signal]:
    """The signals merged for each addressee."""
    groups: dict[tuple[str, ...], list[Signal]] = {}
    for signal in signals:
        groups.setdefault(signal.agents, []).append(signal)
    return [signal for group in groups.values() for signal in merge(group)]
