"""A crawl of sites that say anything at all, into a history and once more: each is recorded, whatever it said."""

import random
from pathlib import Path

import pytest

from tests.web import RULES, Answer, Web, page, raw, redirect, settings_for, transports
from tracker.core.panels import Member, Panel
from tracker.core.visits import PATHS, Target
from tracker.crawl.rounds import Rounds
from tracker.crawl.run import Manner
from tracker.store.query import Reader
from tracker.store.write import Writer

AT = 1_700_000_000
DAY = 86_400
ALL = tuple(Target)
HOSTS = [f"site{number}.example" for number in range(60)]
NAMES = (
    *(b"ETag", b"Last-Modified", b"Retry-After", b"Content-Type", b"Content-Encoding", b"Set-Cookie", b"Link", b"Age"),
    *(
        b"Content-Usage",
        b"X-Robots-Tag",
        b"tdm-policy",
        b"TDM-Reservation",
        b"crawler-price",
        b"Keep-Alive",
        b"Upgrade",
    ),
)
VALUES = (
    *(
        b"",
        b"gzip",
        b"br",
        b"text/html; charset=\xff",
        b'W/"\xe9"',
        b"Wed, 99 Foo 2026",
        b"-1",
        b"9" * 5000,
        b"x" * 9000,
    ),
    *(b"a=b; Domain=x", b"<a>; rel=license", b"timeout=99999999999999999999", b"h2c", b"USD 1", b"noai, \x80: noml"),
)
BODIES = (
    *(
        b"",
        RULES,
        b"User-agent: *\nDisallow:\n",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\0\1\2",
        b"datatrainingallowed=no",
    ),
    *(b"<html><a href='http://[x'><base href='//['>", b'[{"location":"/","tdm-reservation":1}]', bytes(range(256))),
)
PLACES = (
    *(b"http://", b"https://", b"//", b"/", b"site1.example", b"a", b".", b":", b"@", b"[", b"::1", b"%00", b"%", b"?"),
    *(
        b"xn--",
        b"xn--a",
        b"\xc3\xa9",
        b"\xe9",
        b"\xe3\x80\x82",
        b" ",
        b"\t",
        b"\\",
        b"0x7f.1",
        b":65536",
        b"b" * 260,
        b"#",
    ),
)


def anything(chance: random.Random) -> Answer:
    """An answer that can be told for one, with whatever in it."""
    body = chance.choice(BODIES)
    status = chance.choice([200] * 6 + [301, 302, 307, 304, 402, 403, 404, 429, 503, chance.randint(200, 999)])
    fields = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randint(0, 6))]
    if 300 <= status < 400:
        fields.append((b"Location", b"".join(chance.choice(PLACES) for _ in range(chance.randint(1, 5)))))
    lines = b"".join(b"%s: %s\r\n" % field for field in fields)
    return raw(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), lines, body))


@pytest.mark.parametrize("transport", transports())
def test_every_site_is_recorded(database: Path, agents, transport: str) -> None:
    chance = random.Random(4)
    members = tuple(map(Member, HOSTS))
    panel = Panel("p", "P", "made up", "p-1", "2026-01-01", None, False, members)
    with Web() as web, Writer(database, agents) as writer:
        for host in HOSTS:
            for path in ("*", "/robots.txt", *PATHS.values()):
                web.on(host, anything(chance), path)
            if chance.random() < 0.6:
                web.on(host, page(b"User-agent: *\nAllow: /\n", ETag='"\xe9"'))
        web.on(HOSTS[0], redirect("http://xn--a/robots.txt"))
        fetch = settings_for(web, transport=transport, read_timeout=1, total_timeout=2)
        rounds = Rounds(writer, panel, fetch, Manner(workers=20))
        reports = [rounds.begin(AT + day * DAY, ALL) for day in range(2)]
    assert [(report.finished, report.ended) for report in reports] == [(True, len(HOSTS))] * 2
    with Reader(database) as reader:
        assert sum(crawl["answered"] + crawl["failed"] for crawl in reader.crawls()) == 2 * len(HOSTS)
