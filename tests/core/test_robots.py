"""Bytes to groups: what the lexer makes of line ends, marks, cuts, names and misspellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.robots import MAX_BYTES, MAX_LINE, RobotsFile, lines_of, parse, without_managed

CLOSED = b"User-agent: *\nDisallow: /\n"


def rules(robots: RobotsFile) -> list[tuple[int, str, bytes]]:
    return [
        (rule.line, "allow" if rule.allow else "disallow", rule.pattern)
        for group in robots.groups
        for rule in group.rules
    ]


def agents(robots: RobotsFile) -> list[list[bytes]]:
    return [[line.value for line in group.agents] for group in robots.groups]


LINE_ENDS = [
    ("LF", b"User-agent: a\nDisallow: /x\n", 2),
    ("CRLF counts as one line end", b"User-agent: a\r\nDisallow: /x\r\n", 2),
    ("CR alone", b"User-agent: a\rDisallow: /x", 2),
    ("mixed, with empty lines", b"\r\nUser-agent: a\r\r\n\nDisallow: /x", 5),
    ("no line end at the end", b"User-agent: a\nDisallow: /x", 2),
]


@pytest.mark.parametrize(("reason", "data", "line"), LINE_ENDS, ids=[row[0] for row in LINE_ENDS])
def test_line_ends(reason: str, data: bytes, line: int):
    assert rules(parse(data)) == [(line, "disallow", b"/x")]


@pytest.mark.parametrize("separator", [b"\x0b", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1c"])
def test_other_separators_end_no_line(separator: bytes):
    assert rules(parse(b"User-agent: a" + separator + b"Disallow: /x")) == []


BYTES = [
    ("a byte order mark is skipped", b"\xef\xbb\xbf" + CLOSED, b"/"),
    ("two octets of one too", b"\xef\xbb" + CLOSED, b"/"),
    ("one octet of one too", b"\xef" + CLOSED, b"/"),
    ("a mark after a part of one is text", b"\xef\xef\xbb\xbf" + CLOSED, None),
    ("a second mark is text", b"\xef\xbb\xbf\xef\xbb\xbf" + CLOSED, None),
    ("a line ends at NUL", b"User-agent: *\nDisallow: /a\0b", b"/a"),
    ("also within the name", b"User-agent: *\nDisa\0llow: /a", None),
    ("a comment ends the line", b"User-agent: *\nDisallow: /a#b", b"/a"),
    ("white space around name and value", b" User-agent : * \n\tDisallow\t:\t/a\t", b"/a"),
    ("vertical tab and form feed are white space", b"User-agent: *\n\x0bDisallow: /a\x0c", b"/a"),
    ("white space inside stays", b"User-agent: *\nDisallow: /a b", b"/a b"),
    ("only the first colon parts", b"User-agent: *\nDisallow: /a:b", b"/a:b"),
    ("no colon, two words", b"User-agent *\nDisallow /a", b"/a"),
    ("no colon, tabs", b"User-agent\t\t*\nDisallow \t /a", b"/a"),
    ("no colon, three words say nothing", b"User-agent: *\nDisallow /a b", None),
    ("a name without anything says nothing", b"User-agent: *\nDisallow", None),
    ("a colon without a name says nothing", b"User-agent: *\n: /a", None),
    ("names in any case", b"USER-AGENT: *\ndIsAlLoW: /a", b"/a"),
    ("field names match by prefix", b"User-agents: *\nDisallowed: /a", b"/a"),
    ("escapes are upper-cased", b"User-agent: *\nDisallow: /%aa%2f%zz", b"/%AA%2F%zz"),
    ("octets over 0x7F are escaped", b"User-agent: *\nDisallow: /\xc3\xa9\xff", b"/%C3%A9%FF"),
    ("nothing is decoded", b"User-agent: *\nDisallow: /%61", b"/%61"),
    ("useragent", b"useragent: *\nDisallow: /a", b"/a"),
    ("user agent", b"user agent: *\nDisallow: /a", b"/a"),
    ("user agent without a colon is two words", b"user agent\nDisallow: /a", None),
    *((f"misspelt {name}", b"User-agent: *\n%s: /a" % name.encode(), b"/a") for name in
      ("dissallow", "dissalow", "disalow", "diasllow", "disallaw")),
    ("a misspelling nobody knows", b"User-agent: *\nDisllow: /a", None),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "data", "pattern"), BYTES, ids=[row[0] for row in BYTES])
def test_lexing(reason: str, data: bytes, pattern: bytes | None):
    assert [rule[2] for rule in rules(parse(data))] == ([] if pattern is None else [pattern])


def test_a_line_is_cut_at_its_limit():
    (rule,) = rules(parse(b"User-agent: *\nDisallow: /" + b"a" * 20_000))
    assert len(b"Disallow: " + rule[2]) == MAX_LINE == 16_663


def test_input_ends_at_500_kib():
    filler = b"#" * 99 + b"\n"
    head = b"User-agent: *\n" + filler * 5_110
    room = MAX_BYTES - len(head) - len(b"Disallow: /in\n")
    robots = parse(head + b"#" * (room - 1) + b"\n" + b"Disallow: /in\nDisallow: /out\n")
    assert [rule[2] for rule in rules(robots)] == [b"/in"]
    assert "truncated_500k" in robots.flags
    assert "truncated_500k" not in parse(b"#" * MAX_BYTES).flags


def test_a_character_cut_in_two_is_not_invalid():
    assert "invalid_utf8" not in parse(b"#" * (MAX_BYTES - 1) + "é".encode()).flags
    assert "invalid_utf8" in parse(b"#" * (MAX_BYTES - 2) + b"\xe9 " + b"x").flags


GROUPS = [
    ("a name after a rule starts a group", "UA a|D /|UA b|D /b", [[b"a"], [b"b"]]),
    ("names in a row share one", "UA a|UA b|D /", [[b"a", b"b"]]),
    ("an empty line ends nothing", "UA a||UA b|D /", [[b"a", b"b"]]),
    ("an empty rule is a rule", "UA a|D |UA b|D /", [[b"a"], [b"b"]]),
    ("Crawl-delay ends no list of names", "UA a|Crawl-delay: 1|UA b|D /", [[b"a", b"b"]]),
    ("nor does Sitemap", "UA a|Sitemap: x|UA b|D /", [[b"a", b"b"]]),
    ("nor an unknown line", "UA a|Foo: bar|UA b|D /", [[b"a", b"b"]]),
    ("names without rules at the end", "UA a|D /|UA b", [[b"a"], [b"b"]]),
    ("an empty name names nobody but is a line", "UA |D /", [[b""]]),
    ("rules before any name are orphans", "D /|UA a|D /a", [[b"a"]]),
]


def text(short: str) -> bytes:
    """`UA x|D /y|A /z` as lines."""
    words = {"UA ": "User-agent: ", "D ": "Disallow: ", "A ": "Allow: "}
    lines = []
    for line in short.split("|"):
        key = next((key for key in words if line.startswith(key)), "")
        lines.append(words.get(key, "") + line.removeprefix(key))
    return "\n".join(lines).encode()


@pytest.mark.parametrize(("reason", "short", "expected"), GROUPS, ids=[row[0] for row in GROUPS])
def test_groups(reason: str, short: str, expected: list[list[bytes]]):
    assert agents(parse(text(short))) == expected


def test_glued_names_stand_before_the_line_that_parts_them():
    (group,) = parse(text("UA a|UA b|Crawl-delay: 1|UA c|Content-Signal: search=no|D /")).groups
    assert [line.glued for line in group.agents] == [True, True, False]


@pytest.mark.parametrize("record", ["Sitemap: x", "Host: x", "License: x", "Foo: bar"])
def test_a_record_that_speaks_of_the_file_glues_nothing(record: str):
    assert "glued" not in parse(text(f"UA a|{record}|UA b|D /")).flags


def test_all_other_lines_are_kept_with_their_place():
    robots = parse(text("License: https://x/l|UA a|D /|Content-Signal: ai-train=no|UA b|CRAWL-DELAY: 5|Sitemap: s"))
    assert [(record.line, record.name, record.value, record.group) for record in robots.records] == [
        (1, "license", "https://x/l", None),
        (4, "content-signal", "ai-train=no", 0),
        (6, "crawl-delay", "5", 1),
    ]
    assert [(record.line, record.value) for record in robots.sitemaps] == [(7, "s")]


MANAGED = b"# BEGIN Cloudflare Managed content\nUser-agent: GPTBot\nDisallow: /\n# END Cloudflare Managed Content\n"
FLAGS = [
    ("bom", b"\xef\xbb\xbf" + CLOSED, b"# \xef\xbb\xbf\n" + CLOSED),
    ("invalid_utf8", b"# \xe9\n", "# é\n".encode()),
    ("utf16", CLOSED.decode().encode("utf-16"), CLOSED),
    ("utf16", CLOSED.decode().encode("utf-16-be"), b"# a single \0\n" + CLOSED),
    ("html", b"\n <!doctype html>", b"# <html>"),
    ("html", b"<div>404</div>", b"a < b"),
    ("html", b"\xef\xbb\xbf<HTML>", CLOSED),
    ("no_groups", b"Disallow: /", CLOSED),
    ("no_groups", b"", b"User-agent:"),
    ("orphan_rules", b"Disallow: /\n" + CLOSED, CLOSED),
    ("managed_cf", MANAGED + CLOSED, b"# We use Cloudflare\n" + CLOSED),
    ("typo", b"User-agent: *\nDisalow: /", b"User-agent: *\nDisallowed: /"),
    ("typo", b"disalow: /\n", b"Disallow: /\n"),
    ("missing_colon", b"User-agent: *\nDisallow /", b"User-agent: *\nDisallow: /\nhello world"),
    ("non_rfc_token", b"User-agent: AI2Bot", b"User-agent: GPTBot/1.2 (+https://x)"),
    ("non_rfc_token", b"User-agent: Kangaroo Bot", b"User-agent: * everybody"),
    ("dead_pattern", b"User-agent: *\nDisallow: private", b"User-agent: *\nDisallow: *private"),
    ("dead_pattern", b"User-agent: *\nAllow: https://x/", b"User-agent: *\nAllow:"),
    ("crawl_delay", b"User-agent: *\nCrawl-delay: 2", b"# Crawl-delay: 2\n" + CLOSED),
    ("glued", text("UA a|Crawl-delay: 1|UA b|D /"), text("UA a|Crawl-delay: 1|D /|UA b|D /")),
    ("empty_group", text("UA a|D /|UA b"), text("UA a|D /|UA b|D ")),
    ("empty_group", text("UA a|Content-Signal: ai-train=no"), text("UA a|UA b|A ")),
]


@pytest.mark.parametrize(("flag", "with_it", "without"), FLAGS, ids=[f"{row[0]}-{i}" for i, row in enumerate(FLAGS)])
def test_flags(flag: str, with_it: bytes, without: bytes):
    assert flag in parse(with_it).flags
    assert flag not in parse(without).flags


def test_the_managed_block_is_known_by_its_lines():
    assert parse(b"# mine\n" + MANAGED + CLOSED).managed == (2, 5)
    assert parse(b"# Begin cloudflare managed content\n" + CLOSED).managed == (1, 3)


# File and the lines behind its flags.
NOTES = [
    ("UA a|Disalow: /|disalow /x", [(2, "typo"), (3, "missing_colon"), (3, "typo")]),
    ("D /|A /x|UA a|D /", [(1, "orphan_rules"), (2, "orphan_rules")]),
    ("UA a|UA b|Crawl-delay: 1|UA c|D /", [(1, "glued"), (2, "glued"), (3, "crawl_delay")]),
    ("UA a|D /|UA b|Host: x|UA c", [(3, "empty_group"), (5, "empty_group")]),
    ("UA AI2Bot|D x|A https://x/", [(1, "non_rfc_token"), (2, "dead_pattern"), (3, "dead_pattern")]),
    ("UA a|D /", []),
]


@pytest.mark.parametrize(("short", "notes"), NOTES, ids=[row[0] for row in NOTES])
def test_the_lines_behind_the_flags(short: str, notes: list[tuple[int, str]]):
    robots = parse(text(short))
    assert list(robots.notes) == notes
    assert {flag for _, flag in notes} == robots.flags


def test_lines_are_numbered_as_the_parser_numbers_them():
    data = b"\xef\xbb\xbfUser-agent: *\r\n\rDisallow: /x\nAllow: /y"
    lines = lines_of(data)
    assert lines[0] == b"User-agent: *"
    assert [lines[rule.line - 1] for rule in parse(data).groups[0].rules] == [b"Disallow: /x", b"Allow: /y"]


def test_the_file_without_the_managed_block():
    robots = parse(b"UA: x\n" + MANAGED + b"Disallow: /own\nUser-agent: a\nHost: x\nDisalow: /\n")
    own = without_managed(robots)
    assert agents(own) == [[b"a"]]
    assert [(rule.line, rule.pattern) for rule in own.orphans] == [(6, b"/own")]
    assert [(record.name, record.group) for record in own.records] == [("ua", None), ("host", 0)]
    assert own.notes == ((6, "orphan_rules"), (9, "typo"))
    assert own.shape == {"orphan_rules"}
    assert own.flags == {"orphan_rules", "typo"}


def test_without_the_block_nothing_is_said_of_its_lines():
    robots = parse(
        b"# BEGIN Cloudflare Managed content\nUser-agent: a\nCrawl-delay: 1\n# END Cloudflare Managed Content\n"
    )
    assert without_managed(robots).flags == {"no_groups"}
    block = b"# BEGIN Cloudflare Managed content\nUser-agent: a\nDisalow: /\n# END Cloudflare Managed Content\n"
    assert without_managed(parse(block + CLOSED)).flags == parse(CLOSED).flags


@given(st.binary(max_size=300))
def test_without_the_block_it_is_read_as_the_rest_would_be(data: bytes):
    robots = parse(MANAGED + data)
    own = without_managed(robots)
    alone = parse(b"\n" * len(MANAGED.splitlines()) + data)
    assert (own.groups, own.orphans, own.records, own.notes) == (
        alone.groups,
        alone.orphans,
        alone.records,
        alone.notes,
    )


def test_a_file_without_such_a_block_stays_as_it_is():
    robots = parse(CLOSED)
    assert without_managed(robots) is robots


@given(st.binary(max_size=300))
def test_any_bytes_parse(data: bytes):
    assert isinstance(parse(data), RobotsFile)
