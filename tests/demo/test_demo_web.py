"""The made-up sites and the loopback web that serves them, asked by a bare asyncio client."""

import asyncio
import re
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tracker import reference
from tracker.core.agents import looks_like_ai
from tracker.demo.sites import (
    DATES,
    SITES,
    UNHEARD_OF,
    Hang,
    Html,
    Redirect,
    Reset,
    Status,
    Text,
    answer_at,
    members,
)
from tracker.demo.web import MiniWeb

RESERVED = re.compile(r"([a-z]+\.)+example|([a-z]+\.)+example\.(com|org|net)")

# The day on which an operator first named it; a file that names it earlier would be an anachronism.
FIRST_NAMED = {
    "GPTBot": "2023-08-07",
    "Google-Extended": "2023-09-28",
    "PerplexityBot": "2024-01-01",
    "ClaudeBot": "2024-04-01",
    "Applebot-Extended": "2024-06-11",
    "meta-externalagent": "2024-07-01",
    "OAI-SearchBot": "2024-07-01",
    "Content-Signal": "2025-09-24",
    "Content-Usage": "2025-09-05",
    "License:": "2025-09-10",
}


async def _exchange(port, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()


def get(host, version=0, path="/robots.txt", named_port=None):
    """Status, header fields (lower case) and body of one GET; `named_port` goes into the Host header."""

    async def ask():
        async with MiniWeb() as web:
            web.set_version(version)
            authority = f"{host}:{named_port}" if named_port else host
            request = f"GET {path} HTTP/1.1\r\nHost: {authority}\r\n\r\n"
            return await asyncio.wait_for(_exchange(web.port, request.encode()), 5)

    head, _, body = asyncio.run(ask()).partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return int(first.split()[1]), headers, body


def named(text, agent):
    return isinstance(text, Text) and f"User-agent: {agent}\n".encode() in text.body.replace(b"\r", b"\n")


def test_about_forty_sites_of_every_sector_under_reserved_names_only():
    hosts = [site.host for site in SITES]
    assert len(hosts) == len(set(hosts)) >= 40
    assert [host for host in hosts if not RESERVED.fullmatch(host)] == []
    sectors = {
        "news",
        "reference",
        "forum",
        "shopping",
        "government",
        "academic",
        "software",
        "entertainment",
    }
    assert {site.sector for site in SITES} == sectors
    assert all(re.fullmatch("[A-Z]{2}", site.country) for site in SITES)
    assert all(re.fullmatch("[a-z]{2}", site.language) for site in SITES)
    assert members()[0] == ("herald.example", None, "news", "US", "en")


def test_the_dates_ascend_in_utc_and_never_leave_a_state_unwatched_for_92_days():
    dates = [datetime.fromisoformat(date) for date in DATES]
    assert all(date.utcoffset() == timedelta(0) for date in dates)
    gaps = [later - earlier for earlier, later in pairwise(dates)]
    assert all(timedelta(0) < gap < timedelta(days=92) for gap in gaps)


def test_every_site_has_a_first_answer_and_its_versions_are_in_order():
    for site in SITES:
        indices = [since for since, _ in site.versions]
        assert indices[0] == 0
        assert indices == sorted(set(indices))
        assert indices[-1] < len(DATES)


@pytest.mark.parametrize(("token", "day"), FIRST_NAMED.items())
def test_no_file_names_a_crawler_before_its_operator_did(token, day):
    too_early = [
        (site.host, n)
        for site in SITES
        for n, date in enumerate(DATES)
        if date[:10] < day
        and isinstance(site.answer(n), Text)
        and token.lower().encode() in site.answer(n).body.lower()
    ]
    assert too_early == []


def test_newspapers_name_gptbot_first():
    counts = [
        (
            sum(named(site.answer(n), "GPTBot") for site in SITES if site.sector == "news"),
            sum(named(site.answer(n), "GPTBot") for site in SITES if site.sector != "news"),
        )
        for n in range(3)
    ]
    assert counts[0] == (0, 0)
    assert counts[1][0] > counts[1][1]
    assert counts[2][0] > counts[1][0]


def test_the_last_files_have_what_the_tables_beside_the_verdicts_show():
    last = b"\n".join(answer.body for site in SITES if isinstance(answer := site.answer(len(DATES) - 1), Text))
    known = {token.lower() for agent in reference.agents() for token in agent.tokens}
    for token in UNHEARD_OF:
        assert f"User-agent: {token}\n".encode() in last
        assert looks_like_ai(token.lower())
        assert token.lower() not in known
    for line in (
        b"License: https://",
        b"Content-Usage: /doi/abs/ train-ai=y\n",
        b"Content-Signal: search=yes, ai-train=yes",
    ):
        assert line in last


def test_only_one_site_ever_hangs():
    assert {site.host for site in SITES for _, answer in site.versions if answer == Hang()} == {"lab.example.net"}


@pytest.mark.parametrize("version", [-1, len(DATES)])
def test_a_date_that_does_not_exist_is_refused(version):
    with pytest.raises(IndexError, match="dates 0 to"):
        answer_at("herald.example", version)
    with pytest.raises(IndexError, match="dates 0 to"):
        MiniWeb().set_version(version)


@pytest.mark.parametrize(
    ("host", "version", "fragment"),
    [
        ("herald.example", 0, b"Disallow: /search\n"),
        ("herald.example", 1, b"User-agent: GPTBot\nDisallow: /\n"),
        ("lagaceta.example", 0, "Edición".encode("latin-1")),
        ("uutiset.example", 3, b"User-agent: GPTBot\r\nDisallow: /\r\n"),
        ("opensource.example.org", 3, b"User-agent: GPTBot\rDisallow: /\r"),
        ("shimbun.example", 2, b"\xef\xbb\xbfUser-agent: GPTBot\n"),
        ("localnews.example.org", 2, b"Disalow: /"),
        ("knitting.example.org", 2, b"*\nCrawl-delay: 10\nUser-agent: GPTBot\n"),
        ("boutique.example", 10, b"# BEGIN Cloudflare Managed content\n\nUser-agent: *\nContent-Signal: "),
        ("tagblatt.example", 3, b"User-agent: GPTBot\nAllow: /\n"),
    ],
)
def test_texts_are_served_byte_for_byte(host, version, fragment):
    status, headers, body = get(host, version)
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    assert int(headers["content-length"]) == len(body)
    assert body == answer_at(host, version).body
    assert fragment in body


@pytest.mark.parametrize(
    ("host", "version", "status", "fragment"),
    [
        ("atlas.example", 0, 404, b"404 Not Found"),
        ("boards.example.net", 2, 404, b"404 Not Found"),
        ("comics.example", 5, 404, b"404 Not Found"),
        ("statistics.example", 4, 503, b"503 Service Unavailable"),
        ("tribune.example", 6, 403, b"<title>Just a moment...</title>"),
        ("city.example.org", 0, 200, b"<!DOCTYPE html>"),
    ],
)
def test_answers_that_are_no_robots_file(host, version, status, fragment):
    found, headers, body = get(host, version)
    assert found == status
    assert headers["content-type"].startswith("text/html")
    assert fragment in body
    assert b"user-agent" not in body.lower()


@pytest.mark.parametrize(
    ("host", "version", "named_port", "location"),
    [
        ("library.example", 5, None, "http://university.example/robots.txt"),
        ("library.example", 5, 8080, "http://university.example:8080/robots.txt"),
        ("forge.example", 5, 8080, "/robots.txt"),
    ],
)
def test_redirects_stay_at_the_port_the_client_named(host, version, named_port, location):
    status, headers, _ = get(host, version, named_port=named_port)
    assert status == 301
    assert headers["location"] == location


def test_a_reset_is_a_reset():
    with pytest.raises(ConnectionResetError):
        get("games.example.net", 8)
    assert get("games.example.net", 9)[0] == 200


@pytest.mark.parametrize("version", range(len(DATES)))
def test_every_site_at_every_date_answers_as_declared(version):
    async def ask_all():
        async with MiniWeb() as web:
            web.set_version(version)
            hosts = [site.host for site in SITES if not isinstance(site.answer(version), Hang | Reset)]
            requests = [f"GET /robots.txt HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for host in hosts]
            answers = await asyncio.gather(*(_exchange(web.port, request) for request in requests))
            return dict(zip(hosts, answers, strict=True))

    for host, raw in asyncio.run(ask_all()).items():
        head, _, body = raw.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        match answer_at(host, version):
            case Text(expected) | Html(expected):
                assert (status, body) == (200, expected)
            case Status(code, expected):
                assert (status, body) == (code, expected)
            case Redirect():
                assert status == 301


@pytest.mark.parametrize("host", ["herald.example", "HERALD.example", "lab.example.net"])
def test_the_home_page_names_the_made_up_site(host):
    status, _, body = get(host, len(DATES) - 1, path="/")
    assert status == 200
    assert host.lower().encode() in body
    assert b"made-up" in body


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [("herald.example", "/nothing", 404), ("herald.example", "/Robots.txt", 404), ("nobody.example", "/", 421)],
)
def test_there_is_nothing_else(host, path, status):
    assert get(host, path=path)[0] == status


def test_what_is_not_http_is_refused():
    async def ask():
        async with MiniWeb() as web:
            return await _exchange(web.port, b"\x16\x03\x01 hello\r\n\r\n")

    assert asyncio.run(ask()).startswith(b"HTTP/1.1 400 ")


def test_the_version_changes_while_the_server_runs():
    async def ask_twice():
        request = b"GET /robots.txt HTTP/1.1\r\nHost: herald.example\r\n\r\n"
        async with MiniWeb() as web:
            before = await _exchange(web.port, request)
            web.set_version(1)
            return before, await _exchange(web.port, request)

    before, after = asyncio.run(ask_twice())
    assert b"GPTBot" not in before
    assert b"GPTBot" in after


def test_the_other_port_refuses_at_once():
    async def knock():
        async with MiniWeb() as web:
            assert web.refused_port != web.port
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", web.refused_port)

    asyncio.run(knock())


def test_it_closes_at_once_with_a_hanging_client_and_a_silent_one():
    async def leave():
        async with MiniWeb() as web:
            web.set_version(len(DATES) - 1)
            reader, hanging = await asyncio.open_connection("127.0.0.1", web.port)
            hanging.write(b"GET /robots.txt HTTP/1.1\r\nHost: lab.example.net\r\n\r\n")
            _, silent = await asyncio.open_connection("127.0.0.1", web.port)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.05)
            started = time.monotonic()
        took = time.monotonic() - started
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", web.port)
        hanging.close()
        silent.close()
        return took

    assert asyncio.run(leave()) < 5
