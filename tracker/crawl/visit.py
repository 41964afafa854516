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
from tracker.core.terms.looks import KnownTerms, TermsState
from tracker.core.visits import DISALLOWED, PAGE_CAP, PAGES, PATHS, UNASKED, PageSeen, Target, Visit
from tracker.crawl.permission import Permission
from tracker.crawl.terms_quest import TermsQuest
from tracker.crawl.terms_visit import TermsVisit
from tracker.net.failures import Failure
from tracker.net.fetch import Fetcher
from tracker.net.question import Ended, Question
from tracker.net.robots import RobotsLook
from tracker.net.way import Answered, Way
from tracker.reference.terms_overrides import Override

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
    visit that asks for pages asks for the robots.txt in full). known_terms: where terms were found before. Terms are
    sought from the home page on, which is asked for this too, unless terms that could be read are known. override:
    where a person says that they stand. turn: awaited before every request at a way but the first, with its addresses;
    neither this nor the time between two steps counts against a time-out. agent: the product token whose rules are
    obeyed.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        host: str,
        *,
        targets: Sequence[Target] = (Target.ROBOTS,),
        known: Validators | None = None,
        known_body: Callable[[], bytes | None] | None = None,
        known_terms: Sequence[KnownTerms] = (),
        override: Override | None = None,
        turn: Turn | None = None,
        agent: str = AGENT,
    ) -> None:
        self.host = host
        self._fetcher = fetcher
        self._told = [target for target in PAGES if target in targets]
        self._targets = list(self._told)
        self._terms: TermsVisit | None = None
        self._terms_from = (known_terms, override) if Target.TERMS in targets else None
        if self._terms_from and not any(each.last_state is TermsState.OK for each in known_terms):
            self._targets = [target for target in PAGES if target in (Target.HOME, *targets)]
        self._known_body = known_body
        self._turn = turn
        self._agent = agent
        self._ways = 0
        self._took = 0.0
        self._begun = False
        self._is_more = bool(self._targets) or self._terms_from is not None
        self._look = self._look_at(host, known if known_body or not self._is_more else None)
        self._looks = {host: self._look}
        self._rules: dict[str, Permission | str] = {}
        self._pages: dict[Target, Question] = {}
        self._seen: dict[Target, PageSeen] = {}
        self._home: tuple[str, bytes] | None = None
        self._shunned: dict[str, str] = {}
        self._settle()

    async def step(self, way: Way) -> str | Visit:
        """Go on by a way, which is released at the end; returns the next host that is needed, or what was seen."""
        self._ways += 1
        asked = False
        try:
            await self._seek()
            while (
                self._took < MAX_SECONDS
                and (job := next((job for job in self._jobs() if job.host == way.host), None)) is not None
            ):
                if asked and self._turn:
                    await self._turn(way.addresses)
                asked = way.failure is None
                await self._ask(way, job)
                self._settle()
                await self._seek()
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
        if self._terms and (terms := self._terms.question) and self._looks[terms.authority].ended is not None:
            yield terms

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
            return not self._is_more
        if self._terms and (self._terms.question or not self._terms.begun):
            return False  # what is asked for terms depends on the answers
        return not any(page.host == way.host and page is not question for page in self._pages.values())

    def _settle(self) -> None:
        """Note what has ended, and see to what must be known or permitted before the rest is asked."""
        if self._look.ended is None or not self._is_more:
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
            if refusal := self._refusal(page):
                self._end(target, unasked(target, *refusal))

    async def _seek(self) -> None:
        """Go on with the terms as far as that takes no further answer."""
        terms = self._terms
        if terms is None:
            return
        if not terms.begun:
            if Target.HOME in self._pages:
                return
            url, html = self._home or (self._url(Target.HOME), None)
            self._home = None
            await terms.begin(url, html, self._seen.get(Target.HOME))
        while (question := terms.question) is not None:
            if question.ended is not None:
                self._note_trouble(question.ended, question)
                await terms.take()
            elif why := self._shunned.get(question.host):
                terms.refuse(TermsState.ERROR, UNASKED, why)
            elif refusal := self._refusal(question):
                terms.refuse(TermsState.DISALLOWED, *refusal)
            else:
                return

    def _url(self, target: Target) -> str:
        return f"{self._look.scheme}://{self.host}{PATHS[target]}"

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
            judge = partial(_judge, target)
            self._pages[target] = Question(self._url(target), judge, settings.total_timeout, settings.max_redirects)
        if self._terms_from:
            quest = TermsQuest(self.host, f"{self._look.scheme}://{self.host}", *self._terms_from)
            self._terms = TermsVisit(quest, settings.total_timeout, settings.max_redirects)

    def _refusal(self, page: Question) -> tuple[str, str] | None:
        """Cause and detail why a page may not be asked for (RFC 9309 section 2.3.1).

        None if it may, or if that is not known yet: the robots.txt of a site that it has been redirected to counts too.
        """
        look = self._looks.get(page.authority)
        if look is None:
            look = self._looks[page.authority] = self._look_at(page.authority)
        if look.ended is None or (cause := self._forbidden(page)) is None:
            return None
        return cause, f"robots.txt of {page.authority}: {look.ended.seen.cause}"

    def _forbidden(self, page: Question) -> str | None:
        rules = self._rules.get(page.authority)
        if rules is None:
            rules = self._rules[page.authority] = self._read(self._looks[page.authority].observation())
        if isinstance(rules, str):
            return rules or None
        return None if rules.permits(page.path) else DISALLOWED

    def _read(self, seen: Observation) -> "Permission | str":
        """The rules seen, "" for the absence of any, or the cause for which nothing may be asked."""
        if seen.outcome is Outcome.ABSENT:
            return ""
        body = seen.body
        if seen.unchanged and self._known_body:
            body = self._known_body()
        if body is None:
            return UNASKED
        return Permission(body, self._agent, [PATHS[target] for target in self._targets])

    def _note(self, target: Target, page: Question) -> None:
        ended = page.ended
        assert ended is not None
        answer = ended.answer
        data = answer.data if answer and 200 <= answer.exchange.status < 300 else b""
        self._end(target, page_seen(target, ended.seen, answer.exchange if answer else None, data))
        if target is Target.HOME and self._terms_from and data:
            self._home = ended.url, data
        self._note_trouble(ended, page)
        if why := self._shunned.get(self.host):
            for other in list(self._pages):
                self._end(other, unasked(other, UNASKED, why))

    def _note_trouble(self, ended: Ended, page: Question) -> None:
        """A host that is busy, or does not answer, is asked for nothing more."""
        answer = ended.answer
        busy = answer is not None and answer.exchange.status in _BUSY
        out = answer is None and (ended.before_request or ended.seen.cause in _SLOW)
        if busy or out:
            self._shunned.setdefault(page.host, f"not asked after {ended.seen.cause} at {page.path}")

    def _end(self, target: Target, seen: PageSeen) -> None:
        del self._pages[target]
        self._seen[target] = seen

    def _give_up(self, why: Classification) -> None:
        """End the pages that are still open: they have led from host to host for too long, or taken too long."""
        for target in list(self._pages):
            self._end(target, page_seen(target, why, None))
        if self._terms:
            self._terms.give_up(why.cause, why.detail)
        self._looks = {self.host: self._look}

    def _visit(self) -> Visit:
        pages = tuple(self._seen[target] for target in self._told)
        return Visit(self._look.observation(), pages, self._terms.looks() if self._terms else ())


def _judge(target: Target, got: Answered) -> Classification:
    return classify_page(target, got.data, truncated=got.truncated)
