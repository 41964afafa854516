"""Our crawl looking at terms pages that it knows, into a history that has them: the second look is measured.

    python -m tests.benchmarks.crawl.clients.terms FARM --sites 1000 --how 304

how: `304`, the server says that nothing changed; `bytes`, it sends the same page again; `weekly`, as 304, with the home
page asked for and searched for links; `first`, the first look, at which each page is read.
"""

import argparse
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.crawl.clients.common import Stopwatch, arguments
from tests.benchmarks.crawl.clients.ours import settings
from tracker import reference
from tracker.core.outcomes import Outcome
from tracker.core.panels import Member, Panel
from tracker.core.terms.looks import TermsState
from tracker.core.visits import Target
from tracker.crawl.report import CrawlReport
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.store.write import Writer

WEEK = 7 * 86_400
WEEKLY = (Target.ROBOTS, Target.HOME, Target.TERMS)


def measure(given: argparse.Namespace, folder: str) -> None:
    """Look twice, and print the line of one look."""
    members = tuple(Member(host) for host in given.hosts)
    panel = Panel("farm", "Farm", "the benchmark", "", "2026-01-01", None, False, members)
    database, at = Path(folder) / "history.sqlite", int(time.time()) - 2 * WEEK
    watch = Stopwatch()
    report = _look(given, database, panel, at, WEEKLY)
    if given.how == "bytes":
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE terms_fetch SET etag = '', last_modified = ''")
    if given.how != "first":
        watch = Stopwatch()
        report = _look(given, database, panel, at + WEEK, WEEKLY if given.how == "weekly" else WEEKLY[::2])
    watch.tell(len(given.hosts), report.outcomes[Outcome.OK], _statuses(report))


def _look(given: argparse.Namespace, database: Path, panel: Panel, at: int, targets: Sequence[Target]) -> CrawlReport:
    with Writer(database, reference.agents()) as writer:
        return Rounds(writer, panel, settings(given), Manner(workers=given.workers)).begin(at, targets)


def _statuses(report: CrawlReport) -> Counter[str]:
    return Counter({"ok": report.terms[TermsState.OK], "unchanged": report.terms_unchanged})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", choices=("default", "fast"), default="default")
    parser.add_argument("--how", choices=("304", "bytes", "weekly", "first"), default="304")
    given = arguments(parser)
    with tempfile.TemporaryDirectory() as folder:
        measure(given, folder)
