"""The sites of the farm, by name: `<kind>-<number>.farm.test`, and `www-` before it where a redirect leads.

`clean`: every site answers at once. `real`: in every 1,000 sites those of MIXES, which are the failing tail of a real
list; the rest answers after a log-normal time. `hostile`: among sites that answer at once, those that try to fill the
memory of who asks.
"""

import math
import random
from collections.abc import Iterator

MIXES: dict[str, dict[str, int]] = {
    "clean": {},
    "real": {
        "red": 120,  # redirects to its www name
        "slow": 20,  # first byte after 2 to 10 s
        "refuse": 10,  # nobody listens
        "dead": 25,  # connections are never established (black hole)
        "hang": 10,  # TLS, then silence
        "nx": 20,  # no such name
        "dt": 10,  # the name server never answers
        "sf": 5,  # the name server fails, after 2 s
    },
    "hostile": {
        "bomb": 20,  # 1 GB of rules in gzip
        "endless": 20,  # rules for ever
        "large": 20,  # 8 MB of rules
        "flood": 20,  # header fields for ever
        "drip": 20,  # a byte a second
        "hang": 20,
    },
}
"""Sites of each kind in every 1,000; the others of the mix `real` are `r`, else `ok`."""

LIVE = ("ok", "r", "red", "slow")
PATHS = ("/robots.txt", "/", "/.well-known/tdmrep.json", "/llms.txt")
"""What our visits ask for in this order; a long text like terms of use is where llms.txt would be."""
ANSWERING = tuple(f"127.10.0.{number}" for number in range(1, 17))
BLACK_HOLE = "127.20.0.1"
REFUSING = "127.21.0.1"

_STRIDE = 7919  # prime, so that neighbours in the list are of different kinds and every 1,000 has the exact shares
_MEDIAN, _SIGMA = 0.12, 0.8


def hosts(mix: str, count: int) -> Iterator[str]:
    """The first `count` sites of a mix."""
    table = [kind for kind, share in MIXES[mix].items() for _ in range(share)]
    table += ["r" if mix == "real" else "ok"] * (1000 - len(table))
    for number in range(count):
        yield f"{table[(number * _STRIDE + 13) % 1000]}-{number}.farm.test"


def kind_of(host: str) -> str:
    """The kind that a site's name says."""
    return host.removeprefix("www-").partition("-")[0]


def number_of(host: str) -> int:
    """The number in a site's name."""
    digits = host.partition(".")[0].rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def is_live(host: str) -> bool:
    """Whether a crawler must find the robots.txt of this site."""
    return kind_of(host) in LIVE


def address_of(host: str) -> str | None:
    """Where a name leads; None if there is no such name."""
    kind = kind_of(host)
    if kind == "nx" or not host.endswith(".farm.test"):
        return None
    special = {"dead": BLACK_HOLE, "refuse": REFUSING}
    return special.get(kind) or ANSWERING[number_of(host) % len(ANSWERING)]


def first_byte(host: str, path: str) -> float:
    """Seconds until a site begins to answer, the same at each run; infinite for one that never does."""
    kind, chance = kind_of(host), random.Random(host + path)
    if kind == "hang":
        return math.inf
    if kind == "slow":
        return chance.uniform(2, 10)
    if kind in ("r", "red"):
        return chance.lognormvariate(math.log(_MEDIAN), _SIGMA)
    return 0.0
