"""Made-up histories for the store's tests, and a model of what they mean that shares no code with the store.

The model keeps every look as it was made and answers each question for one moment or one day by going through
them; it knows no spans, no differences and no increments.
"""

import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.conftest import AGENTS
from tests.postgres import Server
from tracker.core.agents import Agent
from tracker.core.intervals import DAY
from tracker.core.panels import Member, Panel
from tracker.store.captures import OWN, SOURCE_RANK, Answer, Capture, Failure, PastCrawl, SourceFacts
from tracker.store.database import open_writer
from tracker.store.query import Reader
from tracker.store.write import Writer

Where = Path | str  # a file, or the address of a database on a server
START = 1_640_995_200  # 2022-01-01, a midnight
HOSTS = tuple(f"{letter}.example" for letter in "abcdefghijklmnop")
PANELS = {"all": HOSTS, "few": HOSTS[2:7]}
SOURCES = {
    "own": OWN,
    "git": SourceFacts("git", "past", "git:1:robots/{site}.txt"),
    "wayback": SourceFacts("wayback", "wayback", "wayback"),
    "archive": SourceFacts("commoncrawl", "archive", "archive"),
}
FAIL = "FAIL"


class Says(NamedTuple):
    """What a body says to an agent, worked out by hand."""

    degree: str = "allowed"
    named: bool = False
    root: bool = False
    every: bool = False
    dpi: bool = False
    text: bool = False


OPEN = Says()
SHUT = Says("blocked", False, True, True, True)
NAMED_SHUT = SHUT._replace(named=True, text=True)
NAMED_OPEN = Says(named=True, text=True)
NAMED_PART = Says("partial", True, text=True)
ROOT_ONLY = Says("partial", False, True)

# body -> what it says to GPTBot, CCBot, Google-Extended (falls back to Googlebot), AI2Bot, Stubborn (ignores *)
BODIES: dict[str, tuple[bytes | None, tuple[Says, ...]]] = {
    "absent": (None, (OPEN,) * 5),
    "open": (b"User-agent: *\nAllow: /\n", (OPEN,) * 5),
    "open, other bytes": (b"# hello\nUser-agent: *\nAllow: /\n", (OPEN,) * 5),
    "shut": (b"User-agent: *\nDisallow: /\n", (SHUT,) * 4 + (OPEN,)),
    "GPTBot shut": (b"User-agent: GPTBot\nDisallow: /\n", (NAMED_SHUT,) + (OPEN,) * 4),
    "GPTBot in part": (b"User-agent: GPTBot\nDisallow: /private/\n", (NAMED_PART,) + (OPEN,) * 4),
    "shut but GPTBot": (
        b"User-agent: *\nDisallow: /\n\nUser-agent: GPTBot\nDisallow:\n",
        (NAMED_OPEN, SHUT, SHUT, SHUT, OPEN),
    ),
    "Googlebot shut": (b"User-agent: Googlebot\nDisallow: /\n", (OPEN, OPEN, SHUT, OPEN, OPEN)),
    "allow-list": (
        b"User-agent: GPTBot\nDisallow: /\nAllow: /about\n\nUser-agent: AI2Bot\nDisallow: /\n",
        (NAMED_PART._replace(root=True), OPEN, OPEN, NAMED_SHUT, OPEN),
    ),
    "home page shut": (b"User-agent: *\nDisallow: /$\n", (ROOT_ONLY,) * 4 + (OPEN,)),
    "everybody shut, GPTBot too": (
        b"User-agent: *\nDisallow: /\n\nUser-agent: GPTBot\nDisallow: /\n",
        (NAMED_SHUT, SHUT, SHUT, SHUT, OPEN),
    ),
    "Stubborn shut": (b"User-agent: Stubborn\nDisallow: /\n", (OPEN,) * 4 + (NAMED_SHUT,)),
    "in a comment and a path": (
        b"# Not for gptbot.\nUser-agent: *\nDisallow: /about/CCBots\n",
        (Says("partial", text=True), Says("partial", text=True), Says("partial"), Says("partial"), OPEN),
    ),
    "with a signal": (
        b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n",
        (OPEN,) * 5,
    ),
}
AGENT_NAMES = tuple(agent.name for agent in AGENTS)
# What each body says to an agent that it does not name: what it says to the first that it does not.
STAR_SAYS = {
    name: next(one for one in says[:4] if not one.named)._replace(text=False) if name != "Googlebot shut" else OPEN
    for name, (_, says) in BODIES.items()
}

