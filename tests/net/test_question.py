"""A question takes whatever a server says: no text in an answer raises, and each ends in a known outcome."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.exchange import Exchange
from tracker.core.outcomes import FAILURE_CAUSES, Classification, Outcome
from tracker.net.failures import Failure
from tracker.net.question import MAX_PAUSE, Question
from tracker.net.robots import RobotsLook
from tracker.net.way import Answered

PARTS = (
    *("http://", "HTTPS://", "//", "/", "\\", "a", "example", ".", "..", "。", "@", ":", "[", "]", "[::1]", "::1%eth0"),
    *("xn--", "xn--a", "xn--i-7iq", "é", "İ", "ß", "\u200d", "日本", "\ud800", "%", "%20", "%00", "\x00", "\x7f"),
    *(" ", "\t", "\n", "?", "#", "*", "_", "0x7f.1", "2130706433", ":0", ":80", ":65536", "a" * 64, "b." * 130),
)  # fmt: skip
octets = st.text(st.characters(max_codepoint=255), max_size=40)
starts = st.sampled_from(["", "http://", "https://", "//", "https://a.example"])
soup = st.builds(str.__add__, starts, st.lists(st.sampled_from(PARTS), max_size=4).map("".join))
locations = st.one_of(octets, st.text(max_size=40), soup, soup)
NAMES = ("Location", "ETag", "Retry-After", "Content-Type", "Content-Encoding", "crawler-price", "X-Amzn-Waf-Action")
fields = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), octets), octets), max_size=5)
statuses = st.one_of(st.sampled_from([200, 301, 302, 304, 402, 403, 429, 503]), st.integers(0, 999))


def answered(url: str, status: int, headers: list[tuple[str, str]], data: bytes = b"") -> Answered:
    return Answered(Exchange(url, status, tuple(headers)), data)


def is_sound(seen: Classification) -> bool:
    """Whether a look ended in the vocabulary, with a line that any terminal and database can hold."""
    seen.detail.encode()
    known = seen.cause in FAILURE_CAUSES | {"ok", "paid_402", "challenge", "not_robots", "redirect_limit"}
    return seen.outcome in Outcome and (known or seen.cause.startswith("http_")) and seen.detail.isprintable()


@settings(max_examples=500, deadline=None)
@given(locations, st.sampled_from(["https://a.example/robots.txt", "http://[2001:db8::1]:8080/x?y"]))
def test_any_location_is_followed_or_not(location: str, url: str) -> None:
    question = Question(url, lambda _got: Classification(Outcome.OK, "ok"), 20, 5)
    question.take(answered(url, 302, [("Location", location)]))
    if question.ended is None:
        # Whoever looks up the host, asks for the page and its robots.txt needs these.
        assert question.host.isascii()
        assert question.host
        assert question.path.startswith("/")
        RobotsLook(question.authority, 20, 5)
        question.take(Failure("refused", "no", before_request=True))
    assert question.ended is not None
    assert is_sound(question.ended.seen)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(statuses, fields, st.binary(max_size=100)), min_size=1, max_size=8))
def test_any_answers_end_a_look_within_six(answers: list[tuple[int, list[tuple[str, str]], bytes]]) -> None:
    look = RobotsLook("a.example", 20, 5)
    for number in range(13):
        if look.ended is not None:
            break
        status, headers, data = answers[number % len(answers)]
        look.take(answered(look.question.url, status, headers, data))
    seen = look.observation()
    assert is_sound(Classification(seen.outcome, seen.cause, detail=seen.detail))
    assert seen.retry_after is None or 0 <= seen.retry_after <= MAX_PAUSE
