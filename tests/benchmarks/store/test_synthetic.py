"""The made-up web is what it says: the same each time, at the stated rates, in texts that mean what is counted."""

import numpy as np

from tests.benchmarks.store.synthetic import Web
from tracker import reference
from tracker.core.policy import DEGREE, policy_of, resolve
from tracker.core.robots import parse
from tracker.store.captures import Answer, Failure

AGENTS = reference.agents()[:60]


def test_the_same_arguments_give_the_same_web():
    one, other = Web(50, 20, AGENTS), Web(50, 20, AGENTS)
    assert list(one.crawls()) == list(other.crawls())
    assert one.panel == other.panel
    assert list(Web(50, 20, AGENTS, seed=8).crawls()) != list(other.crawls())


def test_rates():
    web = Web(2_000, 140, AGENTS)
    last, weeks = web.seen[-1], web.days / 7
    changes = (len(web.body) - web.sites) / web.sites / weeks
    assert 0.035 <= changes <= 0.041
    assert 0.03 <= (web.seen < 0).mean() <= 0.05
    duplicates = 1 - len(np.unique(last[last >= 0])) / (last >= 0).sum()
    assert 0.2 <= duplicates <= 0.33
    sizes = [len(text) for body in range(len(web.policy_of)) if (text := web.text(body)) is not None]
    assert 1_200 <= np.mean(sizes) <= 1_600


def test_texts_say_what_the_naive_table_counts():
    web = Web(60, 5, AGENTS)
    plain = [i for i, agent in enumerate(AGENTS) if agent.obeys_star and not agent.falls_back_to]
    results = list(web.crawls())[-1][1]
    for site, (result, degrees) in enumerate(zip(results, web.degrees(web.days - 1), strict=True)):
        if isinstance(result, Failure):
            assert set(degrees) == {-1}
        elif isinstance(result, Answer) and result.body is not None:
            policy = policy_of(parse(result.body))
            said = [resolve(policy, AGENTS[agent]).bits & DEGREE for agent in plain]
            assert said == degrees[plain].tolist(), (site, result.body)
