"""A small history worked through by hand, and what it answers to the sixteen questions.

Five sites, looked at on 1, 2, 9 and 10 January 2024 (06:00 UTC). a and c shut GPTBot by name, a from the 2nd, c from
the 10th (before it had no file); b shuts everybody from the 9th; e is open; d, of rank 2,000, never answers. The terms
of b and e forbid scraping and training, those of a training only from the 9th, c's nothing.
"""

from hashlib import sha256
from typing import Any

from tests.conftest import AGENTS
from tests.store.histories import BODIES, Where
from tests.store.terms import OPEN, SHUT, TRAIN, Words, look
from tracker.core.panels import Member, Panel
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.write import Writer

DAY = 86_400
START = 1_704_088_800  # 2024-01-01T06:00:00Z
MEMBERS = (
    Member("a.example", 1, "news"),
    Member("b.example", 2, "news"),
    Member("c.example", 3, "shop"),
    Member("d.example", 2_000, "shop"),
    Member("e.example", 4, "shop"),
)
PANEL = Panel("top", "The top", "made up", "1", "2024-01-01", None, False, MEMBERS)
SAW = {
    0: ("open", "open", "absent", "http_503", "open"),
    1: ("GPTBot shut", "open", "absent", "dns_timeout", "open"),
    8: ("GPTBot shut", "shut", "absent", "http_503", "open"),
    9: ("GPTBot shut", "shut", "GPTBot shut", "http_503", "open"),
}

# What the terms said before and after the 8th.
TERMS = {
    "a.example": (SHUT, TRAIN),
    "b.example": (TRAIN, TRAIN),
    "c.example": (OPEN, OPEN),
    "e.example": (TRAIN, TRAIN),
}


def tell(path: Where) -> Where:
    """Write the history to a file, or to a database on a server."""
    with Writer(path, AGENTS) as writer:
        panel, own = writer.panel(PANEL), writer.source(OWN)
        for number, saw in SAW.items():
            at = START + number * DAY
            crawl = writer.begin_crawl(own, panel, at, f"top@{at}", len(MEMBERS))
            terms = [(host, look(shown[number > 1], url=f"https://{host}/terms")) for host, shown in TERMS.items()]
            seen = [_capture(one.host, what) for one, what in zip(MEMBERS, saw, strict=True)]
            writer.record(crawl, seen, terms=terms)
            writer.finish_crawl(crawl, at + 60)
        writer.read_terms(Words())
    return path


def _capture(host: str, what: str) -> Answer | Failure:
    if what in BODIES:
        return Answer(host, BODIES[what][0], f"https://{host}/robots.txt")
    return Failure(host, what, "made up")


def sha(body: str) -> str:
    """The SHA-256 of one of the bodies."""
    return sha256(BODIES[body][0] or b"").hexdigest()


def day(number: int) -> str:
    """The time of a look."""
    return f"2024-01-{number + 1:02}T06:00:00Z"


_STAR = ("AI2Bot", "CCBot", "GPTBot", "Google-Extended")  # Stubborn ignores `*`
_CHANGE_OF_C = ("c.example", "GPTBot", "allowed", "blocked", 1, None, sha("GPTBot shut"))
_SHARES = {"GPTBot": 75.0, "AI2Bot": 25.0, "CCBot": 25.0, "Google-Extended": 25.0, "Stubborn": 0.0}
_BY_NUMBER = ([0.0], [25.0] * 7, [50.0], [75.0])
_OF_A_AND_C = {"GPTBot": "blocked"}
_OF_B = dict.fromkeys(_STAR, "blocked")

# Number to the expected rows; of the questions that ask for every column, of those named in COLUMNS.
COLUMNS = {
    2: ("date", "percent_blocked"),
    4: ("date", "site", "agent", "before", "after", "named", "body_before", "body_after"),
    6: ("first_seen", "last_seen", "checks", "body_sha256", "source"),
}
ANSWERS: dict[int, list[tuple[Any, ...]]] = {
    1: [(agent, share, round(share * 4 / 100), 4, 1) for agent, share in _SHARES.items()],
    2: [(f"2024-01-{n:02}", share) for n, share in enumerate((s for part in _BY_NUMBER for s in part), 1)],
    3: [("news", 100.0, 2), ("shop", 50.0, 2)],
    4: [
        ("2024-01-10", *_CHANGE_OF_C),
        *(("2024-01-09", "b.example", agent, "allowed", "blocked", 0, sha("open"), sha("shut")) for agent in _STAR),
    ],
    5: [("b.example", "2024-01-09"), ("c.example", "2024-01-10")],
    6: [(day(0), day(0), 1, sha("open"), "own"), (day(1), day(9), 3, sha("GPTBot shut"), "own")],
    7: [("allowed", 0, day(0), day(1)), ("blocked", 1, day(1), None)],
    8: [
        (f"{site}.example", agent.name, says.get(agent.name, "allowed"))
        for site, says in {"a": _OF_A_AND_C, "b": _OF_B, "c": _OF_A_AND_C, "e": {}}.items()
        for agent in AGENTS
    ],
    9: [("GPTBot", 2)],
    10: [(sha("open"), 3), (sha("GPTBot shut"), 2), (sha("shut"), 1)],
    11: [("http_503", 2), ("dns_timeout", 1)],
    12: [("a.example",), ("b.example",)],
    13: [("e.example", "prohibit", "train", "https://e.example/terms")],
    14: [("2024-01-09", "a.example", "no_ai_training:prohibit", None, "https://a.example/terms")],
    15: [("1", 3), ("5", 1)],
    16: [(name, sites, 0, 0, 4, 5) for name, sites in (("no_ai_training", 3), ("no_scraping", 3), ("silent", 1))],
}


def matches(number: int, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bool:
    """Whether this is the answer; in whatever order, for engines sort text in ways of their own."""
    wanted = COLUMNS.get(number, columns)
    found = [tuple(row[columns.index(name)] for name in wanted) for row in rows]
    return sorted(found, key=repr) == sorted(ANSWERS[number], key=repr)
