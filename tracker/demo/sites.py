"""The made-up sites of the demonstration and what each answers at every date.

Every host lies under a name reserved for examples (RFC 2606, RFC 6761), so no real site is spoken for.
The story is modelled on what happened between July 2023 and October 2025: nobody names GPTBot before
OpenAI documents it (2023-08-07), newspapers close first, Google-Extended follows (2023-09-28), some
publishers reopen after a licensing deal, newer tokens are added as they appear (ClaudeBot,
Applebot-Extended, meta-externalagent), and at last the wishes beside the rules arrive: a licence (RSL, 2025-09-10),
Content-Signal lines (2025-09-24), most of them in files that a content delivery network manages, and Content-Usage
(a draft of 2025-09-05 named `train-ai`). No file names a crawler before its operator did; two crawlers
that no operator has (ImaginaryAIBot, FictionGPT) are made up, for a name that the registry lacks.
"""

from dataclasses import dataclass

# No two dates lie more than 91 days apart: after 92 days without a look a state would be unknown.
DATES = (
    "2023-07-15T06:00:00Z",  # 0   before GPTBot
    "2023-08-19T06:00:00Z",  # 1   twelve days after GPTBot was announced
    "2023-10-14T06:00:00Z",  # 2   after Google-Extended
    "2024-01-13T06:00:00Z",  # 3   after the first large licensing deals and the first large lawsuit
    "2024-03-30T06:00:00Z",  # 4
    "2024-06-29T06:00:00Z",  # 5   after ClaudeBot and Applebot-Extended
    "2024-09-28T06:00:00Z",  # 6   after meta-externalagent and OAI-SearchBot
    "2024-12-28T06:00:00Z",  # 7
    "2025-03-29T06:00:00Z",  # 8
    "2025-06-28T06:00:00Z",  # 9
    "2025-09-27T06:00:00Z",  # 10  three days after Content-Signal
    "2025-10-18T06:00:00Z",  # 11  three weeks later: a failure here is bridged by the answer before it
)


@dataclass(frozen=True, slots=True)
class Text:
    """200 with a robots.txt of exactly these bytes."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Status:
    """An answer with this status code and an HTML body."""

    code: int
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Redirect:
    """301 to an absolute `http://host/path` or to a path of the same host."""

    url: str


@dataclass(frozen=True, slots=True)
class Html:
    """200 with a web page where the robots.txt should be."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Hang:
    """The request is read and never answered."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset after the request."""


Answer = Text | Status | Redirect | Html | Hang | Reset


@dataclass(frozen=True, slots=True)
class Site:
    """One made-up site: ISO 3166 country, ISO 639 language, and (date index, answer from then on) pairs."""

    host: str
    sector: str
    country: str
    language: str
    versions: tuple[tuple[int, Answer], ...]

    def answer(self, n: int) -> Answer:
        """What /robots.txt answers at `DATES[n]`. IndexError when there is no such date."""
        if not 0 <= n < len(DATES):
            raise IndexError(f"no date {n}: the demonstration has dates 0 to {len(DATES) - 1}")
        return next(answer for since, answer in reversed(self.versions) if since <= n)


def site(card: str, *versions: tuple[int, Answer]) -> Site:
    """A site from its card, "host sector country language", and its versions."""
    host, sector, country, language = card.split()
    return Site(host, sector, country, language, versions)


def shut(*agents: str) -> str:
    """One group for each agent that closes the whole site to it."""
    return "\n\n".join(f"User-agent: {agent}\nDisallow: /" for agent in agents)


def stacked(*agents: str, rules: str = "Disallow: /") -> str:
    """One group shared by all these agents."""
    return "\n".join(f"User-agent: {agent}" for agent in agents) + f"\n{rules}"


def welcome(*agents: str) -> str:
    """One group for each agent that opens the whole site to it in so many words."""
    return "\n\n".join(f"User-agent: {agent}\nAllow: /" for agent in agents)


def star(*paths: str) -> str:
    """The group for everybody, closing only these paths."""
    return "User-agent: *\n" + "\n".join(f"Disallow: {path}" for path in paths)


def robots(*pieces: str, end: str = "\n", encoding: str = "utf-8") -> Text:
    """The pieces as one file, a blank line between them, in this encoding and with these line ends."""
    return Text(("\n\n".join(pieces) + "\n").replace("\n", end).encode(encoding))


