"""How long the robots engine takes, beside urllib's parser on the same bytes.

    pytest -m bench -s tests/benchmarks/bench_robots.py

CPU milliseconds, the best of several runs. Nothing here fails for being slow; the targets stand beside the figures.
"""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest

from tracker.core.policy import policy_of
from tracker.core.robots import parse

pytestmark = pytest.mark.bench
CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "robots").glob("*.txt"))
AGENTS = [f"Agent-{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)]


def usual() -> bytes:
    """About 3 kB, the median of real files: a wildcard group, some names, mostly literal paths."""
    paths = "".join(f"Disallow: /section-{i}/private/\n" for i in range(60))
    named = "".join(f"User-agent: {name}\n" for name in AGENTS[:20])
    return f"User-agent: *\n{paths}Disallow: /*?sort=\nAllow: /section-1/private/open\n\n{named}Disallow: /\n".encode()


def large() -> bytes:
    rules = (f"{('Disallow', 'Allow')[i % 2]}: /d/{i // 2:06d}/page-of-some-length-{i:08d}" for i in range(8_000))
    return ("User-agent: *\n" + "\n".join(rules)).encode()


def wildcards() -> bytes:
    rules = (f"{('Disallow', 'Allow')[i % 2]}: /*{i // 2:05d}*x" for i in range(8_000))
    return ("User-agent: *\n" + "\n".join(rules)).encode()


def stars() -> bytes:
    pattern = "/" + "*a" * 25
    return f"User-agent: *\nDisallow: {pattern}b\nAllow: {pattern}b$\n".encode()


def names() -> bytes:
    groups = (f"User-agent: bot-{chr(97 + i % 26)}{i}x y{i}\nDisallow: /{i}\n" for i in range(14_000))
    return "".join(groups).encode()


CASES = [(usual, 1.0), (large, 1_000.0), (wildcards, 2_000.0), (stars, 50.0), (names, 2_000.0)]


def best(run: Callable[[], object], rounds: int) -> float:
    """CPU milliseconds of the fastest round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1_000 * min(times)


def with_urllib(data: bytes) -> None:
    parser = RobotFileParser()
    parser.parse(data.decode("utf-8", "replace").splitlines())
    for agent in AGENTS:
        parser.can_fetch(agent, "https://site.example/")


@pytest.mark.parametrize(("make", "target"), CASES, ids=[case[0].__name__ for case in CASES])
def test_parse_and_policy(make: Callable[[], bytes], target: float):
    data = make()
    rounds = 50 if len(data) < 10_000 else 2
    ours = best(lambda: policy_of(parse(data)), rounds)
    theirs = best(lambda: with_urllib(data), rounds)
    print(f"\n{make.__name__}, {len(data):,} octets: {ours:.2f} ms (target {target:,.0f}); urllib {theirs:.2f} ms")


def test_corpus():
    files = [path.read_bytes() for path in CORPUS]
    ours = best(lambda: [policy_of(parse(data)) for data in files], 10)
    print(f"\ncorpus: {len(files)} files, {ours / len(files):.3f} ms each")
