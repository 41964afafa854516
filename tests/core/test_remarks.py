"""Remarks: what is said about each flag, at which line, with which mend; and that hostile files get few of them."""

import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.bench_robots import names
from tracker import reference
from tracker.core.remarks import FLAGS, LIMIT, Remark, of_flag, quoted, remarks
from tracker.core.robots import MAX_BYTES, parse
from tracker.core.verdicts import known_tokens

KNOWN = known_tokens(reference.agents())
MANAGED = "# BEGIN Cloudflare Managed content|UA *|A /|# END Cloudflare Managed Content"


def text(short: str) -> bytes:
    words = {"UA ": "User-agent: ", "D ": "Disallow: ", "A ": "Allow: "}
    lines = []
    for line in short.split("|"):
        key = next((key for key in words if line.startswith(key)), "")
        lines.append(words.get(key, "") + line.removeprefix(key))
    return "\n".join(lines).encode()


def cut(lines: Iterable[str]) -> bytes:
    return "".join(lines).encode()[:MAX_BYTES]


def of(data: bytes) -> list[Remark]:
    return remarks(data, parse(data))


# File, flag, line, what the text says, what the mend says.
SAID = [
    ("UA *|Disalow: /", "typo", 2, "`Disalow` is read as Disallow by Google's parser, ignored", "write `Disallow`"),
    ("useragent: *|D /", "typo", 1, "`useragent` is read as User-agent", "write `User-agent`"),
    ("UA *|Disallow /a", "missing_colon", 2, "`Disallow /a` has no colon", "write `Disallow: /a`"),
    ("UA *|D private", "dead_pattern", 2, "`Disallow: private` matches no page", "write `/private`"),
    ("UA *|D https://x.example/a?b", "dead_pattern", 2, "matches no page", "write `/a?b`"),
    ("UA *|D https://x.example", "dead_pattern", 2, "matches no page", "write `/` if all pages are meant"),
    ("UA *|D ?id=", "dead_pattern", 2, "matches no page", "write `/*?id=`"),
    ("UA *|D .pdf$", "dead_pattern", 2, "matches no page", "write `/*.pdf$`"),
    ("D /a # mine|UA *|D /b", "orphan_rules", 1, "`Disallow: /a` stands before", "write `User-agent: *` above it"),
    (
        "UA a|Crawl-delay: 1|UA b|D /",
        "glued",
        1,
        "shares the rules of the names below it (line 3)",
        "empty `Disallow:`",
    ),
    ("UA *|D /|UA GPTBot", "empty_group", 3, "`User-agent: GPTBot` has no rule below it", "write `Disallow: /`"),
    ('UA *|Disallow: "/"', "dead_pattern", 2, "matches no page", "write `/`"),
    ("UA *|D \\a\\", "dead_pattern", 2, "matches no page", "write `/a/`"),
    ("UA *|D all", "dead_pattern", 2, "matches no page", "write `/` for all pages"),
    ("UA *|D none", "dead_pattern", 2, "matches no page", "write no path for no page"),
    ("UA *|D x.example/a", "dead_pattern", 2, "matches no page", "`/a` if `x.example` is a host, `/x.example/a` if"),
    ("UA *|D page.html", "dead_pattern", 2, "matches no page", "write `/page.html`"),
    ("UA *|Disallows: all", "dead_pattern", 2, "matches no page", "write `Disallow` if that is meant"),
    ("UA *|D /, /b", "several_paths", 2, "is read as one path", "one line for each path"),
    ("UA *|D / /b", "several_paths", 2, "is read as one path", "one line for each path"),
    ("UA *|D /a // mine", "several_paths", 2, "is read as one path", "begin a comment with `#`"),
    ("UA *|DisallowAI: /", "prefix_field", 2, "`DisallowAI` is read as Disallow", "write `Disallow` if that is meant"),
    ("User-agents: *|D /", "prefix_field", 1, "is read as User-agent", "make it a comment"),
    ("UA *|D /|Sitemap：https: //x/", "prefix_field", 3, "is read as Sitemap", "a plain colon"),
    ("UA *|D /a|Allowed: /a", "tie_neutralised", 2, "cancels", "write `Allow` if that is meant"),
    ("UA *|Allowed /", "missing_colon", 2, "has no colon", "write `Allow` if that is meant"),
    ("UA AI2Bot/1|D /", "non_rfc_token", 1, "Google's parser reads `AI`", "documents that spelling"),
    ("UA 360Spider|D /", "non_rfc_token", 1, "Google's parser reads no name", "documents that spelling"),
    ("UA GPTBot Disallow: /", "non_rfc_token", 1, "is read as one name", "begin a new line"),
    ("UA x|D |UA *", "empty_group", 3, "nothing is closed to those that no other group names", "an empty `Disallow:`"),
    ("UA *bot|D /", "non_rfc_token", 1, "it names nobody", "one user-agent line for each"),
    ("UA GPTBot*|D /", "non_rfc_token", 1, "it names `GPTBot`, as without the `*`", "write `GPTBot`"),
    ("UA GPTBot, CCBot|D /", "non_rfc_token", 1, "it names `GPTBot` alone", "one user-agent line for each"),
    ("UA GPTBot!|D /", "non_rfc_token", 1, "names `GPTBot`: what follows is not read", "write `GPTBot`"),
    ('UA "GPTBot"|D /', "non_rfc_token", 1, "names nobody", "write `GPTBot`"),
    ('UA "?"|D /', "non_rfc_token", 1, "names nobody", "product token"),
    ("UA *|D ./", "dead_pattern", 2, "matches no page", "write `/` if all pages are meant, else remove the line"),
    ("UA *|D .", "dead_pattern", 2, "matches no page", "write `/` if all pages are meant"),
    ("UA *|D ../a/b", "dead_pattern", 2, "matches no page", "write `/a/b`"),
    ("UA *|D './a'", "dead_pattern", 2, "matches no page", "write `/a`"),
    (
        "UA |D /",
        "not_everybody",
        1,
        "names no crawler, so that the rules below it bind nobody",
        "write `User-agent: *`",
    ),
    ("UA ALL|D /", "not_everybody", 1, "`User-agent: ALL` names no crawler", "write `User-agent: *`"),
    ("UA all bots|D /a", "not_everybody", 1, "names no crawler", "write `User-agent: *`"),
    ('UA "any"|D /a', "not_everybody", 1, "names no crawler", "write `User-agent: *`"),
    (
        "UA *|D /|UA GPTBot|A /blog/",
        "idle_allow",
        4,
        "all is open to gptbot",
        "`Disallow: /` above it if only `/blog/`",
    ),
    ("UA *|A /a$", "idle_allow", 2, "all is open to everybody", "`Disallow: /` above it"),
    (
        "UA GPTBot|D /|UA *|Crawl-delay: 5",
        "empty_group",
        3,
        "to those that no other group names",
        "an empty `Disallow:`",
    ),
    ("UA *|D /a|UA x|D /b|UA *", "empty_group", 5, "what other groups of that name say holds all the same", ""),
    ("UA Mozilla/5.0 (compatible; XBot/1; +u)|D /", "user_agent_string", 1, "the name `Mozilla`", "such as `XBot`"),
    ("UA Mozilla/5.0 (X11) Gecko YBot|D /", "user_agent_string", 1, "the name `Mozilla`", "such as `YBot`"),
    ("UA Mozilla/4.0 (compatible; MSIE 6.0)|D /", "user_agent_string", 1, "by which no crawler goes", "product token"),
    ("UA *|Crawl-delay: 5|D /", "crawl_delay", 2, "`Crawl-delay: 5` is no part of RFC 9309", "shuts nobody out"),
    ("UA *|Disllow: /", "unread_field", 2, "`Disllow: /` is read by no crawler", "write `Disallow`"),
    ("User-agnt: *|D /", "unread_field", 1, "is read by no crawler", "write `User-agent`"),
    (
        "UA *|Noindex: /a|noindex: /b|D /c",
        "noindex",
        2,
        "any more, nor is 1 more of that name",
        "X-Robots",
    ),
    ("UA *|D /|Sitemap: /s.xml", "relative_sitemap", 3, "`Sitemap: /s.xml` is no absolute URL", "in full"),
    ("UA *|D /(.*)/x", "regular_expression", 2, "only `*` and a final `$`", "one path for each"),
    ("UA *|D /[0-9]+/x", "regular_expression", 2, "looks like a regular expression", "`*` for any text"),
    ("UA *|D /|Sitemap: <https://x/s>", "relative_sitemap", 3, "is no absolute URL", "remove what stands around"),
    ("UA *|D /[a-z]*Sort", "regular_expression", 2, "looks like a regular expression", "`*` for any text"),
    ("UA *|D ^", "dead_pattern", 2, "matches no page", "if all pages are meant, else remove the line"),
    ("UA *|D ^/x", "dead_pattern", 2, "matches no page", "write `/x`"),
    ("UA *|D /a|A /a", "tie_neutralised", 2, "`Allow: /a` on line 3 cancels `Disallow: /a`", "write `Disallow: /a*`"),
    ("UA *|D /a$|A /a$", "tie_neutralised", 2, "cancels", "remove the one that is not meant"),
    ("UA x|D /a|UA y|D /b|UA X|A /a", "tie_neutralised", 2, "`Allow: /a` on line 6", "remove"),
    (
        MANAGED + "|UA *|D /",
        "tie_neutralised",
        6,
        "Cloudflare's managed `Allow: /` on line 3 cancels your `Disallow: /` on line 6",
        "write `Disallow: /*`, which is longer, or give the crawlers that you mean a group of their own",
    ),
    (MANAGED, "managed_cf", 1, "Lines 1 to 4 are Cloudflare's", "Cloudflare's dashboard"),
    ("", "no_groups", None, "The file is empty", ""),
    ("D /", "no_groups", None, "No user-agent line", "write `User-agent: *`"),
    ("Sitemap: https://x/s", "no_groups", None, "everything is open", ""),
    ("License: https://x/l", "no_groups", None, "the licence on line 1 is for the whole site", ""),
    ("<html>|UA *|D /", "html", None, "begins as an HTML page", "text/plain"),
]