def managed(*pieces: str) -> Text:
    """The file as a content delivery network rewrites it: its own block in front of the site's."""
    signal = "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /"
    begin, end = "# BEGIN Cloudflare Managed content", "# END Cloudflare Managed Content"
    return robots(begin, signal, shut(*MANAGED), end, *pieces)


# What the operators had named by then; each wave repeats the one before it.
FIRST = ("GPTBot", "CCBot")
AUTUMN_2023 = (*FIRST, "ChatGPT-User", "Google-Extended", "anthropic-ai")
SUMMER_2024 = (*AUTUMN_2023, "ClaudeBot", "PerplexityBot", "Applebot-Extended", "Bytespider", "cohere-ai")
AUTUMN_2024 = (*SUMMER_2024, "meta-externalagent", "OAI-SearchBot", "Amazonbot")
MANAGED = (
    "Amazonbot",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "Google-Extended",
    "GPTBot",
    "meta-externalagent",
)
UNHEARD_OF = ("ImaginaryAIBot", "FictionGPT")

USAGE = "\nContent-Usage: train-ai=n\nContent-Usage: /doi/abs/ train-ai=y"
NEWS = star("/search", "/account/", "/print/")
PAPER = "# Automated collection needs our written permission.\n" + star("/api/", "/search")
SHOP = star("/cart", "/checkout", "/*?sort=")
WIKI = star("/w/", "/wiki/Special:") + "\nAllow: /w/load.php"
BOARD = star("/login", "/search", "/user/*/messages")
PLAIN = star("")
CODE = star("/*/raw/", "/search") + "\nCrawl-delay: 1"

