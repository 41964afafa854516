"""What a new file changes by effect: who lost access, who gained it, and what only looks like a change."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import agent
from tracker.core import diff as module
from tracker.core.diff import MAX_PAGES, Effect, Moves, compare
from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import allowed, judge

GPTBOT, CCBOT = agent("GPTBot"), agent("CCBot")


def text(short: str) -> bytes:
    words = {"UA ": "User-agent: ", "D ": "Disallow: ", "A ": "Allow: "}
    lines = []
    for line in short.split("|"):
        key = next((key for key in words if line.startswith(key)), "")
        lines.append(words.get(key, "") + line.removeprefix(key))
    return "\n".join(lines).encode()


def patterns(moves: Moves) -> tuple[str, ...]:
    return tuple(pages.pattern for pages in moves.pages)


def between(before: str, after: str):
    return compare(parse(text(before)), parse(text(after)), [GPTBOT, CCBOT], only=True)


# Before, after, the effect on GPTBot, pages closed, pages opened, and the reason.
CHANGES = [
    ("", "UA *|D /", "lost", ("ordinary pages", "/"), (), "all closed"),
    ("UA *|D /", "", "gained", (), ("ordinary pages", "/"), "all opened"),
    ("UA *|D /a", "UA *|D /a|D /b", "lost", ("/b",), (), "one section more"),
    ("UA *|D /a|D /b", "UA *|D /b", "gained", (), ("/a",), "one section less"),
    ("UA *|D /a", "UA *|D /b", "mixed", ("/b",), ("/a",), "another section"),
    ("UA *|D /", "UA *|D /|A /news", "gained", (), ("/news",), "an exception"),
    ("UA *|D /a", "UA GPTBot|D /a|UA *|D /a", "rebased", (), (), "the same, by name"),
    ("UA *|D /", "UA *|D /$", "gained", (), ("ordinary pages",), "the home page stays closed"),
    ("UA *|D /a", "UA *|D /a*", None, (), (), "another spelling"),
    ("UA *|D /a|D /b", "UA *|D /b|D /a|D /b/c", None, (), (), "another order, and a rule that adds nothing"),
    ("UA *|D /", "# closed|User-agent: *|disallow: /", None, (), (), "another text"),
    ("UA *|D /|A /", "", "rebased", (), (), "no group any more, and nothing closed before"),
    ("", "UA x|D /", None, (), (), "somebody else"),
]


@pytest.mark.parametrize(
    ("before", "after", "effect", "closed", "opened", "why"), CHANGES, ids=[row[5] for row in CHANGES]
)
def test_changes(before: str, after: str, effect: str | None, closed: tuple, opened: tuple, why: str):
    found = {change.agent: change for change in between(before, after).changes}.get("GPTBot")
    if effect is None:
        assert found is None, why
    else:
        assert found is not None, why
        assert (found.effect, patterns(found.closed), patterns(found.opened)) == (effect, closed, opened), why


def test_agents_are_told_apart_and_the_others_counted():
    found = between("UA *|D /a", "UA *|D /a|UA GPTBot|D /")
    assert found.unchanged == 1
    (change,) = found.of(Effect.LOST)
    assert (change.agent, change.before.degree, change.after.degree) == ("GPTBot", Degree.PARTIAL, Degree.FULL)
    assert (change.before.lines.deciding, change.after.lines.deciding) == (2, 4)
    assert found.of(Effect.GAINED) == []


def test_losses_come_first():
    found = between("UA GPTBot|D /|UA CCBot|A /", "UA GPTBot|A /|UA CCBot|D /")
    assert [(change.agent, change.effect) for change in found.changes] == [
        ("CCBot", Effect.LOST),
        ("GPTBot", Effect.GAINED),
    ]


def test_of_many_patterns_the_first_are_named_and_all_are_counted():
    (change, _) = between("", "UA *" + "".join(f"|D /{n}" for n in range(150))).changes
    assert (len(change.closed.pages), change.closed.count) == (MAX_PAGES, 150)


# Before, after, and of the pages that moved: the pattern, the line that decided them, the line that does.
DECIDED = [
    ("UA *|D /a", "UA *|D /a|D /zzz", [("/zzz", None, 3)], "the new line, not the one that closes most"),
    (
        "UA *|D /s|D /print/",
        "UA *|D /s|D /printed/",
        [("/printed/", None, 3), ("/print/", 3, None)],
        "another path",
    ),
    ("UA *|D /", "UA *|D /|A /news", [("/news", 2, 3)], "an exception"),
    ("UA *|D /|A /news", "UA *|D /", [("/news", 3, 2)], "and without it"),
    ("UA *|D /a", "# x|UA GPTBot|UA CCBot|D /b|UA *|D /a", [("/b", None, 4), ("/a", 2, None)], "another group"),
]


@pytest.mark.parametrize(("before", "after", "moved", "why"), DECIDED, ids=[row[3] for row in DECIDED])
def test_the_rules_that_decided_and_decide_are_named(before: str, after: str, moved: list, why: str):
    (change, _) = between(before, after).changes
    found = [
        (pages.pattern, *(rule and rule.line for rule in (pages.before, pages.after)))
        for pages in (*change.closed.pages, *change.opened.pages)
    ]
    assert found == moved, why


def test_signals_that_came_and_went():
    found = between(
        "UA *|Content-Signal: ai-train=no, search=yes|D /a",
        "# new|UA *|Content-Signal: ai-train=yes, search=yes|D /a",
    )
    assert [(signal.key, signal.value) for signal in found.signals_gone] == [("ai-train", "no")]
    assert [(signal.key, signal.value) for signal in found.signals_new] == [("ai-train", "yes")]
    assert found.changes == ()


def test_work_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "STEPS", 50)
    rules = "UA *" + "".join(f"|D /*{n}*x" for n in range(100, 200))
    assert between(rules, rules + "|A /*199*x").gaps == ("the rules are too tangled",)


def test_what_is_beyond_the_limit_may_differ():
    long = b"User-agent: *\nDisallow: /a\n" + b"#\n" * 256_000
    found = compare(parse(long), parse(long + b"Disallow: /b"), [GPTBOT])
    assert (found.changes, found.gaps) == ((), ("a file is longer than 500 KiB",))


RULES = st.lists(
    st.sampled_from(["D /", "A /", "D /a", "A /a", "D /*b", "A /ab$", "D /a*", "A /*", "D /$"]), max_size=2
)


@given(RULES, RULES)
def test_a_change_of_degree_is_seen_and_the_reverse_reverses_it(before: list[str], after: list[str]):
    one, other = "|".join(["UA *", *before]), "|".join(["UA *", *after])
    there, back = between(one, other).changes, between(other, one).changes
    assert [change.agent for change in there] == [change.agent for change in back]
    reverse = {Effect.LOST: Effect.GAINED, Effect.GAINED: Effect.LOST}
    for change, undone in zip(there, back, strict=True):
        assert undone.effect is reverse.get(change.effect, change.effect)
        assert set(patterns(change.closed)) == set(patterns(undone.opened))
    if not there:
        assert judge(parse(text(one)), "GPTBot").degree is judge(parse(text(other)), "GPTBot").degree


def everybody(before: str, after: str):
    return compare(parse(text(before)), parse(text(after)), [GPTBOT, CCBOT])


def test_names_beyond_the_registry_are_compared_and_spelled_as_written():
    found = everybody("UA *|D /a", "UA *|D /a|UA bingBot/2|UA Googlebot-Image|UA AI Bot 3|D /")
    assert [(one.agent, one.effect) for one in found.changes] == [
        ("bingBot", Effect.LOST),
        ("Googlebot-Image", Effect.LOST),
        ("AI Bot 3", Effect.LOST),
    ]
    assert found.unchanged == 3


def test_a_crawler_that_nobody_names_is_compared():
    found = everybody("UA GPTBot|UA CCBot|D ", "UA GPTBot|UA CCBot|D |UA *|D /a")
    assert [(one.agent, patterns(one.closed)) for one in found.changes] == [(module.OTHERS, ("/a",))]


def test_too_many_names_are_no_complete_comparison(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_STRANGERS", 3)
    names = "UA a|UA b|UA c"
    assert everybody(names + "|D /", names + "|D /").complete
    assert not everybody(names + "|D /", names + "|UA d|D /").complete


# NO is a signal. Before, after, signals gone and new as (value, agents), and the reason.
SIGNALS = [
    ("UA *|NO|D ", "UA *|NO|D |UA GPTBot|D ", [("no", "gptbot")], [], "a group of its own without it"),
    ("UA *|UA GPTBot|NO|D ", "UA *|NO|D |UA GPTBot|NO|D ", [], [], "regrouped"),
    ("UA *|NO|D ", "UA *|D ", [("no", "*")], [], "gone for all"),
    ("UA *|NO|D ", "UA *|NO, ai-train=yes|D ", [], [], "the stricter counts"),
    ("UA *|D ", "UA *|Content-Signal: tdm=no|D ", [], [], "it says nothing"),
    ("UA *|D ", "NO|UA *|D ", [], [], "it speaks to nobody"),
    (
        "UA *|D ",
        "License: https://x.example/l|UA *|D |UA Other|D ",
        [],
        [("https://x.example/l", "* other")],
        "a licence",
    ),
]


@pytest.mark.parametrize(("before", "after", "gone", "new", "why"), SIGNALS, ids=[row[4] for row in SIGNALS])
def test_signals_are_compared_by_effect(before: str, after: str, gone: list, new: list, why: str):
    no = "Content-Signal: ai-train=no"
    found = everybody(before.replace("NO", no), after.replace("NO", no))
    said = [[(one.value, " ".join(sorted(one.agents))) for one in of] for of in (found.signals_gone, found.signals_new)]
    assert said == [gone, new], why


OVERLAPPING = [
    ("D /cart", "D /cart|A /*.html$", "gained", "an exception within the overlap"),
    ("D /cart|A /*.html$", "D /cart", "lost", "and without it"),
    ("D /a*b", "D /a*b|A /*c*d$", "gained", "stars in both"),
    ("D /ab", "D /ab|A /*bc", "gained", "texts that run into one another"),
    ("A /x", "A /x|D /*.php$", "lost", "a longer Disallow, which closes pages of its own too"),
]


@pytest.mark.parametrize(("before", "after", "effect", "why"), OVERLAPPING, ids=[row[3] for row in OVERLAPPING])
def test_what_shows_only_where_rules_overlap(before: str, after: str, effect: str, why: str):
    (change,) = everybody("UA *|" + before, "UA *|" + after).changes[:1]
    assert change.effect == effect, why


PATTERN = st.text(alphabet="ab*", max_size=4).map(lambda rest: "/" + rest) | st.text(alphabet="ab*", max_size=3).map(
    lambda rest: "*" + rest
)
RULE = st.tuples(st.sampled_from("DA"), PATTERN, st.sampled_from(["", "", "$"])).map(lambda r: f"{r[0]} {r[1]}{r[2]}")
# A third letter that no pattern names, as the filler of brute force.
PAGES = ["/" + "".join(rest) for length in range(7) for rest in product("abz", repeat=length)]


@given(st.lists(RULE, max_size=4), st.lists(RULE, max_size=3), st.integers(0, 4))
def test_there_is_a_change_if_and_only_if_some_path_changes(kept: list[str], others: list[str], cut: int):
    one, other = parse(text("|".join(["UA *", *kept]))), parse(text("|".join(["UA *", *kept[cut:], *others])))
    found = compare(one, other, [GPTBOT])
    assert found.complete
    changes = [change for change in found.changes if change.effect is not Effect.REBASED]
    moved = {
        allowed(other, "GPTBot", page)
        for page in PAGES
        if allowed(one, "GPTBot", page) is not allowed(other, "GPTBot", page)
    }
    assert bool(moved) <= bool(changes)
    for change in changes:
        assert moved <= ({True} if change.opened.count else set()) | ({False} if change.closed.count else set())
        # Longer pages than these may be all that changes: of two patterns of four letters each.
        assert moved or max(map(len, [*kept, *others])) > 5
