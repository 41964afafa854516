"""Hostile input: whatever the bytes, nothing is raised and nothing takes a second of CPU.

Token soup, mutations of the corpus, and files that each fill up to 520 kB with one thing that might be dear (see
`tests.core.soup`). The long run takes as many minutes as it is given, 0.2 without saying so:

    pytest -n 0 -s -m slow tests/core/test_fuzz.py --fuzz-minutes 10

The seed is printed; `--fuzz-seed` repeats a run.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core import soup
from tracker import reference
from tracker.core.policy import Policy, policy_of
from tracker.core.remarks import remarks
from tracker.core.robots import RobotsFile, parse
from tracker.core.signals import robots_signals, signals_by_token
from tracker.core.verdict import Verdict, allowed, judge
from tracker.core.verdicts import Verdicts, known_tokens

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpus" / "robots").glob("*.txt"))]
AGENTS = ["GPTBot", "AI2Bot", "*"]
REGISTRY = reference.agents()
KNOWN = known_tokens(REGISTRY)
DEEP_PATHS = ["/", "/a?b=%zz", "/" + "a" * 1_500, "/" + "a/*$" * 300]
LIMIT = 1.0
Step = Callable[[RobotsFile], object]


def policy(robots: RobotsFile) -> object:
    found = policy_of(robots)
    assert isinstance(found, Policy)
    return found


def verdict(token: str) -> Step:
    def judged(robots: RobotsFile) -> object:
        found = judge(robots, token)
        assert isinstance(found, Verdict)
        return found

    return judged


def paths(robots: RobotsFile) -> object:
    return [allowed(robots, "GPTBot", path) for path in DEEP_PATHS]


def signals(robots: RobotsFile) -> object:
    return [robots_signals(robots, token) for token in (None, "GPTBot", "*")]


def everybody(robots: RobotsFile) -> object:
    verdicts = Verdicts(robots)
    return [verdicts.of(agent) for agent in REGISTRY]


STEPS: dict[str, Step] = {
    "policy": policy,
    **{f"judge {token}": verdict(token) for token in AGENTS},
    "judge all": everybody,
    "allowed": paths,
    "signals": signals,
    "signals by token": signals_by_token,
}


def seconds(data: bytes) -> dict[str, float]:
    """CPU seconds that each step takes on a file, reading it included."""
    start = time.process_time()
    robots = parse(data)
    read = time.process_time() - start
    taken = {"parse": read}
    for name, step in {**STEPS, "remarks": lambda robots: remarks(data, robots, KNOWN)}.items():
        start = time.process_time()
        step(robots)
        taken[name] = read + time.process_time() - start
    return taken


def small(chance: random.Random) -> tuple[str, bytes]:
    make = chance.choice((soup.small_file, soup.mutated))
    return make.__name__, make(chance, CORPUS)


def test_small_inputs():
    chance = random.Random(1)
    for _ in range(400):
        seconds(small(chance)[1])


@pytest.mark.parametrize("make", soup.HOSTILE, ids=[make.__name__ for make in soup.HOSTILE])
def test_hostile_inputs(make: Callable[[random.Random, int], bytes]):
    chance = random.Random(2)
    for _ in range(4):
        seconds(make(chance, 4_000))


@pytest.mark.slow
def test_fuzz(pytestconfig: pytest.Config):
    minutes = float(pytestconfig.getoption("fuzz_minutes", 0.2))
    seed = int(pytestconfig.getoption("fuzz_seed", 0)) or time.time_ns() % 10**9
    chance = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    slowest: dict[str, tuple[float, str, int]] = {}
    inputs: Counter[str] = Counter()
    beyond: list[str] = []
    while time.monotonic() < end:
        name, data = soup.hostile(chance, CORPUS) if inputs.total() % 4 == 0 else small(chance)
        inputs[name] += 1
        measured = seconds(data)
        if LIMIT < max(measured.values()) < 2 * LIMIT:  # once more, for the machine may have been busy
            again = seconds(data)
            measured = {step: min(taken, again[step]) for step, taken in measured.items()}
        for step, taken in measured.items():
            if taken > LIMIT:
                beyond.append(f"{step} {taken:.2f} s: {name}, {len(data):,} octets, input {inputs.total()}")
            slowest[step] = max(slowest.get(step, (0.0, "", 0)), (taken, name, len(data)))
    print(f"\n{inputs.total():,} inputs in {minutes:g} minutes, seed {seed}: {dict(inputs.most_common())}")
    for step, (taken, name, size) in slowest.items():
        print(f"  slowest {step}: {taken:.3f} s ({name}, {size:,} octets)")
    assert not beyond, "\n".join(beyond)
