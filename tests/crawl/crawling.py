"""A crawl in a process of its own, to be killed: `python -m tests.crawl.crawling HISTORY HTTP HTTPS CA_FILE HOSTS`."""

import sys
import time
from ipaddress import ip_network

from tests.conftest import AGENTS
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.net.fetch import FetchSettings
from tracker.net.resolve import FixedResolver
from tracker.store.write import Writer


def hosts(count: int) -> list[str]:
    """The sites that are crawled."""
    return [f"site{number}.example" for number in range(count)]


def main(history: str, http: str, https: str, ca_file: str, count: str) -> None:
    """Begin a round, or go on with the one that was killed."""
    panel = Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, tuple(map(Member, hosts(int(count)))))
    resolver = FixedResolver({80: int(http), 443: int(https)})
    fetch = FetchSettings(resolver=resolver, ca_file=ca_file, allow_private=(ip_network("127.0.0.0/8"),))  # type: ignore[arg-type]
    with Writer(history, AGENTS) as writer:
        rounds = Rounds(writer, panel, fetch, Manner(workers=20))
        now = int(time.time())
        begun = rounds.interrupted(now, (Target.ROBOTS,))
        report = rounds.begin(now) if begun is None else rounds.rest(begun, now)
    sys.exit(not report.finished)


if __name__ == "__main__":
    main(*sys.argv[1:])
