"""Looking at the robots.txt of one site: `https://host/robots.txt`, and once `http://` if no connection came about."""

from tracker.core import outcomes
from tracker.core.exchange import Validators
from tracker.core.outcomes import Classification, Observation, Outcome
from tracker.net.failures import Failure
from tracker.net.question import Ended, Question
from tracker.net.way import Answered


class RobotsLook:
    """The questions of one look, one after the other; `ended` says what was seen once both are answered.

    seconds: for each question with its redirects. known: what makes the first request conditional.
    """

    def __init__(self, host: str, seconds: float, max_redirects: int, known: Validators | None = None) -> None:
        self.site = host
        self.ended: Ended | None = None
        self.question = Question(
            f"https://{host}/robots.txt", _judge, seconds, max_redirects, conditions(known or Validators())
        )
        self._again = (seconds, max_redirects)
        self._first = self.question.url
        self._secure: Ended | None = None
        self._took = 0.0
        self._settle()

    def take(self, got: Answered | Failure, took: float = 0.0) -> None:
        """Go on by what came of asking `question`, which took so many seconds."""
        self._took += took
        self.question.take(got, took)
        self._settle()

    @property
    def scheme(self) -> str:
        """How the site is reached: by https unless only http connected."""
        return "http" if self._secure is not None and self.ended is not self._secure else "https"

    def observation(self) -> Observation:
        """What was seen, once the look has ended."""
        assert self.ended is not None
        ended, seen, answer = self.ended, self.ended.seen, self.ended.answer
        return Observation(
            host=self.site,
            outcome=seen.outcome,
            cause=seen.cause,
            body=answer.data if answer and seen.outcome is Outcome.OK and not ended.unchanged else None,
            url=ended.url if answer else self._first,
            status=answer.exchange.status if answer else None,
            flags=seen.flags,
            detail=seen.detail,
            seconds=self._took,
            unchanged=ended.unchanged,
            exchange=answer.exchange if answer else None,
            retry_after=ended.retry_after,
        )

    def _settle(self) -> None:
        ended = self.question.ended
        if ended is None:
            return
        if self._secure is None:
            self._secure = self.ended = ended
            if ended.before_request:
                self.ended = None
                self.question = Question(f"http://{self.site}/robots.txt", _judge, *self._again)
                self._settle()
        else:
            # A site without https that hangs or breaks off over http: what http saw says more than the refusal.
            more = ended.reached or (self._secure.seen.cause == "refused" and not ended.before_request)
            self.ended = ended if more else self._secure


def _judge(got: Answered) -> Classification:
    return outcomes.classify_file(got.data, truncated=got.truncated)


def conditions(known: Validators) -> dict[str, str]:
    """The header fields that make a request conditional."""
    # Also those from a history: one that cannot be sent would fail a site that nobody has asked.
    fit = known.sendable
    fields = {"If-None-Match": fit.etag, "If-Modified-Since": fit.last_modified}
    return {name: value for name, value in fields.items() if value}