@pytest.mark.parametrize(("short", "flag", "line", "says", "mend"), SAID, ids=[f"{row[1]}: {row[0]}" for row in SAID])
def test_what_is_said(short: str, flag: str, line: int | None, says: str, mend: str):
    (found,) = [remark for remark in of(text(short)) if remark.flag == flag]
    assert found.line == line
    assert says in found.text
    assert mend in found.mend


BYTES = [
    ("bom", b"\xef\xbb\xbfUser-agent: *\nDisallow: /", 1),
    ("invalid_utf8", b"User-agent: *\nDisallow: /\n# \xe9\n", 3),
    ("utf16", "User-agent: *\n".encode("utf-16"), None),
    ("truncated_500k", b"User-agent: *\nDisallow: /\n" + b"#\n" * 256_000, 255_990),
]


@pytest.mark.parametrize(("flag", "data", "line"), BYTES, ids=[row[0] for row in BYTES])
def test_remarks_on_bytes(flag: str, data: bytes, line: int | None):
    assert [remark.line for remark in of(data) if remark.flag == flag] == [line]


@pytest.mark.parametrize(
    ("short", "flag", "why"),
    [
        ("UA *|D /|UA GPTBot|A /", "idle_allow", "a welcome"),
        ("UA *|D /|UA GPTBot|D |A /a", "idle_allow", "an empty Disallow says that all is open"),
        ("UA *|D /|UA GPTBot|A /a|UA gptbot|D /b", "idle_allow", "a Disallow in another group of that name"),
        (
            "UA *|D /.*|D /*.html|D /a(b)|D /x[]=|D /*?f[price]*|D ^/x",
            "regular_expression",
            "dots, brackets and stars that are paths",
        ),
        ("UA *|D /|Sitemap: HTTPS://x.example/s", "relative_sitemap", "a whole address"),
        ("UA all|D ", "not_everybody", "a group that closes nothing"),
        ("UA Allbot|D /", "not_everybody", "who knows: a crawler may be called so"),
        ("UA *|D /|UA GPTBot|Crawl-delay: 5|D /", "empty_group", "a group with a rule"),
    ],
)
def test_what_is_not_said(short: str, flag: str, why: str):
    assert flag not in {one.flag for one in of(text(short))}, why


