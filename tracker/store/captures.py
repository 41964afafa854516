"""What is handed to the writer: sources, answers and failures, free of tables and ids."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tracker.core.exchange import Exchange, Fields
from tracker.core.outcomes import Outcome
from tracker.core.visits import Target

# Of several sources in one second the lowest counts: what we saw ourselves, then the archives, then what was handed in.
SOURCE_RANK = {"own": 0, "commoncrawl": 1, "wayback": 2, "warc": 3, "git": 4, "csv": 5}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Where captures come from; `key` identifies the source across machines and folders."""

    kind: str
    name: str
    key: str

    @property
    def rank(self) -> int:
        """Precedence among sources that disagree about one second."""
        return SOURCE_RANK[self.kind]


OWN = SourceFacts("own", "own", "own")


@dataclass(frozen=True, slots=True)
class Answer:
    """That a site answered: the bytes of its robots.txt, or None for "there is none".

    `ref` is where it came from; empty in a crawl of our own: from the usual address. `exchange`: the HTTP answer, of
    crawls alone.
    """

    host: str
    body: bytes | None
    ref: str = ""
    exchange: Exchange | None = None

    @property
    def digest(self) -> bytes | None:
        """The SHA-256 of the bytes; None for an absence."""
        return None if self.body is None else hashlib.sha256(self.body).digest()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """That a site answered with 304: it still has the body whose validators it was sent.

    `sha256` (hex or octets) is of a body that the history holds. It is recorded as an `Answer` with these bytes.
    """

    host: str
    sha256: str | bytes
    exchange: Exchange | None = None
    ref: str = ""

    @property
    def digest(self) -> bytes:
        """The SHA-256 as octets. Raises ValueError if it is none."""
        return bytes.fromhex(self.sha256) if isinstance(self.sha256, str) else self.sha256


def usual_address(host: str) -> str:
    """Where a site's robots.txt is. Our own crawls keep where an answer came from only if it is not this."""
    return f"https://{host}/robots.txt"


@dataclass(frozen=True, slots=True)
class Failure:
    """That an attempt at a site brought no answer: the cause in the words of DESIGN section 4."""

    host: str
    kind: str
    detail: str = ""


Seen: TypeAlias = Answer | Unchanged | Failure
"""What a look at a site can have seen."""


@dataclass(frozen=True, slots=True)
class PastCrawl:
    """One imported look at many sites at one moment.

    `present` are all sites looked at with an answer; those that answered as in the crawl before need no entry in
    `answers`. `failures` are the sites without an answer. `finished_at`: if it is not `at`. `targets`, `part` and
    `suspect` as in the view crawls; `parent`: the ref of the crawl that began the round.
    """

    ref: str
    at: int
    present: frozenset[str]
    answers: Sequence[Answer] = ()
    failures: Sequence[Failure] = ()
    vantage: str = ""
    finished_at: int | None = None
    targets: str = "robots"
    parent: str = ""
    part: str = ""
    suspect: str = ""


@dataclass(frozen=True, slots=True)
class PastPage:
    """A run of equal looks at a page, as another history has it (view `pages`); times in UTC seconds.

    `kept` and `headers` are what its signals were read from. `looks`: the moments of all its looks, in order; where
    they are not given, there were none but its ends.
    """

    host: str
    target: Target
    first_seen: int
    last_seen: int
    checks: int
    outcome: Outcome
    cause: str
    status: int | None = None
    url: str = ""
    sha256: str = ""
    size: int = 0
    detail: str = ""
    kept: bytes | None = None
    headers: Fields = ()
    looks: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Capture:
    """One past look at one site at a time of its own (UTC seconds), as archives hold them."""

    at: int
    seen: Answer | Failure