# The definitions in words of their own: what a ruling must say to count.
READINGS = {
    "effective_full": lambda says: says.degree == "blocked",
    "effective_root": lambda says: says.root,
    "any_restriction": lambda says: says.degree != "allowed",
    "every_path": lambda says: says.every,
    "mentioned": lambda says: says.named,
    "named_root": lambda says: says.named and says.root,
    "named_full": lambda says: says.named and says.degree == "blocked",
    "dpi_all": lambda says: says.named and says.dpi,
    "explicit_allow": lambda says: says.named and says.degree == "allowed",
    "naive_substring": lambda says: says.text,
}


@dataclass(frozen=True)
class Look:
    """One source looks at `at` (UTC seconds); `saw` is the name of a body, FAIL, or None (not looked) per host.

    `batches`: in how many pieces a crawl of our own is recorded.
    """

    source: str
    at: int
    saw: tuple[str | None, ...]
    batches: int = 1

    def results(self) -> dict[str, str]:
        """Host to what was seen there."""
        return {host: saw for host, saw in zip(HOSTS, self.saw, strict=True) if saw is not None}


def answer(host: str, saw: str) -> Answer | Failure:
    """A result as the writer takes it."""
    return Failure(host, "http_503", "made up") if saw == FAIL else Answer(host, BODIES[saw][0], "ref")


# Steps between looks: within a day, to the second at both holds, and beyond them.
STEPS = (0, 1, 3_600, DAY, 7 * DAY, 29 * DAY, 30 * DAY, 30 * DAY + 1, 62 * DAY, 92 * DAY, 92 * DAY + 1, 100 * DAY)


