"""Does a site serve what it disallows? Its home page, asked for once under an AI crawler's name and once under ours.

What that means, and what it cannot show: docs/probe.md. Off unless asked for by name; asked are only sites whose
robots.txt closes the home page to the crawler and leaves it open to us, each at most once a week.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from tracker.core.agents import Agent
from tracker.core.probes import UNASKED, WEEK, ProbeResult
from tracker.core.robots import parse
from tracker.core.verdict import allowed
from tracker.core.verdicts import Verdicts
from tracker.crawl.optout import OptOut
from tracker.errors import UsageError
from tracker.net.fetch import Fetcher, FetchSettings, request_headers
from tracker.net.glance import glance
from tracker.net.loop import run
from tracker.store.query import Reader

US = "DrywellBot"
AT_ONCE = 8
"""Sites asked at a time: no address ever sees more connections than a crawl's gate lets through."""
PAUSE = 1.0
"""Seconds between the two requests to a site."""

Note = Callable[[Sequence[ProbeResult]], None]

NOTICE = """\
A probe sends requests under a name that is not ours. For each site of the panel whose robots.txt closes its home page
to {agent} and leaves it open to {us}, two requests are made for that page:

  one as {us}, the honest one, and one as
  {user_agent}

The second says what is not true. Some sites forbid that in their terms, some will take it for an attack, and {operator}
has not agreed to it. Do it only if your question is worth that, if you may (ask your ethics board or your counsel), and
if you read the mail of {contact}, which is sent as From with both.
At most one probe a week is made of a site, under whatever name; sites on the opt-out list are never probed. An answer
says how a site treats that name from your address, not how it treats {operator}: docs/probe.md."""


def notice(agent: Agent, contact: str) -> str:
    """What whoever starts a probe has to have read."""
    return NOTICE.format(agent=agent.name, us=US, user_agent=agent.user_agent, operator=agent.operator, contact=contact)


def may_be_probed(agent: Agent, contact: str | None) -> None:
    """Raise UsageError for an agent whose operator publishes no User-Agent, and without an e-mail address of ours."""
    if not agent.user_agent:
        raise UsageError(
            f"{agent.name} cannot be probed: {agent.operator} publishes no User-Agent for it that we know of "
            "(field user_agent of agents.toml)"
        )
    if not contact or "From" not in request_headers(contact):
        raise UsageError("a probe needs an e-mail address that sites can reach you at: --contact you@example.org")


def wants_probe(robots_txt: bytes, agent: Agent) -> bool:
    """Whether a robots.txt closes the home page to the agent, and leaves it open to us."""
    robots = parse(robots_txt)
    rule = Verdicts(robots).rule(agent, "/")
    return rule is not None and not rule.allow and allowed(robots, US, "/")


def candidates(reader: Reader, panel: str, agent: Agent) -> list[str]:
    """The sites of a panel whose robots.txt, as the newest look saw it, `wants_probe`, by name."""
    members = {row["site"] for row in reader.sites(panel)}
    closed = reader.sql(
        "SELECT site FROM access_now WHERE agent = :agent AND verdict IN ('blocked', 'partial') AND stale = 0",
        {"agent": agent.name},
        limit=None,
    )
    hosts = sorted({row[0] for row in closed.rows} & members)
    return [host for host in hosts if wants_probe(_file(reader, host), agent)]


def _file(reader: Reader, host: str) -> bytes:
    digest = reader.captures(host).dicts()[-1]["body_sha256"]
    return b"" if digest is None else reader.body(digest)


def probe(
    hosts: Iterable[str],
    agent: Agent,
    fetch: FetchSettings,
    last: Mapping[str, int],
    now: int,
    *,
    opt_out: OptOut,
    note: Note | None = None,
    stop: Callable[[], bool] | None = None,
    pause: float = PAUSE,
) -> list[ProbeResult]:
    """Probe sites, dated `now` (UTC seconds), and give what each answered.

    hosts: those that `wants_probe` of what their robots.txt says now; a host that stands twice is asked once. last:
    when each was last probed, under whatever name. note: gets each batch twice, before it is asked (cause `UNASKED`)
    and after it, so that a probe that was cut off counts for the week all the same; the second replaces the first
    (same host, agent and moment). stop: asked before each batch. Raises UsageError as `may_be_probed`.
    """
    may_be_probed(agent, fetch.contact)
    wanted = (host for host in dict.fromkeys(hosts) if now - last.get(host, now - WEEK) >= WEEK)
    free = (host for host in wanted if opt_out.reason(host) is None)
    return run(_batches(free, agent, fetch, now, note or (lambda _some: None), stop or (lambda: False), pause))


async def _batches(
    hosts: Iterable[str],
    agent: Agent,
    fetch: FetchSettings,
    now: int,
    note: Note,
    stop: Callable[[], bool],
    pause: float,
) -> list[ProbeResult]:
    found: list[ProbeResult] = []
    left = iter(hosts)
    async with Fetcher(fetch) as fetcher:
        while not stop() and (some := list(islice(left, AT_ONCE))):
            note([ProbeResult(host, agent.name, now) for host in some])
            results = await asyncio.gather(
                *(_probed(fetcher, host, agent, now, fetch.total_timeout, pause) for host in some)
            )
            note(results)
            found += results
    return found


async def _probed(fetcher: Fetcher, host: str, agent: Agent, now: int, seconds: float, pause: float) -> ProbeResult:
    url = f"https://{host}/"
    ours = await glance(fetcher, url, seconds)
    if ours.status is None:
        # Who does not answer us need not be told a falsehood.
        return ProbeResult(host, agent.name, now, None, None, UNASKED, ours.cause)
    await asyncio.sleep(pause)
    theirs = await glance(fetcher, url, seconds, agent.user_agent)
    return ProbeResult(host, agent.name, now, theirs.status, ours.status, theirs.cause, ours.cause)
