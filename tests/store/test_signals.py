"""The signals of a robots.txt in the history: their intervals, and where they disagree with the rules."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.histories import START, panel
from tracker.core.agents import Agent, Purpose
from tracker.core.conflicts import conflicts
from tracker.core.intervals import DAY
from tracker.core.robots import parse
from tracker.core.signals import robots_signals
from tracker.core.verdicts import STAR, Verdicts
from tracker.store.captures import OWN, Answer, Failure
from tracker.store.query import Reader
from tracker.store.write import Writer

HOST = "a.example"
TRAIN_NO = b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n"
TRAIN_NO_AND_RULES = TRAIN_NO + b"Disallow: /private\n"
TRAIN_YES = b"User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n"
OPEN = b"User-agent: *\nAllow: /\n"


def write(path: Path, answers: Sequence[bytes | None], agents: Sequence[Agent] = AGENTS) -> Path:
    """One crawl a day of one site; b"" is a failed attempt."""
    with Writer(path, agents) as writer:
        source, members = writer.source(OWN), writer.panel(panel("all"))
        for day, body in enumerate(answers):
            crawl = writer.begin_crawl(source, members, START + day * DAY, f"day {day}", 1)
            writer.record(crawl, [Failure(HOST, "http_503") if body == b"" else Answer(HOST, body)])
            writer.finish_crawl(crawl, START + day * DAY + 5)
    return path


def ask(path: Path, statement: str) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(statement).rows


INTERVALS = "SELECT key, value, substr(valid_from, 1, 10), substr(valid_to, 1, 10) FROM signals ORDER BY 1, 3, 2"


def test_a_signal_lasts_as_long_as_it_stands_in_the_file_whatever_the_rules(database: Path):
    write(database, [OPEN, TRAIN_NO, TRAIN_NO_AND_RULES, b"", TRAIN_YES, None, TRAIN_YES])
    assert ask(database, INTERVALS) == [
        ("ai-train", "no", "2022-01-02", "2022-01-05"),
        ("ai-train", "yes", "2022-01-05", "2022-01-06"),
        ("ai-train", "yes", "2022-01-07", None),
        ("search", "yes", "2022-01-02", "2022-01-05"),
    ]


def test_whom_a_signal_addresses_and_what_is_not_understood(database: Path):
    named = b"User-agent: GPTBot\nUser-agent: CCBot\nContent-Usage: /news train-ai=n\nDisallow: /private\n"
    star = b"User-agent: *\nContent-Signal: ai-train=perhaps\n"
    write(database, [b"License: https://a.example/license.xml\n\n" + named + star])
    rows = ask(database, "SELECT kind, key, value, agent, path, flags, raw, source FROM signals ORDER BY 1, 2, 4")
    assert [row[:5] for row in rows] == [
        ("content-signal", "ai-train", "", "*", ""),
        ("content-usage", "train-ai", "n", "ccbot", "/news"),
        ("content-usage", "train-ai", "n", "gptbot", "/news"),
        ("rsl", "license", "https://a.example/license.xml", "*", ""),
    ]
    assert rows[0][5:] == ("unknown_value", "ai-train=perhaps", "robots")


def test_the_bytes_say_more_than_the_policy_and_the_same_words_share_one(database: Path):
    write(database, [TRAIN_NO, b"# again\n" + TRAIN_NO, TRAIN_YES])
    assert ask(database, "SELECT COUNT(DISTINCT policy_id), COUNT(*) FROM body") == [(2, 3)]


FILES = [
    TRAIN_NO,
    TRAIN_YES,
    TRAIN_YES.replace(b"Allow", b"Disallow"),
    TRAIN_NO.replace(b"Allow: /", b"Disallow: /a"),
    b"User-agent: GPTBot\nContent-Signal: ai-train=no\nDisallow:\n\n" + TRAIN_YES.replace(b"Allow", b"Disallow"),
    b"User-agent: GPTBot\nAllow: /\n\nUser-agent: *\nContent-Signal: ai-train=no, ai-input=no\nAllow: /\n",
    b"User-agent: AI2Bot/1.0\nContent-Usage: train-ai=y\nDisallow: /\n\nUser-agent: *\nContent-Usage: /x train-ai=n\n",
    b"User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n",
    b"Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n",
    b"User-agent: *\nContent-Signal: ai-train=no\nDisallow:\n",
    b"User-agent: Two\nDisallow:\n\nUser-agent: Twin\nContent-Signal: ai-train=no\nDisallow: /\n",
    b"User-agent: Twin\nContent-Signal: ai-train=no\nDisallow:\n",
    b"User-agent: Googlebot\nContent-Signal: ai-train=no\nDisallow:\n\nUser-agent: *\nDisallow: /\n",
    b"User-agent: Stubborn\nContent-Signal: ai-train=yes\nDisallow: /\n",
]
PURPOSES = (Purpose.TRAINING, Purpose.USER, Purpose.TRAINING, Purpose.DATASET, Purpose.TRAINING)


@pytest.mark.parametrize("data", FILES)
def test_conflicts_are_those_that_the_file_itself_gives(database: Path, data: bytes):
    agents = [replace(agent, purpose=purpose) for agent, purpose in zip(AGENTS, PURPOSES, strict=True)]
    agents.append(replace(AGENTS[0], name="Two", tokens=("Two", "Twin"), purpose=Purpose.TRAINING))
    write(database, [data], agents)
    judged = Verdicts(parse(data))
    expected = set()
    for agent in agents:
        signals = robots_signals(judged.robots, judged.token(agent) or STAR)
        for signal, says in conflicts(agent, judged.of(agent), signals):
            expected.add((HOST, agent.name, signal.kind, signal.key, signal.value, says))
    assert set(ask(database, "SELECT site, agent, kind, key, value, conflict FROM signal_conflicts")) == expected


def test_the_conflicts_of_the_files_above_are_not_all_empty():
    assert robots_signals(TRAIN_NO, "*")
    assert conflicts(AGENTS[0], Verdicts(parse(TRAIN_NO)).of(AGENTS[0]), robots_signals(TRAIN_NO, "*"))
