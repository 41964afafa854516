"""Small text files at well-known places: trust.txt, ai.txt, llms.txt."""

import re
from itertools import islice

from tracker.core.robots import parse
from tracker.core.signals.signal import AI_TXT, LLMS_TXT, MAX_SIGNALS, TRUST_TXT, Signal, clip, merge

TRAINING = "datatrainingallowed"
PRESENCE = "presence"
MAX_TEXT = 1024 * 1024
_MARK = b"\xef\xbb\xbf"
# Not just any tag: texts for models begin with tags of their own, such as <SYSTEM>.
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|title)\b|\A<(?:!--|\?xml|meta\b|script\b)", re.IGNORECASE)
_TRAINING = re.compile(rb"\s*datatrainingallowed\s*=([^#]*)", re.IGNORECASE)


def trust_txt(data: bytes) -> list[Signal]:
    """The line `datatrainingallowed=yes|no` of a trust.txt, in any case; no signal without one.

    Said both ways, no counts. Source: JournalList, trust.txt specification, change of 2024-04-04.
    """
    if not is_text(data):
        return []
    lines = enumerate(data[:MAX_TEXT].removeprefix(_MARK).splitlines(), 1)
    matches = ((number, match) for number, line in lines if (match := _TRAINING.match(line)))
    found = [_training(match[1].decode("utf-8", "replace"), number) for number, match in islice(matches, MAX_SIGNALS)]
    return merge(found)


def _training(text: str, line: int) -> Signal:
    said = text.strip().lower()
    known = said in ("yes", "no")
    flags = frozenset(() if known else {"unknown_value"})
    return Signal(TRUST_TXT, TRAINING, said if known else "", "file", line=line, raw=clip(text.strip()), flags=flags)


def ai_txt(data: bytes) -> list[Signal]:
    """That there is an /ai.txt, with the flag `robots_like` if it has user-agent lines.

    Several formats share the name, so that nothing else is read from it (Spawning's ai.txt, 2023, is one).
    """
    if not is_text(data):
        return []
    flags = frozenset({"robots_like"} if parse(data).groups else ())
    return [Signal(AI_TXT, PRESENCE, "yes", "file", flags=flags)]


def llms_txt(data: bytes) -> list[Signal]:
    """That there is an /llms.txt. It guides models through a site and has no meaning for access."""
    return [Signal(LLMS_TXT, PRESENCE, "yes", "file")] if is_text(data) else []


def is_text(data: bytes) -> bool:
    """Whether it is a text at all: many sites answer any address with a page, some with JSON."""
    start = data[:1024].removeprefix(_MARK).lstrip()
    if not start or b"\0" in start or start.startswith((b"{", b"[{")):
        return False
    return _MARKUP.search(start) is None