CHALLENGE = Status(403, b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>")
MISSING = Status(404, b"<!DOCTYPE html><title>404 Not Found</title>")
OVERLOADED = Status(503, b"<!DOCTYPE html><title>503 Service Unavailable</title>")
APP_SHELL = Html(b'<!DOCTYPE html><html><head><title>City</title></head><body><div id="app"></div></body></html>')

SITES: tuple[Site, ...] = (
    # --- news
    # The usual course: one crawler in August, the rest as they are announced.
    site(
        "herald.example news US en",
        (0, robots(NEWS)),
        (1, robots(NEWS, shut("GPTBot"))),
        (2, robots(NEWS, shut(*AUTUMN_2023))),
        (5, robots(NEWS, shut(*SUMMER_2024))),
        (6, robots(NEWS, shut(*AUTUMN_2024))),
    ),
    site(
        "morningpost.example news GB en",
        (0, robots(PAPER)),
        (1, robots(PAPER, shut(*FIRST))),
        (5, robots(PAPER, stacked(*SUMMER_2024))),
        (10, robots(PAPER, stacked(*SUMMER_2024), "License: https://morningpost.example/license.xml")),
    ),
    # Closed to the plug-in agent before GPTBot had a name.
    site(
        "gazette.example.com news US en",
        (0, robots(NEWS, shut("ChatGPT-User"))),
        (1, robots(NEWS, shut("ChatGPT-User", "GPTBot"))),
        (3, robots(NEWS, shut(*AUTUMN_2023))),
    ),
    # Three that sign with one company and reopen to it, each in its own way.
    site(
        "tagblatt.example news DE de",
        (0, robots(NEWS)),
        (1, robots(NEWS, shut(*FIRST))),
        (3, robots(NEWS, shut("CCBot", "Google-Extended"), welcome("GPTBot"))),
    ),
    site(
        "lequotidien.example news FR fr",
        (0, robots(PAPER)),
        (1, robots(PAPER, shut(*FIRST))),
        (2, robots(PAPER, shut(*AUTUMN_2023))),
        (4, robots(PAPER, shut("CCBot", "Google-Extended", "anthropic-ai"))),
    ),
    site(
        "ledger.example news GB en",
        (0, robots(NEWS)),
        (2, robots(NEWS, shut(*AUTUMN_2023))),
        (5, robots(NEWS, shut("CCBot", "ClaudeBot"), stacked("GPTBot", rules="Disallow: /subscriber/"))),
    ),
    # Encodings and line ends that a careless reader trips over.
    site(
        "lagaceta.example news ES es",
        (0, robots("# Edición digital: información y opinión", NEWS, encoding="latin-1")),
        (2, robots("# Edición digital: sin minería de datos", NEWS, shut(*FIRST), encoding="latin-1")),
    ),
    site(
        "uutiset.example news FI fi",
        (0, robots(NEWS, end="\r\n")),
        (3, robots(NEWS, shut(*AUTUMN_2023), end="\r\n")),
    ),
    site(
        "shimbun.example news JP ja",
        (0, robots(NEWS, encoding="utf-8-sig")),
        (2, robots(shut("GPTBot"), NEWS, encoding="utf-8-sig")),
        (4, robots(shut("GPTBot", "Google-Extended"), "# AI 学習を禁じます", NEWS, encoding="utf-8-sig")),
    ),
    # A newswire closed to all but two search engines since ever: blocked, but never by name.
    site("wire.example news US en", (0, robots(welcome("Googlebot", "Bingbot"), shut("*")))),
    # Closed by name, then behind a challenge that no crawler passes: nobody can know what it says.
    site("tribune.example news AU en", (0, robots(PAPER)), (1, robots(PAPER, shut("GPTBot"))), (6, CHALLENGE)),
    # A misspelt word that the large parsers forgive.
    site(
        "localnews.example.org news CA en",
        (0, robots(PLAIN)),
        (2, robots(PLAIN, "User-agent: GPTBot\nDisalow: /")),
    ),
    # Only the paid part is closed, to everybody's AI crawler.
    site(
        "opinion.example news IN en",
        (0, robots(NEWS)),
        (2, robots(NEWS, stacked(*AUTUMN_2023, rules="Disallow: /premium/\nDisallow: /archive/"))),
    ),
    # --- reference and forum
    # An open encyclopedia that never changes its file.
    site("encyclopedia.example reference US en", (0, robots(WIKI))),
    site(
        "dictionary.example reference GB en",
        (0, robots(PLAIN)),
        (2, robots(PLAIN, shut(*FIRST))),
        (6, robots(PLAIN, stacked(*AUTUMN_2024))),
        (9, robots(PLAIN, stacked(*AUTUMN_2024, *UNHEARD_OF))),
    ),
    # Has no robots.txt at any date: that is an answer, and it means open.
    site("atlas.example reference CH de", (0, MISSING)),
    site("recipes.example reference IT it", (0, robots(PLAIN)), (3, robots(PLAIN, stacked(*AUTUMN_2023)))),
    # A forum that sells its posts closes to everybody at once.
    site(
        "agora.example forum US en",
        (0, robots(BOARD)),
        (6, robots("# Access is by agreement only.", shut("*"))),
    ),
    # Closes early, reopens when its licence is announced.
    site(
        "qanda.example forum US en",
        (0, robots(BOARD)),
        (2, robots(BOARD, shut("GPTBot"))),
        (5, robots(BOARD)),
    ),
    # No file at first; the first one it writes is about AI.
    site("boards.example.net forum NL nl", (0, MISSING), (3, robots("# new in January", stacked(*AUTUMN_2023)))),
    site(
        "fanfic.example forum US en",
        (0, robots(BOARD)),
        (1, robots(BOARD, shut(*FIRST))),
        (7, robots(BOARD, shut(*AUTUMN_2024))),
        (8, robots(BOARD, shut(*AUTUMN_2024, "ImaginaryAIBot"))),
    ),
    # Meant for GPTBot alone; Crawl-delay does not end the list of names, so by RFC 9309 it closes to all.
    site(
        "knitting.example.org forum NZ en",
        (0, robots(BOARD)),
        (2, robots("User-agent: *\nCrawl-delay: 10\nUser-agent: GPTBot\nDisallow: /")),
    ),
    # --- shopping
    site(
        "bazaar.example shopping US en",
        (0, robots(SHOP)),
        (3, robots(SHOP, shut("GPTBot"))),
        (6, robots(SHOP, stacked(*AUTUMN_2024))),
    ),
    site("market.example.com shopping PL pl", (0, robots(SHOP))),
    # The managed block arrives and closes by name what was open.
    site("boutique.example shopping FR fr", (0, robots(SHOP)), (10, managed(SHOP))),
    # The same block, put before a file that closes to all, opens the site to everybody it does not name.
    site("toolshed.example shopping DE de", (0, robots(shut("*"))), (10, managed(shut("*")))),
    # Wants to be in the answers, and says so.
    site(
        "bookshop.example shopping SE sv",
        (0, robots(SHOP)),
        (7, robots(SHOP, welcome("GPTBot", "OAI-SearchBot", "PerplexityBot"))),
    ),
    # --- government and academic
    site("ministry.example government GB en", (0, robots(PLAIN))),
    # Down at two dates in a row, then as before.
    site(
        "statistics.example government BR pt",
        (0, robots(star("/bulk/"))),
        (4, OVERLOADED),
        (6, robots(star("/bulk/"))),
    ),
    # A single-page app that answers every path with itself.
    site("city.example.org government US en", (0, APP_SHELL)),
    site(
        "university.example academic NL en",
        (0, robots(star("/intranet/"))),
        (4, robots(star("/intranet/"), stacked("Bytespider", "CCBot"))),
    ),
    # Merged into the university: its rules are now the university's.
    site(
        "library.example academic NL en",
        (0, robots(star("/catalogue/"))),
        (5, Redirect("http://university.example/robots.txt")),
    ),
    # A publisher that licenses its articles and later opens to two partners.
    site(
        "journal.example academic GB en",
        (0, robots(star("/doi/pdf/"))),
        (2, robots(star("/doi/pdf/"), stacked(*AUTUMN_2023))),
        (6, robots(star("/doi/pdf/"), stacked(*AUTUMN_2024))),
        (8, robots(star("/doi/pdf/"), welcome("GPTBot", "PerplexityBot"), stacked("CCBot", "ClaudeBot"))),
        # To everybody without a group here: no training, but on the abstracts.
        (11, robots(star("/doi/pdf/") + USAGE, welcome("GPTBot", "PerplexityBot"), stacked("CCBot", "ClaudeBot"))),
    ),
    # An allow-list: only the abstracts are open, to everybody.
    site("preprints.example academic US en", (0, robots("User-agent: *\nAllow: /abs/\nAllow: /$\nDisallow: /"))),
    # The one site that stops answering without closing the connection.
    site("lab.example.net academic KR ko", (0, robots(PLAIN)), (7, Hang())),
    # --- software and entertainment
    site(
        "docs.example software US en",
        (0, robots(PLAIN)),
        (7, robots(PLAIN, welcome("GPTBot", "ClaudeBot"), shut("Bytespider"))),
    ),
    site(
        "packages.example.com software DE en",
        (0, robots(CODE)),
        (6, robots(CODE, stacked(*AUTUMN_2024, rules="Disallow: /blobs/"))),
    ),
    # A redirect to itself for half a year.
    site(
        "forge.example software US en",
        (0, robots(CODE)),
        (5, Redirect("/robots.txt")),
        (7, robots(CODE, shut("Bytespider"))),
    ),
    # Written on a very old machine: CR alone ends a line.
    site(
        "opensource.example.org software CZ cs",
        (0, robots(PLAIN, end="\r")),
        (3, robots(PLAIN, shut("CCBot", "GPTBot"), end="\r")),
    ),
    # Says yes to training in words, and forgets the rule that says no.
    site(
        "streaming.example entertainment US en",
        (0, robots(PLAIN)),
        (4, robots(PLAIN, stacked(*AUTUMN_2023))),
        (11, robots(PLAIN, stacked(*AUTUMN_2023, rules="Content-Signal: search=yes, ai-train=yes\nDisallow: /"))),
    ),
    # The file is lost in a relaunch: what was closed is open.
    site(
        "comics.example entertainment BE fr",
        (0, robots(PLAIN)),
        (2, robots(PLAIN, shut(*FIRST))),
        (5, MISSING),
    ),
    # Down for the last three weeks only: the answer before still holds.
    site(
        "artgallery.example entertainment MX es",
        (0, robots(PLAIN)),
        (1, robots(PLAIN, shut("GPTBot", "img2dataset"))),
        (5, robots(PLAIN, shut(*SUMMER_2024, "img2dataset"))),
        (11, OVERLOADED),
    ),
    site(
        "games.example.net entertainment JP ja",
        (0, robots(PLAIN)),
        (8, Reset()),
        (9, robots(PLAIN, shut("Bytespider"))),
    ),
    site("radio.example entertainment IE en", (0, robots(PLAIN)), (10, managed(PLAIN))),
)

_BY_HOST = {each.host: each for each in SITES}


def answer_at(host: str, n: int) -> Answer:
    """What `host` answers for /robots.txt at `DATES[n]`. KeyError: no such site; IndexError: no such date."""
    return _BY_HOST[host].answer(n)


def members() -> tuple[tuple[str, None, str, str, str], ...]:
    """The sites as rows of a panel: host, rank (none), sector, country, language."""
    return tuple((each.host, None, each.sector, each.country, each.language) for each in SITES)