@st.composite
def looks(draw: st.DrawFn, most: int = 8) -> list[Look]:
    """A history of up to `most` looks of three sources, in time order; one look a second of each source.

    What the sites answer is drawn by chance from a seed: sixteen sites are sixteen histories in one example.
    """
    chance = random.Random(draw(st.integers(0, 2**32)))
    palette = chance.sample(sorted(BODIES), 3)
    found: dict[tuple[str, int], Look] = {}
    at = START
    for _ in range(draw(st.integers(most // 2, most))):
        at += draw(st.sampled_from(STEPS))
        source = draw(st.sampled_from(["own", "own", "git", "wayback", "archive"]))
        saw = draw(st.sampled_from([_mixed, _mixed, _sparse, _burst]))(chance, palette)
        found.setdefault((source, at), Look(source, at, saw, draw(st.integers(1, 2))))
    return list(found.values())


def _mixed(chance: random.Random, palette: list[str]) -> tuple[str | None, ...]:
    return tuple(chance.choices([palette[0], *palette, FAIL, FAIL, None], k=len(HOSTS)))


def _sparse(chance: random.Random, palette: list[str]) -> tuple[str | None, ...]:
    return tuple(chance.choices([*palette[:2], FAIL, *[None] * 6], k=len(HOSTS)))


def _burst(chance: random.Random, palette: list[str]) -> tuple[str | None, ...]:
    """All sites change at once, as when a network flips a default."""
    return (chance.choice([*palette, FAIL]),) * len(HOSTS)


def panel(name: str) -> Panel:
    """A panel of the made-up sites."""
    members = tuple(Member(host, rank, "news") for rank, host in enumerate(PANELS[name], 1))
    return Panel(name, f"The panel {name}", "made up", "1", "2022-01-01", None, False, members)


def play(path: Where, arrivals: Sequence[Look], agents: Sequence[Agent] = AGENTS) -> Where:
    """Write looks in the given order of arrival; imports that arrive one after the other go in as one batch."""
    with Writer(path, agents) as writer:
        panels = {name: writer.panel(panel(name)) for name in PANELS}
        sources = {name: writer.source(facts) for name, facts in SOURCES.items()}
        known: dict[str, set[int]] = {name: set() for name in SOURCES}
        for run in _runs(arrivals):
            name = run[0].source
            if name == "own":
                crawl_itself(writer, sources[name], panels["all"], run[0])
            elif name == "archive":
                writer.import_captures(sources[name], panels["all"], f"from {run[0].at}", past_captures(run))
            else:
                batch = past_crawls(run, known[name])
                writer.import_crawls(sources[name], panels["all"], batch)
            known[name].update(look.at for look in run)
    return path


def _runs(arrivals: Sequence[Look]) -> Iterable[list[Look]]:
    run: list[Look] = []
    for look in arrivals:
        if run and (look.source != run[0].source or look.source == "own"):
            yield run
            run = []
        run.append(look)
    if run:
        yield run


def crawl_itself(writer: Writer, source: int, panel_id: int, look: Look) -> None:
    """A crawl of our own."""
    crawl = writer.begin_crawl(source, panel_id, look.at, f"all@{look.at}", len(HOSTS))
    results = [answer(host, saw) for host, saw in look.results().items()]
    for number in range(look.batches):
        writer.record(crawl, results[number :: look.batches])
    writer.finish_crawl(crawl, look.at + 5)


def past_crawls(run: Sequence[Look], known: set[int]) -> list[PastCrawl]:
    """Looks as imported crawls: all is stated after a gap, else only what differs from the look before."""
    found = []
    before: dict[str, str] = {}
    last = None
    for look in sorted(run, key=lambda look: look.at):
        if last is None or any(last <= at <= look.at for at in known):
            before = {}
        seen = {host: saw for host, saw in look.results().items() if saw != FAIL}
        stated = [answer(host, saw) for host, saw in seen.items() if before.get(host) != saw]
        failed = [answer(host, saw) for host, saw in look.results().items() if saw == FAIL]
        found.append(PastCrawl(f"ref {look.at}", look.at, frozenset(seen), stated, failed))
        before |= seen
        last = look.at
    return found


def past_captures(run: Iterable[Look]) -> list[Capture]:
    """Looks as captures of an archive, in no order."""
    found = [Capture(look.at, answer(host, saw)) for look in run for host, saw in look.results().items()]
    return sorted(found, key=lambda capture: hash((capture.at, capture.seen.host)))


class Model:
    """All looks of a history, and what they mean at any moment."""

    def __init__(self, history: Iterable[Look]) -> None:
        self.history = list(history)
        # Of an archive only what it holds is known, and not when it looked.
        self.horizon = max(look.at for look in self.history if look.source != "archive" or look.results())

    def _answers(self, host: str) -> dict[int, str]:
        """What counts as the answer of each second: own before wayback before git."""
        found: dict[int, tuple[int, str]] = {}
        for look in self.history:
            saw = look.results().get(host)
            if saw is None or saw == FAIL:
                continue
            rank = SOURCE_RANK[SOURCES[look.source].kind]
            if look.at not in found or rank < found[look.at][0]:
                found[look.at] = (rank, saw)
        return {at: saw for at, (_, saw) in found.items()}

    def at(self, host: str, moment: int) -> str | None:
        """The answer in force at a moment, None if unknown."""
        answers = self._answers(host)
        earlier = [at for at in answers if at <= moment]
        if not earlier:
            return None
        seen = max(earlier)
        following = min((at for at in answers if at > moment), default=None)
        tries = [look.at for look in self.history if look.results().get(host) == FAIL and look.at > seen]
        failed = [at for at in tries if following is None or at < following]
        over = seen + 92 * DAY
        if failed:
            over = min(over, max(seen + 30 * DAY, min(failed)))
        end = self.horizon if following is None else following
        return answers[seen] if end <= over or moment < over else None

    def moments(self, host: str) -> list[int]:
        """Every moment at which something may change, and its neighbours."""
        found = set()
        for at in [*self._answers(host), self.horizon]:
            for edge in (at, at + 30 * DAY, at + 92 * DAY):
                found |= {edge - 1, edge, edge + 1}
        return sorted(moment for moment in found if moment <= self.horizon)

    def says(self, host: str, moment: int) -> dict[str, Says] | None:
        """What the site says to each agent at a moment, None if unknown."""
        body = self.at(host, moment)
        return None if body is None else dict(zip(AGENT_NAMES, BODIES[body][1], strict=True))


def content(path: Where) -> dict[str, list[tuple[Any, ...]]]:
    """The derived tables of a history without ids: what must not depend on the order of arrival."""
    body = "NULLIF(lower(hex(b.sha256)), '')"
    tally = "t.day, t.effective_full, t.effective_full_named, t.effective_root, t.effective_root_named, "
    tally += "t.any_restriction, t.any_restriction_named, t.every_path, t.every_path_named, t.mentioned, "
    tally += "t.named_root, t.named_full, t.dpi_all, t.explicit_allow, t.naive_substring, t.naive_substring_named"
    queries = {
        "span": f"SELECT s.host, x.first_seen, COALESCE(h.last_ok, x.last_seen), COALESCE(h.checks, x.checks), {body}, "
        "CASE WHEN h.site_id IS NULL THEN x.failed_after ELSE h.failed_after END FROM span x "
        "JOIN site s USING (site_id) LEFT JOIN body b USING (body_id) "
        "LEFT JOIN head h ON h.site_id = x.site_id AND h.first_seen = x.first_seen",
        "head": f"SELECT s.host, h.first_seen, h.last_ok, h.checks, {body}, h.failed_after, h.last_try "
        "FROM head h JOIN site s USING (site_id) LEFT JOIN body b USING (body_id)",
        "state": "SELECT s.host, t.valid_from, t.valid_to, hex(p.fingerprint), hex(q.fingerprint), t.held "
        "FROM state t JOIN site s USING (site_id) LEFT JOIN policy p USING (policy_id) "
        "LEFT JOIN policy q ON q.policy_id = t.prev_policy_id",
        "tally": f"SELECT p.name, a.name, {tally} FROM tally t JOIN panel p USING (panel_id) "
        "JOIN agent a USING (agent_id)",
        "tally_sites": "SELECT p.name, t.day, t.members, t.readable, t.absent FROM tally_sites t "
        "JOIN panel p USING (panel_id)",
    }
    with Reader(path) as reader:
        return {name: sorted(reader.sql(query).rows, key=repr) for name, query in queries.items()}


def dump(path: Where) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with Reader(path) as reader:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if isinstance(path, str):
            listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        names = [row[0] for row in reader.sql(listed).rows]
        return {name: sorted(reader.sql(f'SELECT * FROM "{name}"').rows, key=repr) for name in names}


_SERVER: list[Server] = []


@contextmanager
def on_server(server: Server) -> Iterator[None]:
    """Let `drop` and `copy` know the server that histories by address are on."""
    _SERVER.append(server)
    yield
    _SERVER.remove(server)


def drop(path: Where) -> None:
    """Remove a history."""
    if isinstance(path, Path):
        path.unlink()
    else:
        _SERVER[-1].drop(path)


def copy(path: Where, to: Where) -> Where:
    """A copy of a history; where `to` is a file, there."""
    if isinstance(path, Path):
        return shutil.copyfile(path, to)
    drop(to)
    return _SERVER[-1].create(path)


def rebuild(path: Where) -> Where:
    """Derive everything again from the evidence in the file."""
    from tracker.core.intervals import Hold
    from tracker.store.bodies import Bodies
    from tracker.store.derive import Deriver
    from tracker.store.registry import rebuild_tally
    from tracker.store.rulings import Rulings
    from tracker.store.tally import Tally

    engine = open_writer(path)
    with engine.connect() as connection, connection.begin():
        rulings = Rulings(connection, AGENTS)
        deriver = Deriver(connection, Bodies(connection, rulings), Tally(connection, rulings), Hold())
        deriver.rebuild(connection.exec_driver_sql("SELECT site_id FROM site").scalars().all())
        rulings.rebuild()
        rebuild_tally(connection, rulings)
    engine.dispose()
    return path
