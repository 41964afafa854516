"""What the commands of a page need: the history that `tracker demo` leaves, and the sample of token counts."""

from pathlib import Path

from tests.conftest import AGENTS
from tests.store.terms import OPEN, TRAIN, Words, look
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.core.visits import Target
from tracker.demo.sites import DATES, Text, answer_at, members
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.write import Writer

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = Path("docs", "examples", "tokens.csv")
START = 1_689_379_200  # 2023-07-15


def demonstrated(path: Path) -> Path:
    """The demo's sites with what they answer at its dates, without a web between; terms of the first two."""
    rows = [(host, sector) for host, _rank, sector, _country, _language in members()]
    with Writer(path, AGENTS, kind="demo") as writer:
        everyone = tuple(Member(host, None, sector) for host, sector in rows)
        panel = writer.panel(Panel("demo", "Demo", "made up", "1", "2023-07-15", None, False, everyone))
        own = writer.source(OWN)
        for at in range(len(DATES)):
            moment = START + at * 80 * DAY
            crawl = writer.begin_crawl(own, panel, moment, f"demo@{moment}", len(rows))
            said = [(host, answer_at(host, at)) for host, _sector in rows]
            writer.record(
                crawl,
                [
                    Answer(host, one.body, "ref") if isinstance(one, Text) else Failure(host, "http_503", "x")
                    for host, one in said
                ],
            )
            writer.finish_crawl(crawl, moment + 60)
        crawl = writer.begin_crawl(own, panel, moment + 120, "terms", 2, targets=(Target.TERMS,))
        pages = zip((host for host, _sector in rows), (TRAIN, OPEN), strict=False)
        writer.record(crawl, [], terms=[(host, look(text, url=f"https://{host}/terms")) for host, text in pages])
        writer.finish_crawl(crawl, moment + 180)
        writer.read_terms(Words())
    return path
