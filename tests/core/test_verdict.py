"""The verdict as a table: each row a file in shorthand, an agent, the answer, and why.

Shorthand: `|` parts lines; `UA`, `D` and `A` stand for User-agent, Disallow and Allow. What is
wrong in a real file becomes a row here first.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core import verdict as engine
from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import MAX_TIES, Basis, Fate, Verdict, allowed, deciding_rule, judge

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "robots").glob("*.txt"))
WORDS = {"UA ": "User-agent: ", "D ": "Disallow: ", "A ": "Allow: "}


def text(short: str) -> bytes:
    lines = []
    for line in short.split("|"):
        key = next((key for key in WORDS if line.startswith(key)), "")
        lines.append(WORDS.get(key, "") + line.removeprefix(key))
    return "\n".join(lines).encode()


def verdict(short: str, token: str = "GPTBot") -> Verdict:
    return judge(parse(text(short)), token)


# Rules of one group, the degree, the fate of an ordinary page, the fate of "/", and the reason.
DEGREES = [
    ("D /", "full", "closed", "closed", "the plain case"),
    ("D ", "none", "open", "open", "an empty Disallow closes nothing"),
    ("A ", "none", "open", "open", "an empty Allow says nothing"),
    ("A /", "none", "open", "open", "an explicit welcome"),
    ("D /|A ", "full", "closed", "closed", "an empty Allow opens nothing"),
    ("D /|D ", "full", "closed", "closed", "an empty Disallow takes nothing back"),
    ("D *", "full", "closed", "closed", "a star alone matches everything"),
    ("D /*", "full", "closed", "closed", "so does a star after the slash"),
    ("D /**", "full", "closed", "closed", "and two"),
    ("D *$", "full", "closed", "closed", "an anchor after a star anchors nothing"),
    ("D /*$", "full", "closed", "closed", "the same after a slash"),
    ("D */", "full", "closed", "closed", "the star may be empty, and every path begins with a slash"),
    ("A /|D /*", "full", "closed", "closed", "/* is longer than /"),
    ("D /|A /*", "none", "open", "open", "the same the other way round"),
    ("D /|A /", "none", "open", "open", "Allow wins a tie"),
    ("A /|D /", "none", "open", "open", "whatever the order"),
    ("D *|A /", "none", "open", "open", "a star counts one octet, hence a tie"),
    ("D /*|A /", "full", "closed", "closed", "two octets beat one"),
    ("D /$", "partial", "open", "closed", "only the home page is closed"),
    ("D /|A /$", "partial", "closed", "open", "only the home page is open"),
    ("A /$|D /*", "partial", "closed", "open", "a tie at the home page"),
    ("D /$|A /", "partial", "open", "closed", "the anchored one is longer"),
    ("D /a", "partial", "open", "open", "a deny-list"),
    ("D /a|A /a", "none", "open", "open", "taken back by a tie"),
    ("D /a|A /ab", "partial", "open", "open", "an exception within"),
    ("D /ab|A /a", "partial", "open", "open", "the longer Disallow wins"),
    ("D /ab|A /a*", "none", "open", "open", "as long as the Disallow and matches all of it"),
    ("D /a|A /*", "none", "open", "open", "a tie with a wildcard, wherever /a matches"),
    ("D /abc|A /*c", "partial", "open", "open", "the Disallow is longer by an octet"),
    ("D /abc|A /*bc", "none", "open", "open", "a tie again, and all of it is covered"),
    ("D /a$|A /a", "partial", "open", "open", "the anchored Disallow is longer"),
    ("D /a|A /a$", "partial", "open", "open", "only /a itself stays open"),
    ("D /a$|A /a$", "none", "open", "open", "a tie of anchored ones"),
    ("D /a*b|A /a*", "partial", "open", "open", "the longer wildcard wins"),
    ("D /a*b|A /a**", "none", "open", "open", "stars count, useless ones too"),
    ("D /a*|A /ab", "partial", "open", "open", "a tie, but only within /ab"),
    ("D /*.pdf$", "partial", "open", "open", "a suffix"),
    ("D *.pdf$", "partial", "open", "open", "a suffix without a slash"),
    ("D *a", "partial", "open", "open", "a leading star"),
    ("D */a|A /a", "partial", "open", "open", "not only at the beginning"),
    ("D */a|A /*/a|A /a*", "none", "open", "open", "both ways for the leading star are covered"),
    ("D */a|A /**/a", "partial", "open", "open", "the star may be empty: /a itself stays closed"),
    ("D /?", "partial", "open", "open", "? is literal"),
    ("D /*?", "partial", "open", "open", "? is literal after a star too"),
    ("D /.", "partial", "open", "open", "a dot is literal"),
    ("D /a$b", "partial", "open", "open", "$ in the middle is literal"),
    ("D /a$b|A /a$", "partial", "open", "open", "so it is no exception within"),
    ("D /$$", "partial", "open", "open", "only the last $ anchors"),
    ("D $", "none", "open", "open", "no path is empty"),
    ("D /|A /news", "partial", "closed", "closed", "an allow-list"),
    ("D /|A /news|D /news", "partial", "closed", "closed", "Allow wins the tie within"),
    ("D /|A /news|D /news*", "full", "closed", "closed", "closed again by a longer rule"),
    ("D /|A /news|D /n", "partial", "closed", "closed", "not by a shorter one"),
    ("D /|A /*.css", "partial", "closed", "closed", "style sheets are pages that are open"),
    ("D /|A /ads.txt$", "partial", "closed", "closed", "one trivial file is enough for partial"),
    ("D /|A *", "none", "open", "open", "a tie with a star"),
    ("D /|A news", "full", "closed", "closed", "a pattern without a slash never matches"),
    ("D news", "none", "open", "open", "nor does it close anything"),
    ("D https://x.example/a", "none", "open", "open", "nor does a URL"),
    ("D ?id=", "none", "open", "open", "nor a query alone"),
    ("D /|A /robots.txt", "full", "closed", "closed", "/robots.txt is open anyway"),
    ("D /|A /robots.txt$", "full", "closed", "closed", "anchored too"),
    ("D /robots.txt$", "none", "open", "open", "and cannot be closed"),
    ("D /robots.txt", "partial", "open", "open", "but what begins like it can"),
    ("D /%7ea|A /%7Ea", "none", "open", "open", "the digits of an escape have no case"),
    ("D /é|A /%C3%A9", "none", "open", "open", "raw octets are escaped"),
    ("D /%61|A /a", "partial", "open", "open", "nothing is decoded"),
    ("D /A|A /a", "partial", "open", "open", "paths have a case"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "degree", "generic", "root", "why"), DEGREES, ids=[row[0] for row in DEGREES])
@pytest.mark.parametrize(("agent", "basis"), [("GPTBot", Basis.NAMED), ("*", Basis.WILDCARD)])
def test_degree(rules: str, degree: str, generic: str, root: str, why: str, agent: str, basis: Basis):
    fates = {"open": Fate.ALLOWED, "closed": Fate.DISALLOWED}
    found = verdict(f"UA {agent}|{rules}")
    assert (found.degree, found.basis) == (Degree(degree), basis), why
    assert (found.generic, found.root) == (fates[generic], fates[root]), why


# File, token, degree, basis, and the reason.
SELECTIONS = [
    ("", "GPTBot", "none", "none", "an empty file has no group"),
    ("D /", "GPTBot", "none", "none", "rules without a name bind nobody"),
    ("UA *|D /", "GPTBot", "full", "wildcard", "everybody"),
    ("UA GPTBot|D /", "GPTBot", "full", "named", "by name"),
    ("UA GPTBot|D /", "CCBot", "none", "none", "somebody else"),
    ("UA gptbot|D /", "GPTBot", "full", "named", "names have no case"),
    ("UA GPTBot|D /", "gptBOT", "full", "named", "on either side"),
    ("UA GPTBot/1.2|D /", "GPTBot", "full", "named", "a version is not part of the name"),
    ("UA GPTBot 1.2|D /", "GPTBot", "full", "named", "after a space too"),
    ("UA GPTBot;x|D /", "GPTBot", "full", "named", "nor is anything else that ends it"),
    ("UA GPTBot2|D /", "GPTBot", "full", "named", "a digit ends a name, as Google reads it"),
    ("UA GPTBots|D /", "GPTBot", "none", "none", "a letter goes on"),
    ("UA GPTBot-User|D /", "GPTBot", "none", "none", "so does a hyphen"),
    ("UA GPTBot_x|D /", "GPTBot", "none", "none", "and an underscore"),
    ("UA Applebot|D /", "Applebot-Extended", "none", "none", "a shorter name is another one"),
    ("UA Applebot-Extended|D /", "Applebot", "none", "none", "and a longer one"),
    ("UA Google|D /", "Google-Extended", "none", "none", "not a prefix"),
    ("UA Claude|D /", "Claude-User", "none", "none", "not a prefix either"),
    ("UA Mozilla/5.0 (GPTBot)|D /", "GPTBot", "none", "none", "only the beginning counts"),
    ("UA AI2Bot|D /", "AI2Bot", "full", "named", "digits match literally"),
    ("UA AI2Bot/2|D /", "ai2bot", "full", "named", "with a version too"),
    ("UA AI2Bot-Dolma|D /", "AI2Bot", "none", "none", "a literal token ends where names end"),
    ("UA AI2Bot2|D /", "AI2Bot", "none", "none", "a digit goes on in a literal token"),
    ("UA AI2Bot|D /", "AI", "full", "named", "the RFC's name of AI2Bot is AI"),
    ("UA img2dataset|D /", "img2dataset", "full", "named", "a digit in the middle"),
    ("UA 360Spider|D /", "360Spider", "full", "named", "a digit in front"),
    ("UA Kangaroo Bot|D /", "Kangaroo Bot", "full", "named", "a space"),
    ("UA Kangaroo  Bot|D /", "Kangaroo Bot", "none", "none", "two spaces are another name"),
    ("UA Kangaroo Bot|D /", "Kangaroo", "full", "named", "what the RFC reads"),
    ("UA Kangaroo Bottle|D /", "Kangaroo Bot", "none", "none", "letters go on after the space"),
    ("UA bigsur.ai|D /", "bigsur.ai", "full", "named", "a dot"),
    ("UA *|D /|UA GPTBot|D ", "GPTBot", "none", "named", "the named group alone counts"),
    ("UA *|D /|UA GPTBot", "GPTBot", "none", "named", "even without a rule"),
    ("UA *|D /|UA GPTBot|Crawl-delay: 2", "GPTBot", "none", "named", "or with a delay only"),
    ("UA *|D /|UA GPTBot|D /a", "GPTBot", "partial", "named", "and is not added to the wildcard's"),
    ("UA GPTBot|D /a|UA x|D /|UA GPTBot|D /", "GPTBot", "full", "named", "groups of one name are merged"),
    ("UA GPTBot|D /|UA GPTBot|A /", "GPTBot", "none", "named", "merged, then tied"),
    ("UA *|D /a|UA x|D /|UA *|D /", "GPTBot", "full", "wildcard", "groups for everybody are merged too"),
    ("UA *|UA GPTBot|D /", "GPTBot", "full", "named", "named beside the star"),
    ("UA *|UA x|D /", "GPTBot", "full", "wildcard", "everybody beside a name"),
    ("UA * all|D /", "GPTBot", "full", "wildcard", "a star and a space are everybody"),
    ("UA *\tall|D /", "GPTBot", "full", "wildcard", "any white space does"),
    ("UA *x|D /", "GPTBot", "none", "none", "a star and a letter are nobody"),
    ("UA *bot|D /", "bot", "none", "none", "no wildcards in names"),
    ("UA |D /", "GPTBot", "none", "none", "an empty name is nobody"),
    ("UA *|D /|UA |D ", "GPTBot", "full", "wildcard", "and ends the group before"),
    ("UA GPTBot|UA CCBot|D /", "GPTBot", "full", "named", "all names of a group count"),
    ("UA GPTBot|Sitemap: x|UA CCBot|D /", "GPTBot", "full", "named", "a sitemap ends no list of names"),
    ("UA GPTBot|Crawl-delay: 1|UA CCBot|D /", "GPTBot", "full", "named", "nor does a delay, by the RFC"),
    ("UA *|D /", "", "full", "wildcard", "an empty token is nobody in particular"),
    ("UA *|D /", "*", "full", "wildcard", "the token * asks for the wildcard"),
    ("UA GPTBot|D /", "*", "none", "none", "which may be missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("short", "token", "degree", "basis", "why"),
    SELECTIONS,
    ids=[f"{row[1]}: {row[4]}" for row in SELECTIONS],
)
def test_selection(short: str, token: str, degree: str, basis: str, why: str):
    found = verdict(short, token)
    assert (found.degree, found.basis) == (Degree(degree), Basis(basis)), why


# Rules for *, what is asked for, whether it is open, and the reason. How rules match paths is told in the conformance
# tables; here is what `allowed` makes of its argument.
PATHS = [
    ("D /", "/robots.txt?x", False, "always open, but not with a query"),
    ("D /", "/Robots.txt", False, "or in another case"),
    ("D /q", "q", False, "a missing slash is added"),
    ("D /q$", "/q#part", False, "a fragment is no part of the path"),
    ("D /%c3%a9", "/é", True, "a path is taken as it comes: unescaped it is another one"),
]


@pytest.mark.parametrize(("rules", "path", "is_open", "why"), PATHS, ids=[f"{row[0]} {row[1]}" for row in PATHS])
def test_paths(rules: str, path: str, is_open: bool, why: str):
    robots = parse(text(f"UA *|{rules}"))
    assert allowed(robots, "GPTBot", path) is is_open, why
    assert allowed(robots, "GPTBot", path.encode()) is is_open, why


# File, user-agent lines, deciding line, exceptions, and the reason.
EVIDENCE = [
    ("UA *|D /", (1,), 2, (), "the only rule"),
    ("UA GPTBot|UA x|D /", (1,), 3, (), "the agent's own line, not its neighbours'"),
    ("UA GPTBot|D /a|UA gptbot/2|D /", (1, 3), 4, (), "both lines of merged groups"),
    ("UA *|D /|UA GPTBot|D /a", (3,), 4, (), "the named group alone"),
    ("UA *|D /a|D /|D /b", (1,), 3, (), "what closes ordinary pages, not what comes first"),
    ("UA *|D /|D /*", (1,), 3, (), "the longest of several"),
    ("UA *|D /|D /", (1,), 2, (), "the first of equals"),
    ("UA *|D /a|D /$", (1,), 3, (), "then what closes the home page"),
    ("UA *|D /a|A /a|D /b", (1,), 4, (3,), "the first that is alive; the Allow keeps /a open"),
    ("UA *|D /|A /a|A /b|D /b*", (1,), 2, (3,), "only exceptions that are alive"),
    ("UA *|A /|D /a", (1,), 3, (), "an Allow that opens nothing is no exception"),
    ("UA *|D /|A /*|A /", (1,), None, (3,), "an Allow that a longer one outranks everywhere decides nothing"),
    ("UA *|D /a|D *a*", (1,), 3, (), "nor does such a Disallow"),
    ("UA *|D /|A /", (1,), None, (3,), "nothing is closed, thanks to line 3"),
    ("UA *|D /|A /robots.txt", (1,), 2, (), "/robots.txt is open anyway"),
    ("UA *|D ", (1,), None, (), "nothing is closed"),
    ("UA x|D /", (), None, (), "nobody asked"),
]


@pytest.mark.parametrize(
    ("short", "agents", "deciding", "exceptions", "why"), EVIDENCE, ids=[row[0] for row in EVIDENCE]
)
def test_evidence(short: str, agents: tuple, deciding: int | None, exceptions: tuple, why: str):
    lines = verdict(short).lines
    assert (lines.agents, lines.deciding, lines.exceptions) == (agents, deciding, exceptions), why


MANAGED = "# BEGIN Cloudflare Managed content|UA *|A /|UA GPTBot|D /|# END Cloudflare Managed Content"
VERDICT_FLAGS = [
    ("UA *|D /|A /", "GPTBot", {"tie_neutralised"}, "the whole site"),
    ("UA *|D /a|A /a|D /b", "GPTBot", {"tie_neutralised"}, "a part of it"),
    ("UA *|D /abc|A /*bc", "GPTBot", {"tie_neutralised"}, "through a wildcard"),
    ("UA *|D /a|A /a|A /a*", "GPTBot", set(), "a longer Allow would cancel it anyway"),
    ("UA *|D /a|A /b", "GPTBot", set(), "as long, but elsewhere"),
    ("UA *|A /|D /|D /*", "GPTBot", set(), "a longer Disallow closes it anyway"),
    ("UA GPTBot|Crawl-delay: 1|UA *|D ", "GPTBot", {"crawl_delay"}, "names that share nothing"),
    (MANAGED, "GPTBot", {"managed_cf"}, "named by Cloudflare"),
    (MANAGED + "|UA *|D /", "CCBot", {"managed_cf", "tie_neutralised"}, "the site's own rule loses the tie"),
    (MANAGED + "|UA CCBot|D /", "CCBot", set(), "named by the site itself"),
    ("UA GPTBot|Crawl-delay: 9|D /|UA *|D /", "CCBot", set(), "another group's delay"),
    ("UA GPTBot|Crawl-delay: 9|D /|UA *|D /", "GPTBot", {"crawl_delay"}, "its own delay"),
    ("UA x|Disalow: /|UA *|D /", "GPTBot", set(), "another group's misspelling"),
    ("D /|UA *|D /", "GPTBot", {"orphan_rules"}, "flags of the file are everybody's"),
]  # fmt: skip


@pytest.mark.parametrize(("short", "token", "flags", "why"), VERDICT_FLAGS, ids=[row[3] for row in VERDICT_FLAGS])
def test_flags(short: str, token: str, flags: set[str], why: str):
    assert verdict(short, token).flags == flags, why


# Rules for *, the pairs of Allow and Disallow that tie, and the reason.
TIES = [
    ("D /|A /", ((3, 2),), "the whole site"),
    ("A /|D /", ((2, 3),), "whatever the order"),
    ("D /a|A /a|D /b|A /b|D /c", ((3, 2), (5, 4)), "several"),
    ("D *|A /", ((3, 2),), "a star counts one octet"),
    ("D /abc|A /*bc|A /xyz", ((3, 2),), "through a wildcard, and not the first of that length"),
    ("D */a|A /*a|A */a", ((3, 2),), "the first that ties anywhere"),
    ("D /a|A /a|A /a*", (), "a longer Allow cancels it anyway"),
    ("D /a|D /a|A /a|A /a", ((4, 2), (4, 3)), "each Disallow once, by the first Allow"),
    ("D /a|A /b", (), "as long, but elsewhere"),
]


@pytest.mark.parametrize(("rules", "ties", "why"), TIES, ids=[row[2] for row in TIES])
def test_ties(rules: str, ties: tuple, why: str):
    found = verdict(f"UA *|{rules}")
    assert found.ties == ties, why
    assert ("tie_neutralised" in found.flags) is bool(ties)


def test_ties_are_listed_up_to_a_limit():
    assert len(verdict("UA *" + "|D /a|A /a" * 500).ties) == MAX_TIES


# Rules for *, a path, the line that decides, and the reason.
WINNERS = [
    ("D /|A /news", "/news/1", 3, "the longest"),
    ("D /a|A /a", "/a", 3, "an Allow of equals"),
    ("D /a|D /a", "/a", 2, "the first of equals"),
    ("D /*.pdf$|A /x", "/x.pdf", 2, "a wildcard"),
    ("D /q", "q", 2, "a missing slash is added"),
    ("D /a", "/b", None, "no rule"),
    ("D a", "/a", None, "a dead one does not count"),
    ("D /", "/robots.txt", None, "always open"),
]


@pytest.mark.parametrize(("rules", "path", "line", "why"), WINNERS, ids=[f"{row[0]} {row[1]}" for row in WINNERS])
def test_the_rule_that_decides_a_path(rules: str, path: str, line: int | None, why: str):
    rule = deciding_rule(parse(text(f"UA *|{rules}")), "GPTBot", path)
    assert (rule.line if rule else None) == line, why


def test_glued_gives_the_other_reading():
    file = "UA *|Crawl-delay: 1|UA GPTBot|D /"
    star, named = verdict(file, "CCBot"), verdict(file)
    assert (star.degree, star.alternative) == (Degree.FULL, Degree.NONE)
    assert "glued" in star.flags
    assert (named.degree, named.alternative) == (Degree.FULL, None)
    assert "glued" not in named.flags


def test_a_glued_name_keeps_the_rules_of_its_other_lines():
    found = verdict("UA GPTBot|Crawl-delay: 1|UA x|D /|UA GPTBot|D /a")
    assert (found.degree, found.alternative) == (Degree.FULL, Degree.PARTIAL)


def test_glued_without_rules_changes_nothing():
    assert verdict("UA GPTBot|Crawl-delay: 1|UA x|D ").alternative is None


def test_many_stars_cost_little():
    pattern = "/" + "*a" * 25 + "*b"
    robots = parse(text("UA *" + f"|D {pattern}|A {pattern}c" * 20))
    assert allowed(robots, "GPTBot", "/" + "a" * 1_500)
    assert judge(robots, "GPTBot").degree is Degree.PARTIAL


def test_work_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "FILE_STEPS", 500)
    found = verdict("UA *" + "".join(f"|D /*{i}*x|A /*{i}*x" for i in range(100, 200)))
    assert found.degree is Degree.PARTIAL
    assert "too_complex" in found.flags


EXPECTATION = re.compile(
    r"# expect (?P<token>[^:]+): (?P<degree>\w+), (?P<basis>\w+), deciding (?P<deciding>\w+)"
    r"(?:, exceptions (?P<exceptions>[\d ]+))?(?:, flags (?P<flags>[\w ]+))?"
)
EXPECTATIONS = [
    pytest.param(path, match.groupdict(), id=f"{path.stem}-{match['token']}")
    for path in CORPUS
    for match in EXPECTATION.finditer(path.read_bytes().decode("utf-8", "replace"))
]


@pytest.mark.parametrize(("path", "expected"), EXPECTATIONS)
def test_corpus_says_what_it_expects(path: Path, expected: dict[str, str | None]):
    found = judge(parse(path.read_bytes()), expected["token"] or "")
    deciding = found.lines.deciding
    assert found.degree == expected["degree"]
    assert found.basis == expected["basis"]
    assert str(deciding or "none") == expected["deciding"]
    assert found.lines.exceptions == tuple(map(int, (expected["exceptions"] or "").split()))
    assert set((expected["flags"] or "").split()) <= found.flags


@given(st.binary(max_size=200), st.text(max_size=12), st.text(max_size=12))
def test_any_bytes_token_and_path(data: bytes, token: str, path: str):
    robots = parse(b"User-agent: *\nDisallow: /" + data)
    assert isinstance(judge(robots, token), Verdict)
    rule = deciding_rule(robots, token, path)
    assert allowed(robots, token, path) is (rule is None or rule.allow)