@pytest.mark.parametrize("short", ["UA *|D /", "UA GPTBot|UA CCBot|D /|UA *|D ", "Sitemap: https://x/s|UA *|A /a|D /"])
def test_nothing_is_said_of_a_plain_file(short: str):
    assert of(text(short)) == []


def test_the_mend_of_a_tie_mends_it():
    from tracker.core.ruleset import Degree
    from tracker.core.verdict import judge

    assert judge(parse(text(MANAGED + "|UA *|D /")), "CCBot").degree is Degree.NONE
    assert judge(parse(text(MANAGED + "|UA *|D /*")), "CCBot").degree is Degree.FULL


def test_the_gravest_come_first_and_each_flag_in_file_order():
    found = of(text("D /|UA a, b|Disalow: x|Disalow: y|Crawl-delay: 1"))
    order = list(FLAGS)
    assert [remark.flag for remark in found] == sorted((remark.flag for remark in found), key=order.index)
    assert [remark.line for remark in found if remark.flag == "typo"] == [3, 4]


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        ("typo", "Disalow: /a"),
        ("unread_field", "Disllow: /a"),
        ("dead_pattern", "Disallow: a"),
        ("crawl_delay", "crawl-delay: 1"),
    ],
)
def test_thousands_of_one_kind_are_counted(flag: str, line: str):
    data = "User-agent: *\n" + f"{line}\n" * 3_161 + "Disallow: /"
    found = [remark for remark in of(data.encode()) if remark.flag == flag]
    assert len(found) == LIMIT + 1
    assert found[-1] == Remark(None, flag, "and 3,141 more of this kind")


