"""The exact degree against brute force: every path of some length is asked for, with regular expressions.

The paths hold a character that no pattern knows, for what no rule mentions, and are long enough for all stars of a
pattern to be filled. What a pattern matches is kept as one integer, a bit a path, so that a set of rules costs a few
operations.

    pytest -n 0 -s -m slow tests/core/test_oracle_degree.py      # the full counts, about a minute
"""

import random
import re
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.policy import DEGREE, FULL, GENERIC, NONE, PARTIAL, ROOT, policy_of
from tracker.core.robots import parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import Fate, judge

Rule = tuple[bool, str]
BITS = {Degree.NONE: NONE, Degree.PARTIAL: PARTIAL, Degree.FULL: FULL}


class World:
    """All paths of up to `size` letters after the slash, `c` among them, which occurs in no pattern."""

    def __init__(self, letters: tuple[str, ...], size: int) -> None:
        every = ["/" + "".join(word) for length in range(size + 1) for word in product((*letters, "c"), repeat=length)]
        self.paths = [path for path in dict.fromkeys(every) if path != "/robots.txt"]
        self.everything = (1 << len(self.paths)) - 1
        self.matched = lru_cache(maxsize=None)(self._matched)

    def _matched(self, pattern: str) -> int:
        if not pattern:
            return 0
        body, anchored = pattern.removesuffix("$"), pattern.endswith("$")
        regex = re.compile(".*".join(map(re.escape, body.split("*"))) + (r"\Z" if anchored else ""))
        return int("".join("1" if regex.match(path) else "0" for path in reversed(self.paths)), 2)

    def degree(self, rules: list[Rule]) -> tuple[Degree, bool, bool]:
        """The degree, and whether an ordinary page and the root are open: rules in order of length, Allow first.

        What is open through `Allow: /robots.txt` alone does not keep a file from being full, see `verdict`.
        """
        undecided, opened, counting = self.everything, 0, 0
        for allow, pattern in sorted(rules, key=lambda rule: (len(rule[1]), rule[0]), reverse=True):
            hit = self.matched(pattern) & undecided
            undecided &= ~hit
            if allow:
                opened |= hit
                counting |= 0 if pattern in ("/robots.txt", "/robots.txt$") else hit
        opened |= undecided
        full = not counting and not undecided
        degree = Degree.FULL if full else Degree.NONE if opened == self.everything else Degree.PARTIAL
        return degree, bool(opened >> self.paths.index("/c") & 1), bool(opened >> self.paths.index("/") & 1)


class Trial(NamedTuple):
    """A world of paths, and the alphabet and length of the patterns tried in it."""

    name: str
    world: World
    alphabet: tuple[str, ...]
    longest: int
    rounds: int


SMALL = World(("/", "a", "$"), 5)
# Paths are as long as the patterns and one more, for the open end.
TRIALS = [
    Trial("short", SMALL, ("/", "a", "*", "$"), 4, 20_000),
    Trial("longer patterns and paths", World(("/", "a"), 8), ("/", "a", "*"), 6, 10_000),
    Trial("three letters", World(("a", "b", "/"), 5), ("/", "a", "b", "*"), 4, 10_000),
    Trial("around /robots.txt", World(("robots.txt", "a", "/"), 4), ("/", "robots.txt", "a", "*"), 3, 10_000),
    Trial("anchored robots.txt", World(("robots.txt", "/", "$"), 4), ("/", "robots.txt", "*", "$"), 3, 5_000),
]


def lines_of(rules: list[Rule]) -> list[str]:
    return [f"{'Allow' if allow else 'Disallow'}: {pattern}" for allow, pattern in rules]


def check(world: World, rules: list[Rule], parted: int | None = None) -> None:
    """Hold both ways to a degree, the verdict and the policy, against brute force; `parted`: in two merged groups."""
    lines = ["User-agent: GPTBot", *lines_of(rules)]
    if parted is not None:
        lines[parted + 1 : parted + 1] = ["User-agent: other", "Disallow: /*a", "User-agent: gptbot/2"]
    robots = parse("\n".join(lines).encode())
    found = judge(robots, "GPTBot")
    expected = world.degree(rules)
    assert (found.degree, found.generic is Fate.ALLOWED, found.root is Fate.ALLOWED) == expected, lines
    bits = policy_of(robots).bits_of("gptbot")
    assert bits is not None
    assert (bits & DEGREE, not bits & GENERIC, not bits & ROOT) == (BITS[expected[0]], *expected[1:]), lines
    said = dict(enumerate(lines, 1))
    assert (found.lines.deciding is None) == (found.degree is Degree.NONE)
    assert found.lines.deciding is None or said[found.lines.deciding].startswith("D")
    assert all(said[line].startswith("A") for line in found.lines.exceptions)
    assert not (found.degree is Degree.FULL and found.lines.exceptions)


RULES = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(st.text(alphabet="/a*$", max_size=4), st.text(alphabet="/a*$", max_size=3).map("/{}".format)),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(RULES, st.one_of(st.none(), st.integers(1, 5)))
def test_some_rule_sets(rules: list[Rule], parted: int | None):
    check(SMALL, rules, None if parted is None else min(parted, len(rules)))


@pytest.mark.slow
@pytest.mark.parametrize("trial", TRIALS, ids=[trial.name for trial in TRIALS])
def test_many_rule_sets(trial: Trial):
    chance = random.Random(trial.name)
    merged = 0
    for _ in range(trial.rounds):
        rules = []
        for _ in range(chance.randrange(1, 7)):
            slash = "/" if chance.random() < 0.7 else ""
            letters = chance.choices(trial.alphabet, k=chance.randrange(trial.longest + 1 - len(slash)))
            rules.append((chance.random() < 0.5, slash + "".join(letters)))
        parted = chance.randint(1, len(rules)) if chance.random() < 0.4 else None
        merged += parted is not None
        check(trial.world, rules, parted)
    paths = len(trial.world.paths)
    print(f"\n{trial.name}: {trial.rounds:,} rule sets ({merged:,} in two groups), {paths:,} paths each")


@pytest.mark.slow
def test_every_pair_of_short_rules():
    patterns = ["".join(word) for size in range(4) for word in product("/a*$", repeat=size)]
    rules = list(product((True, False), patterns))
    pairs = 0
    for pair in combinations(rules, 2):
        check(SMALL, list(pair))
        pairs += 1
    print(f"\nevery pair of rules of up to three octets: {pairs:,} rule sets, {len(SMALL.paths):,} paths each")
