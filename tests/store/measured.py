"""A history of forty sites over sixteen months, with terms of a few, for what is measured in it."""

from collections.abc import Callable
from pathlib import Path

from tests.conftest import AGENTS
from tests.store.terms import MAYBE, OPEN, TRAIN, Words, look
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.write import Writer

HOSTS = tuple(f"site-{n:02}.example" for n in range(40))
START = 1_691_971_200  # 2023-08-14, a Monday
LOOKS, STEP = 34, 14 * DAY
LAST_DAY = "2024-11-18"
RULES = (b"User-agent: *\nAllow: /\n", b"User-agent: GPTBot\nDisallow: /\n", b"User-agent: *\nDisallow: /\n")
TERMS = (TRAIN, OPEN, MAYBE)
"""Of the first three sites, the third doubtful; of the others nobody has seen any."""


def body(site: int, at: int) -> bytes:
    """One more site shuts GPTBot out every 28 days, of which the first two let it in again; the tenth by `*`."""
    if at <= 2 * site or (site < 2 and at > 2 * site + 9):
        return RULES[0]
    return b"# %d\n" % site + RULES[2 if site == 9 else 1]


def fickle(site: int, at: int) -> bytes:
    """Every site closes and reopens in turn."""
    return b"# %d\n" % site + RULES[(site + at) % 2]


def write(
    path: Path, *, unseen: int = 0, looks: int = LOOKS, says: Callable[[int, int], bytes] = body, kind: str = "live"
) -> Path:
    """The history; of the last so many sites nothing is known, 15 of the others shut GPTBot out at the end."""
    members = tuple(Member(host, rank * 30, "news" if rank % 2 else "") for rank, host in enumerate(HOSTS, 1))
    with Writer(path, AGENTS, kind=kind) as writer:
        panel = writer.panel(Panel("forty", "Forty", "made up", "1", "2023-08-14", None, False, members))
        own = writer.source(OWN)
        for at in range(looks):
            moment = START + at * STEP
            crawl = writer.begin_crawl(own, panel, moment, f"forty@{moment}", len(HOSTS))
            seen = [Answer(host, says(site, at), "ref") for site, host in enumerate(HOSTS[: len(HOSTS) - unseen])]
            writer.record(crawl, [*seen, *(Failure(host, "http_503", "x") for host in HOSTS[len(HOSTS) - unseen :])])
            writer.finish_crawl(crawl, moment + 60)
        moment = START + (looks - 1) * STEP + 120
        crawl = writer.begin_crawl(own, panel, moment, "terms", len(TERMS), targets=(Target.TERMS,))
        pages = [(host, look(text, url=f"https://{host}/terms")) for host, text in zip(HOSTS, TERMS, strict=False)]
        writer.record(crawl, [], terms=pages)
        writer.finish_crawl(crawl, moment + 60)
        writer.read_terms(Words())
    return path


def tokens(folder: Path, *rows: tuple[str, int]) -> Path:
    """A file of token counts."""
    path = folder / "tokens.csv"
    path.write_text("domain,tokens\n" + "".join(f"{host},{count}\n" for host, count in rows))
    return path
