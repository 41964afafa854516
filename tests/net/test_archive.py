"""The polite client: pace, pauses, caps, and where it gives up."""

import asyncio
import gzip
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import formatdate

import pytest

from tests.sources.archives import HOST, HURRIED, SERVER, asking
from tests.web import Answer, Request, Web, cut, drip, endless, hang, head, page, raw, redirect, reset
from tracker.errors import ArchiveUnavailable
from tracker.net.archive import Archive, Pace, Reply

MEMENTO = {"Memento_Datetime": "Mon, 01 Jan 2024 00:00:00 GMT"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def web(shared: Web) -> Web:
    shared.requests.clear()
    return shared


def one_after_the_other(*answers: Answer) -> Answer:
    """Each answer once, the last for ever."""
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return answer


def get(web: Web, *answers: Answer, pace: Pace = HURRIED, waits: list[float] | None = None, **how: object) -> Reply:
    web.on(HOST, one_after_the_other(*answers), "*")
    with asking(web, pace, waits) as archive:
        return archive.get(f"{SERVER}/x", **{"cap": 1000, **how})  # type: ignore[arg-type]


def pauses(waits: Sequence[float]) -> list[float]:
    """The pauses after failures, without those that keep the pace."""
    return [round(wait, 3) for wait in waits if wait > 0.009]


def test_an_answer_and_who_asks(web: Web) -> None:
    reply = get(web, page(b"hello", X_Some="Thing"), headers={"Range": "bytes=0-9"})
    assert (reply.status, reply.data, reply.headers["x-some"], reply.truncated) == (200, b"hello", "Thing", False)
    (request,) = web.requests
    assert request.secure
    assert request.headers["user-agent"].startswith("DrywellBot/")
    assert "me@here.example" in request.headers["user-agent"]
    assert request.headers["range"] == "bytes=0-9"


def test_encodings_are_undone_or_left_on(web: Web) -> None:
    packed = gzip.compress(b"hello")
    assert get(web, page(packed, Content_Encoding="gzip")).data == b"hello"
    reply = get(web, page(packed, Content_Encoding="gzip"), raw=True)
    assert (reply.data, reply.headers["content-encoding"]) == (packed, "gzip")


@pytest.mark.parametrize(
    "fault",
    [
        page(b"busy", "503 Busy"),
        page(b"", "500 Oops"),
        page(b"", "504 Slow"),
        page(b"", "520 Strange"),
        page(b"", "429 Too Many"),
        reset(head("200 OK", {"Content-Length": "10"}) + b"half"),
        cut(b"half", 100),
        hang(),
        hang(head("200 OK", {"Content-Length": "10"}) + b"half"),
        raw(b"nonsense\r\n\r\n"),
        drip(b"x", 0.3, head("200 OK", {"Content-Length": "1000"})),
    ],
    ids=["503", "500", "504", "520", "429", "reset", "cut", "hang", "stall", "nonsense", "drip"],
)
def test_what_may_pass_is_asked_again_after_growing_pauses(web: Web, fault: Answer) -> None:
    waits: list[float] = []
    hurried = replace(HURRIED, read=0.2, total=0.4, first_pause=10, longest_pause=15)
    assert get(web, fault, fault, page(b"hello"), pace=hurried, waits=waits).data == b"hello"
    assert pauses(waits) == [10, 15]
    assert len(web.requests) == 3


def test_it_gives_up_in_one_line(web: Web) -> None:
    with pytest.raises(ArchiveUnavailable) as caught:
        get(web, page(b"", "503 Busy"), waits=[])
    assert str(caught.value) == f"{HOST} gave no answer to 4 requests (status 503): {SERVER}/x"
    assert len(web.requests) == 4
    with pytest.raises(ArchiveUnavailable, match="no answer to 2 requests"):
        get(web, page(b"", "503 Busy"), waits=[], tries=2)


def test_retry_after_is_honoured(web: Web) -> None:
    waits: list[float] = []
    pace = replace(HURRIED, longest_pause=1000)
    in_a_while = formatdate(time.time() + 300, usegmt=True)
    faults = [page(b"", "429 Too Many", Retry_After="7"), page(b"", "503 Busy", Retry_After=in_a_while)]
    get(web, *faults, page(b"", "503 Busy", Retry_After="soon"), page(b"hello"), pace=pace, waits=waits)
    seven, date, own = pauses(waits)
    assert (seven, own) == (7, 0.04)
    assert 290 < date <= 300


def test_a_pause_that_is_too_long_ends_the_run(web: Web) -> None:
    with pytest.raises(ArchiveUnavailable, match=f"{HOST} asks to be left alone for 3600 s: run again after that"):
        get(web, page(b"", "429 Too Many", Retry_After="3600"), waits=[])
    assert len(web.requests) == 1


def test_it_keeps_the_pace_and_slows_down_when_told(web: Web) -> None:
    waits: list[float] = []
    web.on(HOST, one_after_the_other(page(), page(), page(b"", "429 Too Many"), page()), "*")
    with asking(web, replace(HURRIED, per_second=0.1), waits) as archive:
        for _ in range(4):
            archive.get(f"{SERVER}/x", cap=10)
    kept = [round(wait) for wait in waits if wait > 1]
    # Nothing is waited in this test, so that the turns add up.
    assert kept == [10, 20, 30, 50]


def test_an_archived_answer_is_an_answer_whatever_its_status(web: Web) -> None:
    for status in ("503 Busy", "429 Too Many", "500 Oops", "302 Found"):
        reply = get(web, page(b"then", status, Location="/elsewhere", **MEMENTO))
        assert (reply.is_memento, reply.data) == (True, b"then")
    assert len(web.requests) == 4


def test_other_refusals_are_given_back(web: Web) -> None:
    for status in (403, 404, 400, 451):
        assert get(web, page(b"no", f"{status} No")).status == status
    assert len(web.requests) == 4


def test_redirects_stay_on_the_host(web: Web) -> None:
    assert get(web, redirect("/y"), redirect(f"{SERVER}/z"), page(b"there")).data == b"there"
    assert [request.path for request in web.requests] == ["/x", "/y", "/z"]
    for target in ("https://other.example/", f"http://{HOST}/", "ftp://x/", "https://[broken", "https://xn--a/"):
        assert get(web, redirect(target)).status == 302
    assert web.asked("other.example") == []
    with pytest.raises(ArchiveUnavailable, match="redirects without an end"):
        get(web, redirect("/x"))


def test_endless_bodies_and_bombs_are_cut_at_the_cap(web: Web) -> None:
    reply = get(web, endless(b"line\n", head("200 OK", {})), cap=50_000)
    assert (len(reply.data), reply.truncated) == (50_000, True)
    bomb = gzip.compress(b"\0" * 20_000_000)
    reply = get(web, page(bomb, Content_Encoding="gzip"), cap=50_000)
    assert (len(reply.data), reply.truncated) == (50_000, True)


@pytest.mark.parametrize("url", ["http://10.0.0.1/x", "http://127.0.0.1:1/x", "http://2130706433/"])
def test_private_addresses_are_refused_at_once(url: str) -> None:
    waits: list[float] = []
    with Archive(pace=HURRIED, sleep=waits.append) as archive, pytest.raises(ArchiveUnavailable, match="guard"):
        archive.get(url, cap=10)
    assert pauses(waits) == []


def test_a_wrong_certificate_is_no_matter_of_patience(web: Web) -> None:
    web.certificates["stranger.example"] = "stranger"
    with asking(web) as archive, pytest.raises(ArchiveUnavailable, match="tls_certificate"):
        archive.get("https://stranger.example/", cap=10)