def test_unknown_agents_are_those_that_sound_like_ai():
    data = text("UA GPTBot|UA GPTBot2/1.0|UA FooGPT|UA Googlebot|UA foogpt|UA *|D /")
    found = [one for one in remarks(data, parse(data), {"gptbot": "GPTBot"}) if one.flag == "unknown_ai_token"]
    assert [(remark.line, remark.flag) for remark in found] == [(3, "unknown_ai_token")]
    assert "`FooGPT` sounds like an AI crawler" in found[0].text


def test_a_known_name_that_is_near_is_proposed():
    data = text("UA GPT-Bot|D /")
    (found,) = remarks(data, parse(data), {"gptbot": "GPTBot", "ccbot": "CCBot"})
    assert "if `GPTBot` is meant, write that" in found.mend


def test_quotes_are_short_and_printable():
    (found,) = of(b"User-agent: *\nDisalow\x1b[31m" + b"x" * 500 + b": /\n")
    assert "\x1b" not in found.text
    assert len(quoted(b"x" * 500)) == 60


def test_a_flag_without_a_line_has_its_sentence():
    assert of_flag("too_complex").text in FLAGS["too_complex"]


HOSTILE = {
    "names": names(),
    "nearly known": cut(f"User-agent: GPTBo{n % 26:x}{n}\n" for n in range(30_000)),
    "groups of their own": cut(
        ["User-agent: *\n", *(f"Disallow: /*{n}*x\n" for n in range(5_000))]
        + [f"User-agent: {name}\nDisallow: /*b{n}*\n" for n, name in enumerate(list(KNOWN.values()) * 60)]
    ),
    "blank lines": cut(["User-agent: a\n\n"] * 30_000 + ["Disallow: /"]),
    "signals": cut(["User-agent: *\nContent-Signal: " + "ai-train=no x=1;," * 25_000]),
    "contradictions": cut(
        f"User-agent: {name}\nContent-Signal: ai-train=no, ai-train=yes, x\nDisallow:\n" for name in KNOWN
    ),
    "field names": cut(f"content-signa{n}: x\n" for n in range(30_000)),
    "commas": cut(["User-agent: *\n", *(["Disallow: /" + "a" * 8_000 + " ," * 4_000 + "\n"] * 30)]),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_gets_few_remarks_in_bounded_time(data: bytes):
    robots = parse(data)
    start = time.process_time()
    found = remarks(data, robots, KNOWN)
    assert time.process_time() - start < 4  # 0.6 s at most on two cores of 2024
    assert len(found) <= 5 * (LIMIT + 1)


PIECES = st.sampled_from(
    [
        b"User-agent: *\n",
        b"user-agent x\n",
        b"Disalow /a\n",
        b"Allow: /a\n",
        b"Disallow: /a\n",
        b"Crawl-delay: 1\n",
        b"\xff\n",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=20), max_size=30).map(b"".join))
def test_every_flag_of_any_file_is_in_words(data: bytes):
    robots = parse(data)
    found = remarks(data, robots)
    assert robots.flags <= set(FLAGS)
    # Of a file in UTF-16 only that is said: saving it anew mends the rest.
    if "utf16" not in robots.flags:
        assert robots.flags <= {remark.flag for remark in found}
    assert all("\n" not in remark.text + remark.mend for remark in found)
    assert all(remark.line is None or remark.line >= 1 for remark in found)
