"""One visit to a site: what is asked of whom, in which order, over which connections, and what is made of it."""

import asyncio
from collections.abc import Iterator, Sequence
from email.utils import formatdate
from typing import Any

import pytest

from tests.web import RULES, Answer, Request, Web, cut, hang, page, raw, redirect, reset, settings_for, transports
from tracker.core.exchange import Validators
from tracker.core.outcomes import Outcome
from tracker.core.visits import DISALLOWED, NOT_FILE, PAGES, UNASKED, PageSeen, Target, Visit
from tracker.crawl.visit import MAX_WAYS, Visiting
from tracker.net.fetch import Fetcher
from tracker.net.loop import run

ALL = tuple(Target)
HOME = b"<!doctype html><head><meta name=robots content=noai></head><body><a href=/terms>Terms</a></body>"
OPEN = b"User-agent: *\nDisallow: /private\n"


class Asked(Web):
    """A web, and the transport that asks it."""

    transport = "default"


@pytest.fixture(scope="module", params=transports())
def shared(request: pytest.FixtureRequest) -> Iterator[Asked]:
    with Asked() as web:
        web.transport = request.param
        yield web


@pytest.fixture
def web(shared: Asked) -> Asked:
    shared.requests.clear()
    return shared


class Log:
    """What a driver of visits sees: hosts wanted, turns taken, requests counted."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.turns: list[str] = []
        self.requests = 0


def visit(web: Asked, host: str, *targets: Target, log: Log | None = None, parked: float = 0, **how: Any) -> Visit:
    """Drive a visit as the engine does."""
    log, before = log or Log(), len(web.requests)
    settings = {name: how.pop(name) for name in list(how) if name.endswith("timeout") or name == "resolver"}

    async def turn(addresses: Sequence[str]) -> None:
        log.turns += addresses
        await asyncio.sleep(parked)

    async def main() -> Visit:
        async with Fetcher(settings_for(web, transport=web.transport, **settings)) as fetcher:
            visiting = Visiting(fetcher, host, targets=(Target.ROBOTS, *targets), turn=turn, **how)
            came_to: str | Visit = visiting.host
            while isinstance(came_to, str):
                log.hosts.append(came_to)
                way = await fetcher.way(came_to)
                came_to = await visiting.step(way)
                assert way.line is None, "every way is released"
                await asyncio.sleep(parked)
            log.requests = len(web.requests) - before
            return came_to

    return run(main())


def site(web: Asked, host: str, robots: bytes = OPEN, **paths: Answer) -> None:
    """A site that keeps connections, with a robots.txt and some pages."""
    web.keep_alive.add(host)
    web.on(host, page(robots))
    for name, answer in paths.items():
        web.on(host, answer, {"home": "/", "tdmrep": "/.well-known/tdmrep.json"}.get(name, f"/{name}.txt"))


def pages(seen: Visit) -> dict[Target, PageSeen]:
    return {each.target: each for each in seen.pages}


# --- Connections and turns ---


def test_a_whole_visit_goes_over_one_connection(web: Asked) -> None:
    tdmrep = b'[{"location": "/", "tdm-reservation": 1}]'
    site(
        web,
        "whole.example",
        home=page(HOME, Content_Type="text/html"),
        tdmrep=page(tdmrep),
        llms=page(b"# Whole\n"),
        trust=page(b"datatrainingallowed=no\n"),
    )
    log = Log()
    seen = visit(web, "whole.example", *PAGES, log=log)
    asked = web.asked("whole.example")
    assert [request.path for request in asked] == [
        *("/robots.txt", "/", "/.well-known/tdmrep.json", "/llms.txt", "/ai.txt", "/trust.txt"),
    ]
    assert len({request.connection for request in asked}) == 1
    assert [request.headers["connection"] for request in asked] == [*["keep-alive"] * 5, "close"]
    assert (log.hosts, log.turns, log.requests) == (["whole.example"], ["127.0.0.1"] * 5, 6)
    by = pages(seen)
    assert list(by) == list(PAGES)
    assert {target: (str(each.outcome), each.cause) for target, each in by.items()} == {
        Target.HOME: ("ok", "ok"),
        Target.TDMREP: ("ok", "ok"),
        Target.LLMS: ("ok", "ok"),
        Target.AI: ("absent", "http_404"),
        Target.TRUST: ("ok", "ok"),
    }
    assert by[Target.HOME].links == ("https://whole.example/terms",)
    assert by[Target.HOME].kept == HOME[: HOME.index(b"<body>")]
    assert [signal.key for signal in by[Target.HOME].signals] == ["noai"]
    assert [signal.value for signal in by[Target.TRUST].signals] == ["no"]
    assert by[Target.TDMREP].kept == tdmrep


def test_a_robots_only_visit_ends_its_connection(web: Asked) -> None:
    site(web, "brief.example")
    log = Log()
    seen = visit(web, "brief.example", log=log)
    assert (seen.robots.body, seen.pages) == (OPEN, ())
    assert [request.headers["connection"] for request in web.asked("brief.example")] == ["close"]
    assert (log.turns, log.requests) == ([], 1)


def test_the_exchange_is_kept(web: Asked) -> None:
    head = b'HTTP/1.1 200 OK\r\nX-Robots-Tag: noai\r\nx-robots-tag: noml\r\nETag: W/"1"\r\nContent-Length: 0\r\n\r\n'
    web.on("kept.example", redirect("/here", "301 Moved"))
    web.on("kept.example", raw(head), "/here")
    exchange = visit(web, "kept.example").robots.exchange
    assert exchange is not None
    first, second = exchange.headers[:2]
    assert second == ("x-robots-tag", "noml")
    # The fast transport does not tell how a name was written.
    assert first == ("X-Robots-Tag" if web.transport == "default" else "x-robots-tag", "noai")
    assert exchange.validators == Validators('W/"1"')
    assert (exchange.url, exchange.status, exchange.address) == ("https://kept.example/here", 200, "127.0.0.1")
    assert [(hop.url, hop.status, hop.location) for hop in exchange.hops] == [
        ("https://kept.example/robots.txt", 301, "/here")
    ]


def one_each(*answers: Answer) -> Answer:
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await left.pop(0)(request, writer)

    return answer


def test_a_connection_that_was_closed_meanwhile_is_no_failure_of_the_page(web: Asked) -> None:
    """Nor is a request repeated unseen: it waits for its turn and is counted."""
    site(web, "tired.example", home=one_each(reset(), page(HOME)))
    log = Log()
    seen = visit(web, "tired.example", Target.HOME, log=log)
    assert seen.pages[0].cause == "ok"
    assert [request.path for request in web.asked("tired.example")] == ["/robots.txt", "/", "/"]
    assert (len(log.turns), log.requests) == (2, 3)


def test_a_request_on_a_fresh_connection_is_not_repeated(web: Asked) -> None:
    web.on("fresh.example", reset())
    log = Log()
    assert visit(web, "fresh.example", Target.HOME, log=log).robots.cause == "reset"
    assert len(web.asked("fresh.example")) == log.requests == 1


def test_a_page_that_keeps_breaking_off_is_asked_twice_only(web: Asked) -> None:
    site(web, "broken.example", home=reset(), llms=page(b"# there\n"))
    seen = visit(web, "broken.example", Target.HOME, Target.LLMS)
    assert [each.cause for each in seen.pages] == ["reset", "ok"]
    assert len(web.asked("broken.example")) == 4


def test_waiting_does_not_count_as_asking(web: Asked) -> None:
    site(web, "patient.example", home=redirect("/1"))
    for n in range(1, 4):
        web.on("patient.example", redirect(f"/{n + 1}"), f"/{n}")
    web.on("patient.example", page(HOME), "/4")
    seen = visit(web, "patient.example", Target.HOME, parked=0.2, total_timeout=0.5)
    assert seen.pages[0].cause == "ok", seen.pages[0].detail
    assert seen.robots.seconds < 0.2


# --- From host to host ---


def test_redirects_to_another_host_go_through_the_driver(web: Asked) -> None:
    web.on("moved.example", redirect("https://www.moved.example/robots.txt"))
    web.on("moved.example", redirect("https://www.moved.example/"), "/")
    site(web, "www.moved.example", home=page(HOME))
    log = Log()
    seen = visit(web, "moved.example", Target.HOME, log=log)
    assert log.hosts == ["moved.example", "www.moved.example"] * 2
    assert (seen.robots.host, seen.robots.url) == ("moved.example", "https://www.moved.example/robots.txt")
    assert seen.robots.exchange is not None
    assert [hop.status for hop in seen.robots.exchange.hops] == [302]
    assert (seen.pages[0].cause, seen.pages[0].links) == ("ok", ("https://www.moved.example/terms",))
    # The robots.txt of www. has been read on the way to that of the site.
    assert [request.path for request in web.asked("www.moved.example")] == ["/robots.txt", "/"]


def test_the_robots_txt_of_the_other_host_counts_too(web: Asked) -> None:
    for host, rules in (("free", OPEN), ("shut", b"User-agent: *\nDisallow: /\n")):
        site(web, f"{host}-from.example", home=redirect(f"https://{host}-to.example/"))
        site(web, f"{host}-to.example", rules, home=page(HOME))
    assert visit(web, "free-from.example", Target.HOME).pages[0].cause == "ok"
    seen = visit(web, "shut-from.example", Target.HOME).pages[0]
    assert (seen.outcome, seen.cause) == (Outcome.DENIED, DISALLOWED)
    assert "shut-to.example" in seen.detail
    assert [request.path for request in web.asked("shut-to.example")] == ["/robots.txt"]


def test_a_redirect_to_a_private_address_ends_that_page_only(web: Asked) -> None:
    site(web, "leaving.example", home=redirect("http://10.0.0.1/"), llms=page(b"# there\n"))
    seen = visit(web, "leaving.example", Target.HOME, Target.LLMS)
    assert [each.cause for each in seen.pages] == [UNASKED, "ok"]
    assert seen.pages[0].detail == "robots.txt of 10.0.0.1: guard"


def test_a_chase_through_hosts_ends(web: Asked) -> None:
    """Five pages, each of five redirects to other hosts, each with a robots.txt: not all of it is followed."""
    for n in range(60):
        host = f"h{n}.chase.example"
        web.on(host, page(OPEN))
        web.on(host, redirect(f"https://h{n + 1}.chase.example/"), "/")
        for k, target in enumerate(PAGES[1:]):
            path = {Target.TDMREP: "/.well-known/tdmrep.json"}.get(target, f"/{target}")
            web.on(host, redirect(f"https://h{n + 9 * (k + 1)}.chase.example/"), path)
    log = Log()
    seen = visit(web, "h0.chase.example", *PAGES, log=log)
    assert len(log.hosts) <= MAX_WAYS
    assert {each.cause for each in seen.pages} == {"redirect_limit"}


def test_a_visit_that_takes_too_long_gives_its_pages_up(web: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.crawl.visit.MAX_SECONDS", 0.4)

    async def late(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await page(HOME)(request, writer)

    site(web, "late.example", **dict.fromkeys(("home", "tdmrep", "llms", "ai", "trust"), late))
    seen = visit(web, "late.example", *PAGES)
    causes = [each.cause for each in seen.pages]
    assert causes[0] == "ok"
    assert causes[-2:] == ["total_timeout"] * 2
    assert "more than 0.4 s in one visit" in seen.pages[-1].detail


def test_a_site_without_an_address(web: Asked) -> None:
    log = Log()
    seen = visit(web, "x" * 70 + ".example", *PAGES, log=log, resolver=f"127.0.0.1:{web.closed_port}", dns_timeout=0.2)
    assert (seen.robots.outcome, log.requests) == (Outcome.ERROR, 0)
    assert {each.cause for each in seen.pages} == {UNASKED}


def test_a_site_over_http_alone_is_asked_for_its_pages_there(web: Asked) -> None:
    site(web, "plain.example", home=page(HOME))
    seen = visit(web, "plain.example", Target.HOME, resolver=web.resolver(https=web.closed_port))
    assert (seen.robots.url, seen.pages[0].cause) == ("http://plain.example/robots.txt", "ok")
    assert [request.secure for request in web.asked("plain.example")] == [False, False]


# --- Permission ---


def test_robots_txt_is_obeyed_by_every_page(web: Asked) -> None:
    rules = b"User-agent: DrywellBot\nDisallow: /llms.txt\nDisallow: /en/\n\nUser-agent: *\nDisallow: /\n"
    site(web, "rules.example", rules, home=redirect("/en/"), trust=page(b"x"))
    seen = pages(visit(web, "rules.example", *PAGES))
    assert [(t, each.outcome) for t, each in seen.items() if each.cause == DISALLOWED] == [
        (Target.HOME, Outcome.DENIED),
        (Target.LLMS, Outcome.DENIED),
    ]
    assert {"/llms.txt", "/en/"}.isdisjoint(request.path for request in web.asked("rules.example"))
    assert (seen[Target.TRUST].cause, seen[Target.AI].cause) == ("ok", "http_404")


def test_without_a_robots_txt_all_may_be_asked(web: Asked) -> None:
    web.on("without.example", page(HOME), "/")
    assert visit(web, "without.example", Target.HOME).pages[0].cause == "ok"


@pytest.mark.parametrize(
    "answer",
    [
        *(page(b"", f"{status} x") for status in (401, 403, 429, 451, 500, 503)),
        *(cut(OPEN, 500), hang(), redirect("/robots.txt"), page(b"<html>")),
    ],
)
def test_nothing_is_asked_of_a_site_whose_robots_txt_is_unknown(web: Asked, answer: Answer) -> None:
    web.on("unknown.example", answer)
    seen = visit(web, "unknown.example", Target.HOME, Target.TRUST, read_timeout=0.3)
    assert [(each.outcome, each.cause) for each in seen.pages] == [(Outcome.ERROR, UNASKED)] * 2
    assert all(seen.robots.cause in each.detail for each in seen.pages)
    assert {request.path for request in web.asked("unknown.example")} == {"/robots.txt"}


@pytest.mark.parametrize("status", ["429 Too Many", "503 Busy"])
def test_a_site_in_trouble_is_left_alone(web: Asked, status: str) -> None:
    site(web, "busy.example", home=page(b"", status), trust=page(b"x"))
    seen = visit(web, "busy.example", *PAGES)
    assert [each.cause for each in seen.pages] == [f"http_{status[:3]}", *[UNASKED] * 4]
    assert len(web.asked("busy.example")) == 2


def test_a_page_that_never_comes_ends_the_visit(web: Asked) -> None:
    site(web, "mute.example", home=hang(), trust=page(b"x"))
    seen = visit(web, "mute.example", *PAGES, read_timeout=0.3)
    assert [each.cause for each in seen.pages] == ["read_timeout", *[UNASKED] * 4]


def test_a_page_at_a_well_known_address_is_no_file(web: Asked) -> None:
    web.on("soft.example", page(OPEN))
    web.on("soft.example", page(HOME), "*")
    seen = visit(web, "soft.example", Target.TDMREP, Target.LLMS, Target.AI, Target.TRUST)
    assert {(each.outcome, each.cause, each.signals) for each in seen.pages} == {(Outcome.ABSENT, NOT_FILE, ())}


def test_a_price_is_a_signal(web: Asked) -> None:
    site(web, "priced.example", home=page(b"", "402 Pay", crawler_price="USD 0.01"))
    seen = visit(web, "priced.example", Target.HOME).pages[0]
    assert (seen.outcome, seen.cause, [s.value for s in seen.signals]) == (Outcome.DENIED, "paid_402", ["USD 0.01"])


# --- Conditional requests ---

KNOWN = Validators('"v1"', "Mon, 01 Jan 2024 00:00:00 GMT")
NOT_MODIFIED = page(b"", "304 Not Modified", ETag='"v1"')


def test_a_304_to_our_validators_means_the_same_again(web: Asked) -> None:
    site(web, "same.example")
    web.on("same.example", NOT_MODIFIED)
    seen = visit(web, "same.example", known=KNOWN).robots
    assert (seen.outcome, seen.cause, seen.unchanged, seen.body, seen.status) == ("ok", "ok", True, None, 304)
    headers = web.asked("same.example")[0].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == (KNOWN.etag, KNOWN.last_modified)


def test_a_file_that_changed_is_read_anew(web: Asked) -> None:
    web.on("changed.example", page(RULES))
    seen = visit(web, "changed.example", known=Validators('"old"')).robots
    assert (seen.body, seen.unchanged) == (RULES, False)
    assert "if-modified-since" not in web.asked("changed.example")[0].headers


@pytest.mark.parametrize("known", [None, Validators()])
def test_a_304_that_nobody_asked_for_is_not_believed(web: Asked, known: Validators | None) -> None:
    web.on("lying.example", NOT_MODIFIED)
    seen = visit(web, "lying.example", known=known).robots
    assert (seen.cause, seen.unchanged) == ("redirect_limit", False)


@pytest.mark.parametrize("etag", ['"caf\xe9"', '"\ufffd"', '"a\x7f"', '"\r\nX: y"', '"' + "x" * 2_000 + '"'])
def test_validators_that_cannot_be_sent_are_not(web: Asked, etag: str) -> None:
    web.on("odd.example", page(RULES))
    seen = visit(web, "odd.example", known=Validators(etag, KNOWN.last_modified)).robots
    assert (seen.body, seen.unchanged) == (RULES, False)
    headers = web.asked("odd.example")[0].headers
    assert "if-none-match" not in headers
    assert headers["if-modified-since"] == KNOWN.last_modified


def test_a_304_after_a_redirect_is_not_believed(web: Asked) -> None:
    web.on("far.example", redirect("/elsewhere"))
    web.on("far.example", NOT_MODIFIED, "/elsewhere")
    seen = visit(web, "far.example", known=KNOWN).robots
    assert (seen.cause, seen.unchanged) == ("redirect_limit", False)
    assert "if-none-match" not in web.asked("far.example")[-1].headers


def test_validators_are_of_https_alone(web: Asked) -> None:
    web.on("http-only.example", NOT_MODIFIED)
    seen = visit(web, "http-only.example", known=KNOWN, resolver=web.resolver(https=web.closed_port)).robots
    assert seen.cause == "redirect_limit"
    assert "if-none-match" not in web.asked("http-only.example")[-1].headers


def test_pages_after_a_304_obey_the_body_that_is_known(web: Asked) -> None:
    site(web, "again.example", home=page(HOME), trust=page(b"x"))
    web.on("again.example", NOT_MODIFIED)
    rules = b"User-agent: *\nDisallow: /trust.txt\n"
    seen = visit(web, "again.example", Target.HOME, Target.TRUST, known=KNOWN, known_body=lambda: rules)
    assert seen.robots.unchanged
    assert [each.cause for each in seen.pages] == ["ok", DISALLOWED]
    lost = visit(web, "again.example", Target.HOME, known=KNOWN, known_body=lambda: None)
    assert lost.pages[0].cause == UNASKED


def test_without_the_body_the_file_is_asked_for_in_full(web: Asked) -> None:
    site(web, "full.example", home=page(HOME))
    visit(web, "full.example", Target.HOME, known=KNOWN)
    assert "if-none-match" not in web.asked("full.example")[0].headers


# --- Retry-After ---


@pytest.mark.parametrize(
    ("status", "value", "pause"),
    [
        ("429 Too Many", "120", 120),
        ("503 Busy", "0", 0),
        ("503 Busy", "99999999", 7 * 24 * 3600),
        ("503 Busy", "Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("503 Busy", "soon", None),
        ("503 Busy", "-5", None),
        ("403 No", "120", None),
        ("500 Oops", "120", None),
    ],
)
def test_retry_after(web: Asked, status: str, value: str, pause: int | None) -> None:
    web.on("later.example", page(b"", status, Retry_After=value))
    assert visit(web, "later.example").robots.retry_after == pause


def test_retry_after_as_a_date(web: Asked) -> None:
    import time

    web.on("dated.example", page(b"", "503 Busy", Retry_After=formatdate(time.time() + 600, usegmt=True)))
    pause = visit(web, "dated.example").robots.retry_after
    assert pause is not None
    assert 590 <= pause <= 600


def test_challenges_of_aws(web: Asked) -> None:
    web.on("aws.example", page(b"", "405 No", x_amzn_waf_action="captcha"))
    assert visit(web, "aws.example").robots.cause == "challenge"
    web.on("aws.example", page(b"<html>", "202 Accepted", x_amzn_waf_action="challenge"))
    assert visit(web, "aws.example").robots.cause == "challenge"
