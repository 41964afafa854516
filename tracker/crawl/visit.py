"""One visit to a site as a job that can be gone on with: its robots.txt, then the pages that this one permits.

A visit holds no connection and no worker of its own. `step` goes on by the way to one host, as far as that leads; when
another host is needed (a redirect), it says which, and whoever drives the visit finds the way there (DNS, guard, gate).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from tracker.core import outcomes
from tracker.core.exchange import Validators
from tracker.core.outcomes import Classification, Observation, Outcome
from tracker.core.pages import classify_page, page_seen, unasked
from tracker.core.robots import parse
from tracker.core.verdict import allowed
from tracker.core.visits import DISALLOWED, PAGE_CAP, PAGES, PATHS, UNASKED, PageSeen, Target, Visit
from tracker.net.failures import Failure
from tracker.net.fetch import Fetcher
from tracker.net.question import Question
from tracker.net.robots import RobotsLook
from tracker.net.way import Answered, Way

AGENT = "DrywellBot"
MAX_WAYS = 32
"""Hosts gone to in one visit, each time counted. A robots.txt, over https and then http, leads to 12 at the most."""

MAX_SECONDS = 120.0
"""Seconds of asking in one visit, after which its open pages are given up. A robots.txt takes 40 at the most."""

_SLOW = frozenset({"read_timeout", "total_timeout"})
_BUSY = frozenset({429, 503})

Turn = Callable[[Sequence[str]], Awaitable[None]]


class Visiting:
    """A visit to `host`. What the network does is in the `Visit` at the end and never an exception.

    targets: what is asked for. known: validators of the answer that https://host/robots.txt itself gave last, with
    which a 304 means "the same again". known_body: that answer's bytes, needed for pages after a 304 (without it a
    visit that asks for pages asks for the robots.txt in full). turn: awaited before every request at a way but the
    first, with its addresses; neither this nor the time between two steps counts against a time-out. agent: the product
    token whose rules are obeyed.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        host: str,
        *,
        targets: Sequence[Target] = (Target.ROBOTS,),
        known: Validators | None = None,
        known_body: Callable[[], bytes | None] | None = None,
        turn: Turn | None = None,
        agent: str = AGENT,
    ) -> None:
        self.host = host
        self._fetcher = fetcher
        self._targets = [target for target in PAGES if target in targets]
        self._known_body = known_body
        self._turn = turn
        self._agent = agent
        self._ways = 0
        self._took = 0.0
        self._begun = False
        self._look = self._look_at(host, known if known_body or not self._targets else None)
        self._looks = {host: self._look}
        self._rules: dict[str, _Permission | str] = {}
        self._pages: dict[Target, Question] = {}
        self._seen: dict[Target, PageSeen] = {}
        self._settle()

    async def step(self, way: Way) -> str | Visit:
        """Go on by a way, which is released at the end; returns the next host that is needed, or what was seen."""
        self._ways += 1
        asked = False
        try:
            while (
                self._took < MAX_SECONDS
                and (job := next((job for job in self._jobs() if job.host == way.host), None)) is not None
            ):
                if asked and self._turn:
                    await self._turn(way.addresses)
                asked = way.failure is None
                await self._ask(way, job)
                self._settle()
        finally:
            way.release()
        if self._ways >= MAX_WAYS:
            self._give_up(outcomes.redirect_limit(f"more than {MAX_WAYS} hosts in one visit"))
        elif self._took >= MAX_SECONDS:
            self._give_up(outcomes.failure("total_timeout", f"more than {MAX_SECONDS:g} s in one visit"))
        wanted = next((job.host for job in self._jobs()), None)
        return self._visit() if wanted is None else wanted

    def _look_at(self, authority: str, known: Validators | None = None) -> RobotsLook:
        settings = self._fetcher.settings
        return RobotsLook(authority, settings.total_timeout, settings.max_redirects, known)

    def _jobs(self) -> Iterator[Question]:
        """The questions that can be asked now."""
        yield from (look.question for look in self._looks.values() if look.ended is None)
        yield from (page for page in self._pages.values() if self._looks[page.authority].ended is not None)

    async def _ask(self, way: Way, question: Question) -> None:
        look = next((look for look in self._looks.values() if look.question is question), None)
        cap = PAGE_CAP if look is None else self._fetcher.settings.body_cap
        got, took = await self._exchange(way, question, cap)
        if isinstance(got, Failure) and got.kept and got.cause == "reset":
            # The server had done with the connection when we asked: that says nothing of the page.
            if self._turn:
                await self._turn(way.addresses)
            question.seconds -= took
            got, took = await self._exchange(way, question, cap)
        if look is None:
            question.take(got, took)
        else:
            look.take(got, took)

    async def _exchange(self, way: Way, question: Question, cap: int) -> tuple[Answered | Failure, float]:
        clock = asyncio.get_running_loop().time
        began = clock()
        got = await self._fetcher.ask(
            way,
            question.target,
            cap=cap,
            seconds=question.seconds,
            headers=question.headers,
            last=self._is_last(way, question),
        )
        took = clock() - began
        self._took += took
        return got, took

    def _is_last(self, way: Way, question: Question) -> bool:
        """Whether no other question is likely to go the same way."""
        if question is self._look.question:
            return not self._targets
        return not any(page.host == way.host and page is not question for page in self._pages.values())

    def _settle(self) -> None:
        """Note what has ended, and see to what must be known or permitted before the rest is asked."""
        if self._look.ended is None or not self._targets:
            return
        if not self._begun:
            self._begun = True
            self._begin_pages()
        for target in self._targets:
            page = self._pages.get(target)
            if page is None:
                continue
            if page.ended is not None:
                self._note(target, page)
                continue
            look = self._looks.get(page.authority)
            if look is None:
                # The page has been redirected to a site whose robots.txt counts as well.
                look = self._looks[page.authority] = self._look_at(page.authority)
            if look.ended is not None and (cause := self._refusal(page)):
                self._end(target, unasked(target, cause, f"robots.txt of {page.authority}: {look.ended.seen.cause}"))

    def _begin_pages(self) -> None:
        seen = self._look.observation()
        rules = self._rules[self.host] = self._read(seen)
        # A robots.txt that redirects to another site's own answers for both.
        rest = seen.url.partition("://")[2]
        if seen.exchange and rest.endswith("/robots.txt") and rest.count("/") == 1:
            self._looks.setdefault(rest.partition("/")[0], self._look)
        settings = self._fetcher.settings
        for target in self._targets:
            if rules == UNASKED:
                self._seen[target] = unasked(target, UNASKED, f"robots.txt: {seen.cause}")
                continue
            url = f"{self._look.scheme}://{self.host}{PATHS[target]}"
            judge = partial(_judge, target)
            self._pages[target] = Question(url, judge, settings.total_timeout, settings.max_redirects)

    def _refusal(self, page: Question) -> str | None:
        """Why a page may not be asked for (RFC 9309 section 2.3.1); None if it may."""
        rules = self._rules.get(page.authority)
        if rules is None:
            rules = self._rules[page.authority] = self._read(self._looks[page.authority].observation())
        if isinstance(rules, str):
            return rules or None
        return None if rules.permits(page.path) else DISALLOWED

    def _read(self, seen: Observation) -> "_Permission | str":
        """The rules seen, "" for the absence of any, or the cause for which nothing may be asked."""
        if seen.outcome is Outcome.ABSENT:
            return ""
        body = seen.body
        if seen.unchanged and self._known_body:
            body = self._known_body()
        if body is None:
            return UNASKED
        return _Permission(body, self._agent, [PATHS[target] for target in self._targets])

    def _note(self, target: Target, page: Question) -> None:
        ended = page.ended
        assert ended is not None
        answer = ended.answer
        data = answer.data if answer and 200 <= answer.exchange.status < 300 else b""
        self._end(target, page_seen(target, ended.seen, answer.exchange if answer else None, data))
        busy = answer is not None and answer.exchange.status in _BUSY
        out = answer is None and (ended.before_request or ended.seen.cause in _SLOW)
        if page.host == self.host and (busy or out):
            for other in list(self._pages):
                self._end(other, unasked(other, UNASKED, f"not asked after {ended.seen.cause} at {PATHS[target]}"))

    def _end(self, target: Target, seen: PageSeen) -> None:
        del self._pages[target]
        self._seen[target] = seen

    def _give_up(self, why: Classification) -> None:
        """End the pages that are still open: they have led from host to host for too long, or taken too long."""
        for target in list(self._pages):
            self._end(target, page_seen(target, why, None))
        self._looks = {self.host: self._look}

    def _visit(self) -> Visit:
        pages = tuple(self._seen[target] for target in self._targets)
        return Visit(self._look.observation(), pages)


class _Permission:
    """What a robots.txt permits an agent.

    It is read for all likely paths at once, and anew for others: parsed, half a megabyte takes ten, and a crawl holds
    hundreds of visits.
    """

    def __init__(self, body: bytes, agent: str, paths: Sequence[str]) -> None:
        self._body = body
        self._agent = agent
        self._known: dict[str, bool] = {}
        self._ask(paths)

    def permits(self, path: str) -> bool:
        """Whether the agent may ask for a path."""
        if path not in self._known:
            self._ask([path])
        return self._known[path]

    def _ask(self, paths: Sequence[str]) -> None:
        robots = parse(self._body)
        self._known.update((path, allowed(robots, self._agent, path)) for path in paths)


def _judge(target: Target, got: Answered) -> Classification:
    return classify_page(target, got.data, truncated=got.truncated)
