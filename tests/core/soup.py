"""Made-up robots.txt files: small ones for comparing answers, hostile ones for finding what takes long or falls over.

Everything is drawn from the random state that is handed in, so a seed gives the same files on every machine.
"""

import random
import re
from collections.abc import Callable, Sequence

Chance = random.Random
VALUES = [
    b"*", b"* a", b"*a", b"a", b"A", b"a-b", b"a-bc", b"A_B", b"a/1", b"a b", b"AI", b"AI-x", b"AI2Bot",
    b"Ai2Bot-Dolma/1",
    b"Google", b"Googlebot", b"googlebot/2.1", b"Googlebot-News", b"google-extended", b"GPTBot", b"GPTBot/1.0 (+x)",
    b"gptbot-user", b"img2dataset", b"Kangaroo Bot", b"Kangaroo", b"bigsur.ai", b"CCBot", b"ClaudeBot", b"",
    b"caf\xc3\xa9",
]  # fmt: skip
AGENT_FIELDS = [b"User-agent", b"user-agent", b"USER-AGENT", b"useragent", b"user agent", b"User-agents"]
RULE_FIELDS = [b"Disallow", b"disallow", b"Allow", b"Allow", b"allow", b"disalow", b"dissallow", b"diasllow"]
OTHER_FIELDS = [
    b"Crawl-delay", b"Sitemap", b"site-map", b"Content-Signal", b"Content-Usage", b"License", b"Noindex", b"x",
    b"", b"Host", b"Disallow ",
]  # fmt: skip
SEPARATORS = [b": ", b": ", b": ", b":", b" : ", b" ", b"\t", b":\t", b"=", b""]
TAILS = [b"", b"", b"", b"", b"#", b" # x", b"\0", b"\0z", b" \x0b", b"\xe2\x80\xa8", b"\xc2\x85", b" "]
ENDS = [b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\x0b", b"\x0c"]
STARTS = [b"", b"", b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef", b"\xff\xfe", b"User-agent: *\n", b"User-agent: a\n"]
PIECES = [
    b"/", b"/", b"/", b"a", b"b", b"*", b"*", b"$", b"?", b"=", b"%3f", b"%3F", b"%2f", b"%", b"\xc3\xa9",
    b"\xff", b" ", b".", b"x", b"index.htm", b"news", b"robots.txt", b"&", b";", b":",
]  # fmt: skip


def pattern(chance: Chance, most: int = 7) -> bytes:
    """A path pattern: usually with a slash in front, sometimes of real words, sometimes rubbish."""
    slash = b"/" if chance.random() < 0.8 else b""
    return slash + b"".join(chance.choices(PIECES, k=chance.randrange(most)))


def line(chance: Chance) -> bytes:
    """One line of any kind, less its end."""
    kind = chance.random()
    if kind < 0.3:
        field, value = chance.choice(AGENT_FIELDS), chance.choice(VALUES)
    elif kind < 0.85:
        field, value = chance.choice(RULE_FIELDS), pattern(chance)
    elif kind < 0.97:
        field, value = chance.choice(OTHER_FIELDS), chance.choice((b"10", b"ai-train=no", b"/x train-ai=n", b"/", b"a"))
    else:
        return chance.randbytes(chance.randrange(12))
    return field + chance.choice(SEPARATORS) + value + chance.choice(TAILS)


def small_file(chance: Chance, corpus: Sequence[bytes] = ()) -> bytes:
    """Up to twenty lines."""
    lines = (line(chance) + chance.choice(ENDS) for _ in range(chance.randrange(1, 21)))
    return chance.choice(STARTS) + b"".join(lines)


def mutated(chance: Chance, corpus: Sequence[bytes]) -> bytes:
    """A file of the corpus with some lines dropped, doubled, swapped, spliced from another, or octets changed."""
    lines = chance.choice(corpus).splitlines(keepends=True)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(lines) + 1)
        kind = chance.randrange(6)
        if kind == 0:
            del lines[at : at + chance.randrange(4)]
        elif kind == 1:
            lines[at:at] = lines[at : at + 3] * chance.randrange(1, 4)
        elif kind == 2:
            chance.shuffle(lines)
        elif kind == 3:
            lines[at:at] = chance.choice(corpus).splitlines(keepends=True)[: chance.randrange(8)]
        elif kind == 4:
            lines.insert(at, line(chance) + chance.choice(ENDS))
        elif at < len(lines):
            octets = bytearray(lines[at])
            octets[chance.randrange(len(octets))] = chance.randrange(256)
            lines[at] = bytes(octets)
    return b"".join(lines)


def tokens_named(data: bytes) -> list[str]:
    """Product tokens in RFC 9309's alphabet which a file seems to name, and their neighbours by a letter."""
    found = dict.fromkeys(re.findall(rb"(?i)user-?agent\s*:\s*([a-z_-]+)", data))
    names = [token.decode() for token in found]
    return list(
        dict.fromkeys(near for name in names for near in (name, name.swapcase(), name[:-1], name + "s") if near)
    )


# Hostile files. Each takes a size in octets and fills it with one thing that ought to be cheap and might not be.


def _rule(chance: Chance) -> bytes:
    return chance.choice((b"Disallow: ", b"Allow: "))


def _filled(chance: Chance, size: int, make_line: Callable[[int], bytes]) -> bytes:
    lines, length, number = [chance.choice((b"User-agent: *", b"User-agent: GPTBot\nUser-agent: *"))], 0, 0
    while length < size:
        lines.append(make_line(number))
        length += len(lines[-1]) + 1
        number += 1
    return b"\n".join(lines)


def many_stars(chance: Chance, size: int) -> bytes:
    stars, letters = chance.choice((5, 25, 100, 400, 4_000)), chance.choice((b"a", b"ab", b"a/"))
    stem = b"/" + (b"*" + letters) * stars
    return _filled(chance, size, lambda n: _rule(chance) + stem[: chance.randrange(2, len(stem) + 1)] + b"%x" % n)


def stars_in_ties(chance: Chance, size: int) -> bytes:
    stars = chance.choice((3, 20, 80))
    return _filled(chance, size, lambda n: _rule(chance) + b"/" + b"*a" * stars + b"*%06d" % chance.randrange(999_999))


def long_literals(chance: Chance, size: int) -> bytes:
    most = chance.choice((100, 1_200, 16_600))
    ends = (b"", b"b", b"$", b"*b", b"*$", b"*")
    return _filled(chance, size, lambda n: _rule(chance) + b"/" + b"a" * chance.randrange(most) + chance.choice(ends))


def needles(chance: Chance, size: int) -> bytes:
    length = chance.choice((50, 400, 4_000))
    run = b"a" * length
    return _filled(
        chance, size, lambda n: _rule(chance) + b"/" + run + chance.choice((b"*", b"b*", b"*b")) + run + b"%d" % n
    )


def lengths(chance: Chance, size: int) -> bytes:
    """A literal of every length, so that looking one up by its length tries them all."""
    return _filled(
        chance, size, lambda n: (b"Allow: /" if n % 2 else b"Disallow: /") + b"a" * (n // 2 % 990) + b"%d" % (n % 7)
    )


def shared_prefixes(chance: Chance, size: int) -> bytes:
    stem = b"/" + b"section/" * chance.choice((1, 4, 16))
    ends = (b"", b"*", b"$", b"*.html$", b"/*/a")
    return _filled(chance, size, lambda n: _rule(chance) + stem + b"%d" % (n // 2) + chance.choice(ends))


def escapes(chance: Chance, size: int) -> bytes:
    pieces = (b"$", b"%", b"%%", b"%2f", b"%C3", b"\xff", b"\xc3\xa9", b"*$", b"$*")
    most = chance.choice((4, 40, 4_000))
    return _filled(chance, size, lambda n: _rule(chance) + b"/" + b"".join(chance.choices(pieces, k=most)))


def many_groups(chance: Chance, size: int) -> bytes:
    names = chance.choice((1, 3, 50))
    style = chance.choice((b"bot-%d", b"bot%dx", b"a b c d e f g h %d", b"x-%d y/1", b"GPTBot/%d"))

    def group(number: int) -> bytes:
        agents = b"\n".join(b"User-agent: " + style % (number * names + i) for i in range(names))
        return agents + b"\n" + _rule(chance) + pattern(chance)

    return _filled(chance, size, group)


def nearly_closed_groups(chance: Chance, size: int) -> bytes:
    """Thousands of groups that all say the same and close nearly everything: each is held against the whole file."""
    rules = b"Disallow: /\nAllow: /a\nDisallow: /a*" + chance.choice((b"", b"\nAllow: /robots.txt", b"\nDisallow: /b"))
    return _filled(chance, size, lambda n: b"User-agent: b%d\n" % n + rules)


def lettered_groups(chance: Chance, size: int) -> bytes:
    """Thousands of names that RFC 9309 can tell apart, each with groups of its own beside one that all share."""
    names = [b"".join(b"%c" % (97 + int(digit)) for digit in str(i)) for i in range(min(3_000, size // 60))]
    shared = b"".join(b"allow:/%d*\ndisallow:/%d\n" % (i, i) for i in range(size // 60))
    listed = b"".join(b"user-agent:%s\n" % name for name in names)
    own = b"".join(b"user-agent:%s\nallow:/*****%d\ndisallow:/*%d$\n" % (name, i, i) for i, name in enumerate(names))
    return listed + shared + own


def glued_lists(chance: Chance, size: int) -> bytes:
    parting = (b"Crawl-delay: 1", b"Content-Signal: ai-train=no", b"Content-Usage: train-ai=n", b"Sitemap: x", b"")
    rule = chance.choice((1, 20, 1_000))
    return _filled(
        chance,
        size,
        lambda n: _rule(chance) + pattern(chance) if n % rule == rule - 1
        else b"User-agent: " + chance.choice(VALUES) + b"%d\n" % (n % 9) + chance.choice(parting),
    )  # fmt: skip


def many_signals(chance: Chance, size: int) -> bytes:
    keys = (
        b"ai-train",
        b"ai-input",
        b"search",
        b"use",
        b"train-ai",
        b"tdm",
        b"bots",
        b"Q",
        b"\xff",
        b"a;b=c",
        b"(x y)",
    )
    values = (b"yes", b"no", b"y", b"n", b"maybe", b"", b'"x', b"?1", b"reference", b"1" * 300)
    most = chance.choice((1, 8, 600))

    def statement(number: int) -> bytes:
        pairs = b",".join(chance.choice(keys) + b"=" + chance.choice(values) for _ in range(chance.randrange(most + 1)))
        kind = chance.randrange(10)
        if kind == 0:
            return b"User-agent: bot-%s\nDisallow: /" % (b"x" * (number % 50))
        if kind == 1:
            return b"License: https://x.example/%d.xml" % number
        scope = b"/%d/* " % (number % 100) if kind < 6 else b""
        return chance.choice((b"Content-Signal: ", b"Content-Usage: " + scope, b"content-usage:")) + pairs

    return _filled(chance, size, statement)


def named_signals(chance: Chance, size: int) -> bytes:
    """Many names above many signals, for whatever hands each signal to each name."""
    half = size // 2
    names = b"".join(b"User-agent: n%s\n" % (b"%x" % i).translate(_LETTERS) for i in range(half // 20))
    usage = b"".join(
        b"Content-Usage: /%d train-ai=n, search=y\nContent-Signal: ai-train=no\n" % i for i in range(half // 60)
    )
    return names + usage + b"Disallow: /\n"


_LETTERS = bytes.maketrans(b"0123456789", b"ghijklmnop")


def long_lines(chance: Chance, size: int) -> bytes:
    run = chance.choice((b"a", b" ", b"*", b":", b"#", b"\t", b"\0", b"$", b"%", b"/", b"a b ", b"a=b,", b"\xff",
                         b"|", b"(|", b"[a", b"(.", b"[a-z]", b"\\", b"^"))  # fmt: skip
    field = chance.choice(
        (
            b"User-agent:",
            b"Disallow:/",
            b"Disallow: /(",
            b"Allow: /*",
            b"Content-Usage:",
            b"Content-Signal:",
            b"",
            b"x ",
        )
    )
    return _filled(chance, size, lambda n: field + run * (chance.choice((16_000, 17_000, 40_000)) // len(run)))


def empty_lines(chance: Chance, size: int) -> bytes:
    lines = (b"\n", b"\r", b"\r\n", b"a\n", b":\n", b"#\n", b"User-agent:\n", b"Disallow:\n", b"x:\n")
    return chance.choice(lines) * (size // 2)


def noise(chance: Chance, size: int) -> bytes:
    return chance.randbytes(min(size, 20_000))


HOSTILE = (
    many_stars, stars_in_ties, long_literals, needles, lengths, shared_prefixes, escapes, many_groups,
    nearly_closed_groups, lettered_groups, glued_lists, many_signals, named_signals, long_lines, empty_lines, noise,
)  # fmt: skip


def hostile(chance: Chance, corpus: Sequence[bytes], most: int = 520_000) -> tuple[str, bytes]:
    """A hostile file of any size up to the given one, and what it is called."""
    make = chance.choice(HOSTILE)
    return make.__name__, make(chance, int(2 ** chance.uniform(8, most.bit_length())) % most + 1)
