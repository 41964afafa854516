"""Probes: who is asked, how often, under which names, and what the answers say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import agent
from tests.web import RULES, Request, Web, hang, page, redirect, reset, settings_for
from tracker import reference
from tracker.core.agents import Agent
from tracker.core.probes import UNASKED, WEEK, ProbeResult, Reading
from tracker.crawl.optout import OptOut
from tracker.crawl.probe import AT_ONCE, notice, probe, wants_probe
from tracker.errors import UsageError

NOW = 1_800_000_000
CONTACT = "me@here.example"
BOT = replace(agent("GPTBot"), user_agent="Mozilla/5.0 (compatible; GPTBot/9.9; +https://bot.example)")
CLOSED = b"User-agent: GPTBot\nDisallow: /\n"


@pytest.fixture(scope="module")
def shared() -> Iterator[Web]:
    with Web() as opened:
        yield opened


@pytest.fixture
def web(shared: Web) -> Web:
    shared.requests.clear()
    return shared


def ask(
    web: Web, *hosts: str, last: dict[str, int] | None = None, who: Agent = BOT, **how: object
) -> list[ProbeResult]:
    changes = {"contact": CONTACT, **how.pop("settings", {})}  # type: ignore[dict-item]
    options = {"opt_out": OptOut(), "pause": 0.0, **how}
    return probe(hosts, who, settings_for(web, **changes), last or {}, NOW, **options)  # type: ignore[arg-type]


def named(bot: object, others: object = page(b"hello")):
    """One answer for who calls itself GPTBot, another for all others."""

    async def answer(request: Request, writer: object) -> None:
        chosen = bot if "GPTBot" in request.headers["user-agent"] else others
        await chosen(request, writer)  # type: ignore[operator]

    return answer


def test_two_requests_each_with_its_name_and_our_address(web: Web) -> None:
    web.on("a.example", page(b"hello"), "/")
    assert ask(web, "a.example") == [ProbeResult("a.example", "GPTBot", NOW, 200, 200, "ok", "ok")]
    ours, theirs = web.requests
    assert ours.headers["user-agent"].startswith("DrywellBot/")
    assert theirs.headers["user-agent"] == BOT.user_agent
    assert {(one.path, one.secure, one.headers["from"]) for one in web.requests} == {("/", True, CONTACT)}
    assert "cookie" not in theirs.headers
    assert "referer" not in theirs.headers


CHALLENGE = page(b"<title>Just a moment...</title>", "403 Forbidden")


@pytest.mark.parametrize(
    ("bot", "others", "agent_sees", "neutral_sees", "reading"),
    [
        (page(b"hi"), page(b"hi"), (200, "ok"), (200, "ok"), Reading.SERVED),
        (page(b"hi"), page(b"", "403 No"), (200, "ok"), (403, "http_403"), Reading.SERVED),
        (page(b"no", "403 No"), page(b"hi"), (403, "http_403"), (200, "ok"), Reading.REFUSED),
        (CHALLENGE, page(b"hi"), (403, "challenge"), (200, "ok"), Reading.REFUSED),
        (page(b"", "402 Pay", crawler_price="USD 1"), page(b"hi"), (402, "paid_402"), (200, "ok"), Reading.REFUSED),
        (page(b"", "429 Slow"), page(b"hi"), (429, "http_429"), (200, "ok"), Reading.REFUSED),
        (page(b"no", "403 No"), page(b"no", "403 No"), (403, "http_403"), (403, "http_403"), Reading.UNKNOWN),
        (page(b"", "404 None"), page(b"hi"), (404, "http_404"), (200, "ok"), Reading.UNKNOWN),
        (page(b"", "500 Oops"), page(b"hi"), (500, "http_500"), (200, "ok"), Reading.UNKNOWN),
        (redirect("/x"), redirect("/x"), (302, "http_302"), (302, "http_302"), Reading.UNKNOWN),
        (reset(), page(b"hi"), (None, "reset"), (200, "ok"), Reading.UNKNOWN),
        (hang(), page(b"hi"), (None, "total_timeout"), (200, "ok"), Reading.UNKNOWN),
    ],
)
def test_what_answers_say(web: Web, bot, others, agent_sees, neutral_sees, reading: Reading) -> None:
    web.on("b.example", named(bot, others), "/")
    (found,) = ask(web, "b.example", settings={"total_timeout": 0.5})
    assert (found.status_agent, found.cause_agent) == agent_sees
    assert (found.status_neutral, found.cause_neutral) == neutral_sees
    assert found.reading is reading
    assert len(web.requests) == 2


def test_who_does_not_answer_us_is_told_no_falsehood(web: Web) -> None:
    web.on("c.example", named(page(b"hi"), reset()), "/")
    web.certificates["d.example"] = "expired"
    found = ask(web, "c.example", "d.example")
    assert [(one.cause_neutral, one.status_agent, one.cause_agent, one.reading) for one in found] == [
        ("reset", None, UNASKED, Reading.UNKNOWN),
        ("tls_certificate", None, UNASKED, Reading.UNKNOWN),
    ]
    assert [request.host for request in web.requests] == ["c.example"]


def test_private_addresses_are_refused(web: Web) -> None:
    (found,) = ask(web, "e.example", settings={"allow_private": ()})
    assert (found.cause_neutral, found.cause_agent) == ("guard", UNASKED)
    assert web.requests == []


def test_once_a_week_whatever_the_name_and_never_twice_at_once(web: Web) -> None:
    last = {"now.example": NOW, "lately.example": NOW - WEEK + 1, "then.example": NOW - WEEK, "later.example": NOW + 99}
    found = ask(web, *last, "never.example", "never.example", "then.example", last=last)
    assert [one.host for one in found] == ["then.example", "never.example"]
    assert len(web.requests) == 4


def test_who_opted_out_is_never_asked(web: Web, tmp_path: Path) -> None:
    listed = tmp_path / "optout.txt"
    listed.write_text("*.out.example\n")
    found = ask(web, "www.out.example", "out.example", "in.example", opt_out=OptOut.load(listed))
    assert [one.host for one in found] == ["in.example"]
    assert {request.host for request in web.requests} == {"in.example"}


def test_each_batch_is_noted_before_it_is_asked_and_after(web: Web) -> None:
    noted: list[tuple[int, Sequence[ProbeResult]]] = []
    hosts = [f"s{number}.example" for number in range(AT_ONCE + 3)]
    web.most_at_once = 0
    found = ask(web, *hosts, note=lambda some: noted.append((len(web.requests), list(some))))
    assert [(asked, len(some)) for asked, some in noted] == [
        (0, AT_ONCE),
        (2 * AT_ONCE, AT_ONCE),
        (2 * AT_ONCE, 3),
        (2 * len(hosts), 3),
    ]
    assert {one.cause_agent for one in (*noted[0][1], *noted[2][1])} == {UNASKED}
    assert [*noted[1][1], *noted[3][1]] == found
    assert [one.host for one in found] == hosts
    assert web.most_at_once <= AT_ONCE


def test_it_stops_between_batches(web: Web) -> None:
    stops = iter([False, True])
    hosts = [f"t{number}.example" for number in range(3 * AT_ONCE)]
    assert len(ask(web, *hosts, stop=lambda: next(stops))) == AT_ONCE


@pytest.mark.parametrize(
    ("robots_txt", "wanted"),
    [
        (CLOSED, True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: DrywellBot\nAllow: /\n", True),
        (b"User-agent: *\nDisallow: /\n", False),
        (CLOSED + b"\nUser-agent: DrywellBot\nDisallow: /\n", False),
        (b"User-agent: GPTBot\nDisallow: /private\n", False),
        (b"User-agent: GPTBot\nDisallow: /$\n", True),
        (b"User-agent: GPTBot\nDisallow: /\nAllow: /$\n", False),
        (RULES, False),
        (b"", False),
    ],
)
def test_asked_are_sites_that_disallow_the_agent_and_not_us(robots_txt: bytes, wanted: bool) -> None:
    assert wants_probe(robots_txt, BOT) is wanted


@pytest.mark.parametrize(
    ("contact", "who", "says"),
    [
        (None, BOT, "--contact you@example.org"),
        ("https://me.example/", BOT, "a probe needs an e-mail address"),
        (CONTACT, agent("CCBot"), "CCBot cannot be probed: Nobody publishes no User-Agent"),
    ],
)
def test_without_an_address_or_a_published_name_nobody_is_asked(web: Web, contact, who: Agent, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ask(web, "a.example", who=who, settings={"contact": contact})
    assert web.requests == []


def test_the_notice_names_what_is_sent_and_who_answers_for_it() -> None:
    text = notice(BOT, CONTACT)
    for words in (BOT.user_agent, CONTACT, "not ours", "DrywellBot", "docs/probe.md", "opt-out", "a week"):
        assert words in text


def test_published_names_hold_the_token_and_only_where_the_operator_documents_them() -> None:
    published = [one for one in reference.agents() if one.user_agent]
    assert {"GPTBot", "CCBot", "PerplexityBot"} <= {one.name for one in published}
    assert all(one.name in one.user_agent and one.documentation for one in published)
    assert not any("knownagents" in one.documentation for one in published)
