"""Looking for the terms of a site in a visit: what is asked next, and what each answer shows.

Where terms may stand is for the quest to say (crawl/terms_quest.py), what a page says for crawl/extract.py, and whether
and when something may be asked for the visit (crawl/visit.py). Pages are read in a thread of their own: a page made to
be slow takes a second or two, in which the time-outs of all other sites would run.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar, TypeVarTuple

from tracker.core.outcomes import Classification, Outcome, one_line
from tracker.core.terms.fingerprint import fingerprint
from tracker.core.terms.looks import KnownTerms, TermsLook, TermsState
from tracker.core.terms.text import TRUNCATED
from tracker.core.visits import DISALLOWED, UNASKED, PageSeen
from tracker.crawl.extract import read_page
from tracker.crawl.terms_quest import Ask, TermsQuest
from tracker.crawl.terms_state import PDF
from tracker.net.question import Ended, Question
from tracker.net.robots import conditions
from tracker.net.way import Answered

Given = TypeVarTuple("Given")
Read = TypeVar("Read")

_GONE = frozenset({"http_404", "http_410"})
# One thread: reading holds the interpreter's lock nearly all the time, so that more would only keep the loop from it.
_READERS = ThreadPoolExecutor(1, thread_name_prefix="terms")
_PDF_READERS = ThreadPoolExecutor(2, thread_name_prefix="pdf")  # wait for processes, which may take ten seconds


class TermsVisit:
    """The looks at the terms of one site.

    seconds: for each question with its redirects. `begin` comes first; then, as long as there is a `question`, it is to
    be asked, or `refuse`d, and when it has ended `take`n.
    """

    def __init__(self, quest: TermsQuest, seconds: float, max_redirects: int) -> None:
        self.question: Question | None = None
        self.begun = False
        self._quest = quest
        self._limits = (seconds, max_redirects)
        self._ask: Ask | None = None

    async def begin(self, url: str, html: bytes | None, seen: PageSeen | None = None) -> None:
        """Go on from the site's home page; html None if it was not asked for, or did not come (seen: what did)."""
        self.begun = True
        unseen = _unseen(seen) if seen and html is None else None
        await _reading(self._quest.take_home, html, url, unseen)
        self._next()

    async def take(self) -> None:
        """Go on by the answer to `question`, which has ended."""
        assert self._ask is not None
        assert self.question is not None
        assert self.question.ended is not None
        ended = self.question.ended
        is_pdf = ended.answer is not None and ended.answer.data.startswith(PDF)
        look, html = await _reading(look_at, self._ask, ended, of=_PDF_READERS if is_pdf else _READERS)
        await _reading(self._quest.take, self._ask, look, None if is_pdf else html)
        self._next()

    def refuse(self, state: TermsState, cause: str, detail: str = "") -> None:
        """Go on without having asked `question`, or without having had its answer."""
        assert self._ask is not None
        self._quest.take(self._ask, unasked_terms(self._ask, state, cause, detail), None)
        self._next()

    def give_up(self, cause: str, detail: str) -> None:
        """Ask for nothing more: the visit has taken too long, or gone too far."""
        if not self.begun:
            self.begun = True
            self._quest.take_home(None, "", (TermsState.ERROR, cause, detail))
            self._next()
        while self.question is not None:
            self.refuse(TermsState.ERROR, cause, detail)

    def looks(self) -> tuple[TermsLook, ...]:
        """What was seen."""
        return self._quest.looks() if self.begun else ()

    def _next(self) -> None:
        self._ask = ask = self._quest.next()
        self.question = None
        if ask is not None:
            # A 304 to validators that belong to no bytes would be a page that nobody has read.
            headers = conditions(ask.known.validators) if ask.known and ask.known.sha256 else {}
            self.question = Question(ask.url, _judge, *self._limits, headers)


def unasked_terms(ask: Ask, state: TermsState, cause: str, detail: str = "") -> TermsLook:
    """The look at a page that was not asked for."""
    return TermsLook(ask.url, ask.kind, ask.found_by, state, cause, ask.score, ask.link_text, detail=one_line(detail))


def look_at(ask: Ask, ended: Ended) -> tuple[TermsLook, bytes | None]:
    """What came of asking, and the page (inflated bytes) where there is one that was read."""
    seen = ended.seen
    exchange = ended.answer.exchange if ended.answer else None
    look = TermsLook(
        ask.url,
        ask.kind,
        ask.found_by,
        _state(seen),
        seen.cause,
        ask.score,
        ask.link_text,
        exchange,
        detail=seen.detail,
    )
    known = ask.known or KnownTerms(ask.url, ask.kind, ask.found_by)
    if ended.unchanged:
        return replace(look, sha256=known.sha256, unchanged=True), None
    if seen.outcome is not Outcome.OK or ended.answer is None:
        return look, None
    data = ended.answer.data
    look = replace(look, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    if look.sha256 == known.sha256:
        return replace(look, unchanged=True), None
    look = replace(look, fingerprint=fingerprint(data))
    if look.fingerprint and look.fingerprint == known.fingerprint:
        return replace(look, sha256=known.sha256, unchanged=True), None
    return read_look(look, data, ended.answer.truncated), data


def read_look(look: TermsLook, data: bytes, truncated: bool = False) -> TermsLook:
    """A look at a page with what its bytes say: state, text, and the bytes themselves if there is a text."""
    exchange = look.exchange
    named = exchange.named if exchange else {}
    state, text, detail = read_page(data, exchange.url if exchange else look.url, named, look.kind)
    if text is not None and truncated:
        text = replace(text, flags=text.flags | {TRUNCATED})
    detail = one_line(" ".join(filter(None, (detail, TRUNCATED if truncated else ""))))
    return replace(look, state=state, text=text, html=None if text is None else data, detail=detail)


def _state(seen: Classification) -> TermsState:
    """What an answer without a page to read says of the source. `ok`: it has one, or is the known one again."""
    if seen.outcome is Outcome.OK:
        return TermsState.OK
    if seen.outcome is Outcome.DENIED:
        return TermsState.BLOCKED
    # Of the other 4xx nobody can say whether there is a page for others than us.
    return TermsState.NOT_FOUND if seen.cause in _GONE else TermsState.ERROR


def _unseen(home: PageSeen) -> tuple[TermsState, str, str]:
    """Why the page that would link to the terms could not be seen: state, cause and detail."""
    if home.cause in (DISALLOWED, UNASKED):
        return TermsState.DISALLOWED, home.cause, home.detail
    # A site without a home page, or with an empty one, is not one without terms.
    return TermsState.BLOCKED if home.outcome is Outcome.DENIED else TermsState.ERROR, home.cause, home.detail


def _judge(_got: Answered) -> Classification:
    return Classification(Outcome.OK, "ok")


async def _reading(work: Callable[[*Given], Read], *given: *Given, of: ThreadPoolExecutor = _READERS) -> Read:
    return await asyncio.get_running_loop().run_in_executor(of, partial(work, *given))
