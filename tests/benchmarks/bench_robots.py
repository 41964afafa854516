"""How long the robots engine takes, beside protego and urllib on the same bytes in the same run.

    pytest -n 0 -s -m bench tests/benchmarks/bench_robots.py
    pytest -n 0 -s -m bench tests/benchmarks/bench_robots.py --robots-files FOLDER    # every file below it, as one body

CPU milliseconds. Rounds of the three are interleaved, and the best round of each counts. Ours is all that a crawl needs
to know: parse, the exact degree for every named token, and the answer for 60 agents of the registry. Theirs is to parse
and to answer one path for the same agents. Nothing here fails for being slow; the targets stand beside the figures.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from urllib.robotparser import RobotFileParser

import pytest

from tracker import reference
from tracker.core.policy import policy_of, resolve
from tracker.core.robots import parse
from tracker.core.verdict import allowed, judge

pytestmark = pytest.mark.bench
CORPUS = Path(__file__).parents[1] / "corpus" / "robots"
AGENTS = reference.agents()[:60]
TOKENS = [agent.tokens[0] for agent in AGENTS]
URL = "https://site.example/"
LONG_PATH = "/" + "a" * 1_500
ROUNDS = 5


def ours(data: bytes) -> None:
    policy = policy_of(parse(data))
    for agent in AGENTS:
        resolve(policy, agent)


def with_protego(data: bytes) -> None:
    parser = pytest.importorskip("protego").Protego.parse(data.decode("utf-8", "replace"))
    for token in TOKENS:
        parser.can_fetch(URL, token)


def with_urllib(data: bytes) -> None:
    parser = RobotFileParser()
    try:
        parser.parse(data.decode("utf-8", "replace").splitlines())
    except ValueError:  # it falls over `Disallow: http://[`
        return
    for token in TOKENS:
        parser.can_fetch(token, URL)


def milliseconds(runs: Sequence[Callable[[bytes], None]], data: bytes, rounds: int = ROUNDS) -> list[float]:
    """CPU milliseconds of the best round of each run, the rounds interleaved."""
    best = [float("inf")] * len(runs)
    for _ in range(rounds):
        for index, run in enumerate(runs):
            start = time.process_time_ns()
            run(data)
            best[index] = min(best[index], (time.process_time_ns() - start) / 1e6)
    return best


def sixty_verdicts(data: bytes) -> None:
    robots = parse(data)
    for token in TOKENS:
        judge(robots, token)


def files(config: pytest.Config) -> list[bytes]:
    folder = Path(config.getoption("robots_files", None) or CORPUS)
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.read_bytes() for path in paths if not _is_hidden(path.relative_to(folder))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def test_files(pytestconfig: pytest.Config):
    """The mean file: the target is 1.5 ms, and no more than protego takes."""
    bodies = files(pytestconfig)
    measured = [milliseconds((ours, with_protego, with_urllib), data) for data in bodies]
    own, protego, urllib = map(mean, zip(*measured, strict=True))
    slowest, size = max(zip(measured, map(len, bodies), strict=True))
    print(f"\n{len(bodies):,} files of {mean(map(len, bodies)):,.0f} octets on average, {len(AGENTS)} agents")
    print(f"ours {own:.3f} ms (target 1.5), protego {protego:.3f}, urllib {urllib:.3f}")
    print(f"{own / protego:.2f} x protego (target 1.0), {own / urllib:.2f} x urllib")
    print(f"slowest: {slowest[0]:.1f} ms, protego {slowest[1]:.1f}, of {size:,} octets")


def test_verdicts_with_evidence(pytestconfig: pytest.Config):
    """Sixty times `judge`, which finds deciding lines and flags as well, over at most a hundred of the files."""
    bodies = files(pytestconfig)
    some = bodies[:: max(1, len(bodies) // 100)]
    own, protego = map(
        mean, zip(*(milliseconds((sixty_verdicts, with_protego), data, 2) for data in some), strict=True)
    )
    print(f"\n{len(some)} files, 60 verdicts with evidence: {own:.3f} ms, protego {protego:.3f}: {own / protego:.1f} x")


def large() -> bytes:
    rules = (
        f"{('Disallow', 'Allow')[i % 2]}: /d/{i // 2:06d}/page-of-some-length-{i:08d}-{'x' * 16}" for i in range(8_000)
    )
    return ("User-agent: *\n" + "\n".join(rules)).encode()


def wildcards() -> bytes:
    rules = (f"{('Disallow', 'Allow')[i % 2]}: /*{i // 2:05d}*x" for i in range(8_000))
    return ("User-agent: *\n" + "\n".join(rules)).encode()


def stars() -> bytes:
    pattern = "/" + "*a" * 25
    rules = (f"Disallow: {pattern}b{i}\nAllow: {pattern}c{i}$\n" for i in range(10))
    return f"User-agent: *\n{''.join(rules)}".encode()


def names() -> bytes:
    groups = (f"User-agent: bot-{chr(97 + i % 26)}{i}x y{i}\nDisallow: /{i}\n" for i in range(12_000))
    return "".join(groups).encode()


def verdicts(data: bytes) -> None:
    """One verdict, and one long path that keeps stars busy."""
    robots = parse(data)
    judge(robots, "GPTBot")
    allowed(robots, "GPTBot", LONG_PATH)


@pytest.mark.parametrize(
    ("make", "target"),
    [(stars, 50), (large, 1_000), (wildcards, 1_000), (names, 1_000)],
    ids=["stars", "large", "wildcards", "names"],
)
def test_hostile(make: Callable[[], bytes], target: int):
    data = make()
    policy, verdict, protego, urllib = milliseconds((ours, verdicts, with_protego, with_urllib), data, rounds=2)
    print(f"\n{make.__name__}, {len(data):,} octets: {policy:,.1f} ms (target {target:,}), a verdict {verdict:,.1f}")
    print(f"  protego {protego:,.1f}, urllib {urllib:,.1f}")
