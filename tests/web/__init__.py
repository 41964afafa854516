"""A hostile web on loopback: HTTP and HTTPS by virtual host, and a name server, each in a thread of its own.

    with Web() as web:
        web.on("news.example", page(b"User-agent: *\\nDisallow: /\\n"))
        settings = FetchSettings(resolver=web.resolver(), ca_file=web.ca_file, allow_private=LOOPBACK)

An answer is an async function of (request, writer) that writes raw bytes, so that it can misbehave at will.
It says how the connection ends by what it does last: return (closed in order, or kept for the next request where
`Web.keep_alive` names the host), `reset`, or hang.

answers: what a site says. storms: answers without an end. servers: who says it. doors: what goes wrong before a
request. names: a name server. asking: a Fetcher for one question.
"""

from tests.web.answers import (
    RULES,
    Answer,
    Request,
    chunked,
    cut,
    head,
    packed,
    page,
    raw,
    redirect,
    reset,
)
from tests.web.asking import LOOPBACK, Ask, look, settings_for, transports
from tests.web.names import Dns
from tests.web.servers import Listener, Web
from tests.web.storms import bomb, brotli_bomb, drip, endless, hang, nested_bomb

__all__ = [
    "LOOPBACK",
    "RULES",
    "Answer",
    "Ask",
    "Dns",
    "Listener",
    "Request",
    "Web",
    "bomb",
    "brotli_bomb",
    "chunked",
    "cut",
    "drip",
    "endless",
    "hang",
    "head",
    "look",
    "nested_bomb",
    "packed",
    "page",
    "raw",
    "redirect",
    "reset",
    "settings_for",
    "transports",
]
