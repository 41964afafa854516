"""What each definition counts, on files whose meaning was worked out by hand."""

import pytest

from tests.store.histories import AGENT_NAMES, BODIES, READINGS
from tracker.core.agents import Agent
from tracker.core.definitions import DEFINITIONS, HEADLINE
from tracker.core.policy import ABSENT, resolve
from tracker.core.reading import read


def test_the_names_and_the_headline() -> None:
    assert list(DEFINITIONS) == list(READINGS)
    assert HEADLINE == "effective_full"
    for definition in DEFINITIONS.values():
        assert definition.sentence
        assert definition.used_by


@pytest.mark.parametrize(
    ("name", "label", "unnamed"),
    [
        ("effective_full", "shut out", "by *"),
        ("effective_root", "close the home page to", "by *"),
        ("mentioned", "name", None),
        ("explicit_allow", "welcome by name", None),
        ("naive_substring", "mention somewhere", "elsewhere"),
    ],
)
def test_tables_say_what_is_counted(name: str, label: str, unnamed: str | None) -> None:
    found = DEFINITIONS[name]
    assert found.label == label
    assert found.verb.count("{}") == 1
    assert found.named_only if unnamed is None else found.unnamed == unnamed


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("body", BODIES)
def test_who_counts_as_blocked(name: str, body: str, agents: tuple[Agent, ...]) -> None:
    data, meanings = BODIES[body]
    tokens = [token for agent in agents for token in agent.tokens]
    policy = ABSENT if data is None else read(data, tokens).policy
    for agent, says in zip(agents, meanings, strict=True):
        assert agent.name in AGENT_NAMES
        assert DEFINITIONS[name].counts(resolve(policy, agent)) is READINGS[name](says), agent.name


@pytest.mark.parametrize("name", [name for name, d in DEFINITIONS.items() if d.named_only])
def test_definitions_by_name_count_nothing_by_wildcard(name: str) -> None:
    assert not any(DEFINITIONS[name].counts_bits(False, bits) for bits in range(2**15))
