"""The shipped facts load, and each kind of bad row is refused with file, line, field and mend."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tracker import reference
from tracker.core.agents import Agent, Kind, Precision, Purpose, existed
from tracker.core.claims import Reading
from tracker.core.hosts import normalise_host
from tracker.core.naming import tokens_of
from tracker.errors import ReferenceDataError
from tracker.store.registry import registry_fingerprint

HEADLINE = [
    "GPTBot",
    "ClaudeBot",
    "Google-Extended",
    "CCBot",
    "Bytespider",
    "PerplexityBot",
    "OAI-SearchBot",
    "ChatGPT-User",
    "Amazonbot",
    "Applebot-Extended",
    "meta-externalagent",
    "anthropic-ai",
]
LOADERS = [
    reference.agents,
    reference.events,
    reference.claims,
    reference.deals,
    reference.datasets,
    reference.synthetic,
]
BOT = """
[[agent]]
name = "ExampleBot"
operator = "Example"
purpose = "training"
kind = "crawler"
source = "made up"
checked = "2026-11-22"
"""
EVENT = """
[[event]]
day = "2023-08-07"
kind = "agent"
title = "OpenAI documents GPTBot"
agents = ["GPTBot"]
source = "made up"
checked = "2026-11-22"
"""
CLAIM = """
[[claim]]
id = "example"
day = "2023-08-07"
publisher = "Example"
figure = "9.1 %"
percent = { GPTBot = 9.1 }
population = "sites"
definition = "Disallow"
denominator = "all"
counted_as = "named_root"
reading = "primary"
source = "made up"
checked = "2026-11-22"
"""
DATASET = "day,precision,model,organisation,tokens_t,confidence,modality,source,checked,note\n"


@pytest.fixture
def registry() -> dict[str, Agent]:
    return {agent.name: agent for agent in reference.agents()}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = "facts.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
def test_shipped_facts_load_with_source_and_date(load: Callable[[], tuple]) -> None:
    rows = load()
    assert len(rows) >= 18
    for row in rows:
        assert row.source
        assert date(2026, 1, 1) <= date.fromisoformat(row.checked)


def test_counts() -> None:
    assert len(reference.agents()) == 197
    assert sum(len(agent.tokens) for agent in reference.agents()) == 200
    assert len(reference.claims()) >= 25
    assert len(reference.events()) >= 30
    assert len(reference.datasets()) == 74


def test_nothing_from_memory_is_shown() -> None:
    rows = (*reference.claims(), *reference.synthetic())
    assert all(row.reading is not Reading.RECALLED for row in rows)


def test_agents_stand_headline_first_then_by_purpose_and_name() -> None:
    agents = reference.agents()
    assert [agent.name for agent in agents if agent.headline] == HEADLINE
    assert [agent.name for agent in agents[: len(HEADLINE)]] == HEADLINE
    order = list(Purpose)
    rest = [(order.index(agent.purpose), agent.name.lower()) for agent in agents[len(HEADLINE) :]]
    assert rest == sorted(rest)


def test_what_decides_verdicts(registry: dict[str, Agent]) -> None:
    assert registry["Applebot"].falls_back_to == ("Googlebot",)
    assert registry["GoogleOther-Image"].falls_back_to == ("GoogleOther",)
    assert registry["GoogleOther-Video"].falls_back_to == ("GoogleOther",)
    deaf_to_star = {agent.name for agent in registry.values() if not agent.obeys_star}
    assert deaf_to_star == {"YandexAdditional", "YandexCalendar"}
    assert {agent.name: agent.tokens for agent in registry.values() if len(agent.tokens) > 1} == {
        "GrokBot": ("GrokBot", "xAI-Grok"),
        "YandexAdditional": ("YandexAdditional", "YandexAdditionalBot"),
        "omgili": ("omgili", "omgilibot"),
    }
    kinds = Counter((agent.purpose, agent.kind) for agent in registry.values())
    assert kinds[Purpose.CONTROL, Kind.CONTROL] == 3
    assert kinds[Purpose.USER, Kind.USER_TRIGGERED] == 54


@pytest.mark.parametrize(
    ("name", "valid_from", "precision"),
    [
        ("GPTBot", "2023-08-07", Precision.DAY),
        ("Google-Extended", "2023-09-28", Precision.DAY),
        ("Applebot-Extended", "2024-06-11", Precision.DAY),
        ("ClaudeBot", "2024-04-01", Precision.MONTH),
        ("meta-externalagent", "2024-07-01", Precision.MONTH),
        ("Bytespider", "2019-01-01", Precision.YEAR),
        ("ERNIEBot", None, None),
    ],
)
def test_dates(registry: dict[str, Agent], name: str, valid_from: str | None, precision: Precision | None) -> None:
    assert (registry[name].valid_from, registry[name].valid_from_precision) == (valid_from, precision)


def test_existed(registry: dict[str, Agent]) -> None:
    assert not existed(registry["GPTBot"], "2022-07-10")
    assert existed(registry["GPTBot"], "2023-08-07")
    assert existed(registry["ERNIEBot"], "2000-01-01")
    # A file named it before the documented month: the date stays, the note tells.
    assert not existed(registry["ClaudeBot"], "2024-02-18")
    assert "2024-02-18" in registry["ClaudeBot"].note


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2023-08-07", "GPTBot"),
        ("2023-09-28", "Google-Extended"),
        ("2024-06-11", "Applebot-Extended"),
        ("2025-07-01", "Cloudflare"),
        ("2025-09-24", "Content-Signal"),
        ("2025-11-06", "RSL"),
        ("2026-09-15", "Cloudflare"),
    ],
)
def test_events_on_their_day(day: str, words: str) -> None:
    assert any(event.day == day and words in event.title for event in reference.events())


def test_events_stand_by_date() -> None:
    days = [event.day for event in reference.events()]
    assert days == sorted(days)


def test_loading_agents_is_quick() -> None:
    def cpu() -> float:
        start = time.process_time()
        reference.agents()
        return time.process_time() - start

    # 20 ms here; the bound only catches a change of kind.
    assert min(cpu() for _ in range(3)) < 0.2


def test_shipped_tokens_are_whole_names_that_a_policy_keeps() -> None:
    for agent in reference.agents():
        for token in agent.tokens:
            assert token.isascii()
            assert tokens_of(token.encode())[1] == token.lower()


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_of_own_agents_changes_nothing(written: Callable[..., Path], text: str) -> None:
    assert reference.agents(written(text)) == reference.agents()


def test_a_row_that_replaces_ours_frees_its_other_tokens(written: Callable[..., Path]) -> None:
    path = written(BOT.replace("ExampleBot", "GrokBot") + BOT.replace("ExampleBot", "xAI-Grok"))
    assert {"GrokBot", "xAI-Grok"} <= {agent.name for agent in reference.agents(path)}


def test_a_token_beyond_ascii_is_refused(written: Callable[..., Path]) -> None:
    with pytest.raises(ReferenceDataError, match=r"facts\.toml:3: name: 'ÉxampleBot' holds a character beyond ASCII"):
        reference.agents(written(BOT.replace("Example", "Éxample", 1)))


def test_own_agents_are_added_and_replace_ours(written: Callable[..., Path]) -> None:
    ours = reference.agents()
    path = written(BOT + BOT.replace("ExampleBot", "gptbot").replace('"training"', '"search"'))
    agents = reference.agents(path)
    assert len(agents) == len(ours) + 1
    assert agents[0].name == "gptbot"
    assert agents[0].purpose is Purpose.SEARCH
    assert agents[-1].name == "ExampleBot"
    assert agents[-1].tokens == ("ExampleBot",)
    assert reference.agents() == ours


def test_fingerprint_sees_what_decides_and_nothing_else() -> None:
    agents = list(reference.agents())
    fingerprint = registry_fingerprint(agents)
    assert len(bytes.fromhex(fingerprint.removeprefix("2:"))) == 32
    assert registry_fingerprint(agents[::-1]) == fingerprint
    retold = [replace(agents[0], note="other", headline=False, source="other"), *agents[1:]]
    assert registry_fingerprint(retold) == fingerprint
    for change in (
        {"tokens": ("GPTBot", "GPT")},
        {"falls_back_to": ("Googlebot",)},
        {"obeys_star": False},
        {"valid_from": "2023-08-08"},
    ):
        changed = [replace(agents[0], **change), *agents[1:]]
        assert registry_fingerprint(changed) != fingerprint


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "mend"),
    [
        ('operator = "Example"\n', "", 2, "operator", "is missing, add it"),
        ("operator =", "operater =", 4, "operater", "unknown field.*use one of: name"),
        ('"Example"', '""', 4, "operator", "no line of text"),
        ('"Example"', "7", 4, "operator", "no line of text"),
        ('"Example"', '"Exam\\nple"', 4, "operator", "no line of text"),
        ('"training"', '"trainning"', 5, "purpose", "write one of: training, search, user"),
        ('"crawler"', '"spider"', 6, "kind", "write one of: crawler, control, user-triggered"),
        ('"crawler"', '"control"', 6, "kind", "a control token has purpose and kind control"),
        ('"2026-11-22"', '"22.11.2026"', 8, "checked", "write it as 2026-11-22"),
        ('"2026-11-22"', '"20261122"', 8, "checked", "write it as 2026-11-22"),
        ('"2026-11-22"', '"2026-02-30"', 8, "checked", "write it as 2026-11-22"),
        ('"2026-11-22"', "2026-11-22T00:00:00Z", 8, "checked", "write it as 2026-11-22"),
        ('"2026-11-22"', '"2026-11-22"\nvalid_from = "2024-01-01"', 9, "valid_from", "give both or neither"),
        (
            '"2026-11-22"',
            '"2026-11-22"\nvalid_from = "2024-04-02"\nvalid_from_precision = "month"',
            9,
            "valid_from",
            "written as its first day",
        ),
        (
            '"2026-11-22"',
            '"2026-11-22"\nvalid_from = "2024-04-01"\nvalid_from_precision = "year"',
            9,
            "valid_from",
            "written as its first day",
        ),
        ('"2026-11-22"', '"2026-11-22"\nobeys_star = "no"', 9, "obeys_star", "without quotation marks"),
        ('"2026-11-22"', '"2026-11-22"\nheadline = 1', 9, "headline", "without quotation marks"),
        ('"2026-11-22"', '"2026-11-22"\ndocumentation = "example.com"', 9, "documentation", "https://"),
        ('"2026-11-22"', '"2026-11-22"\ntokens = "ExampleBot"', 9, "tokens", "write it as"),
        ('"2026-11-22"', '"2026-11-22"\ntokens = []', 9, "tokens", "ExampleBot is not among them, add it"),
        (
            '"2026-11-22"',
            '"2026-11-22"\ntokens = ["ExampleBot", "Bad/1"]',
            9,
            "tokens",
            "leave the version off",
        ),
        ('"2026-11-22"', '"2026-11-22"\ntokens = ["ExampleBot", "ExampleBot"]', 9, "tokens", "delete one"),
        ('"2026-11-22"', '"2026-11-22"\ntokens = ["ExampleBot", "gPTBOT"]', 9, "tokens", "belongs to GPTBot"),
        ('"2026-11-22"', '"2026-11-22"\nfalls_back_to = ["ExampleBot"]', 9, "falls_back_to", "remove it"),
        ('"2026-11-22"', '"2026-11-22"\nfalls_back_to = ["a/b"]', 9, "falls_back_to", "slash"),
        (
            '"2026-11-22"',
            f'"2026-11-22"\n{BOT.replace("Bot", "BOT")}',
            11,
            "name",
            "line 2 already, delete one",
        ),
        ('name = "ExampleBot"\n', "", 2, "name", "is missing, add it"),
        ('"ExampleBot"', "7", 3, "name", "7 is no line of text"),
        ('"ExampleBot"', '"GPTBot"\ntokens = ["GPTBot", "ClaudeBot"]', 4, "tokens", "belongs to ClaudeBot"),
        ('"2026-11-22"', '"2026-11-22"\ntokens = ["ExampleBot", "examplebot"]', 9, "tokens", "two spellings"),
        ("[[agent]]", "[agent]", 1, "agent", r"headed \[\[agent\]\]"),
        ("[[agent]]", "[[agents]]", 1, "agents", r"headed \[\[agent\]\]"),
    ],
)
def test_bad_agent(written: Callable[..., Path], old: str, new: str, line: int, field: str, mend: str) -> None:
    path = written(BOT.replace(old, new))
    with pytest.raises(ReferenceDataError, match=mend) as caught:
        reference.agents(path)
    assert str(caught.value).startswith(f"{path}:{line}: {field}: ")
    assert "\n" not in str(caught.value)


def test_line_is_that_of_the_bad_field(written: Callable[..., Path]) -> None:
    path = written("# mine\n" + BOT + BOT.replace("ExampleBot", "SecondBot").replace('"crawler"', "3"))
    with pytest.raises(ReferenceDataError, match=r"facts\.toml:15: kind: 3 is unknown"):
        reference.agents(path)


@pytest.mark.parametrize(
    ("load", "text", "field", "mend"),
    [
        (reference.events, EVENT.replace('["GPTBot"]', '["GPTbot"]'), "agents", "no agent of agents.toml"),
        (reference.events, EVENT.replace('kind = "agent"', 'kind = "party"'), "kind", "write one of: agent,"),
        (reference.events, EVENT.replace("2023-08-07", "August"), "day", "write it as"),
        (reference.events, EVENT.replace("[[event]]", '[[event]]\nprecision = "month"'), "day", "first day"),
        (reference.events, EVENT + EVENT, "title", "line 2 already"),
        (reference.claims, CLAIM + CLAIM, "id", "line 2 already"),
        (reference.claims, CLAIM.replace("9.1 }", "109 }"), "percent", "at most 100"),
        (reference.claims, CLAIM.replace("9.1 }", "true }"), "percent", "no number"),
        (reference.claims, CLAIM.replace("9.1 }", '"nine" }'), "percent", "no number"),
        (reference.claims, CLAIM.replace("{ GPTBot = 9.1 }", "9.1"), "percent", "write it as"),
        (reference.claims, CLAIM.replace("GPTBot =", "GPT ="), "percent", "no agent"),
        (reference.claims, CLAIM.replace("named_root", "root"), "counted_as", "no definition, write one of"),
        (reference.claims, CLAIM.replace('"primary"', '"maybe"'), "reading", "write one of: primary"),
        (reference.claims, CLAIM.replace('denominator = "all"\n', ""), "denominator", "is missing"),
    ],
)
def test_bad_table(
    written: Callable[..., Path], load: Callable[[Path], tuple], text: str, field: str, mend: str
) -> None:
    path = written(text)
    with pytest.raises(ReferenceDataError, match=rf"facts\.toml:\d+: {field}: .*{mend}"):
        load(path)


@pytest.mark.parametrize(
    ("row", "field", "mend"),
    [
        ("2024-04-18,,M,O,many,confirmed,text,s,2026-11-22,", "tokens_t", "write one such as 12.5"),
        ("2024-04-18,,M,O,-1,confirmed,text,s,2026-11-22,", "tokens_t", "at least 0"),
        ("2024-04-18,,M,O,nan,confirmed,text,s,2026-11-22,", "tokens_t", "at least 0"),
        ("2024-04-18,,M,O,1,sure,text,s,2026-11-22,", "confidence", "write one of: confirmed"),
        ("2024-04-18,,M,O,1,confirmed,smell,s,2026-11-22,", "modality", "write one of: text"),
        ("2024-04-18,,,O,1,confirmed,text,s,2026-11-22,", "model", "is missing, add it"),
        ("2024-04-18,,M,O,1,confirmed,text,,2026-11-22,", "source", "is missing, add it"),
        ("2024-04,,M,O,1,confirmed,text,s,2026-11-22,", "day", "write it as 2026-11-22"),
        ("2024-04-18,year,M,O,1,confirmed,text,s,2026-11-22,", "day", "first day"),
        ("2024-04-18,,M,O, Inc.,1,confirmed,text,s,2026-11-22,", "row", "11 cells under 10 columns: quote"),
        ("2024-04-18,,M", "row", "3 cells under 10 columns"),
    ],
)
def test_bad_csv_row(written: Callable[..., Path], row: str, field: str, mend: str) -> None:
    good = "2020-01-01,,Good,O,1,confirmed,text,s,2026-11-22,\n"
    path = written(f"# about\n\n{DATASET}{good}{row}\n", "sets.csv")
    with pytest.raises(ReferenceDataError, match=mend) as caught:
        reference.datasets(path)
    assert str(caught.value).startswith(f"{path}:5: {field}: ")


def test_csv_names_a_double_and_an_unknown_column(written: Callable[..., Path]) -> None:
    row = "2024-04-18,,M,O,1,confirmed,text,s,2026-11-22,\n"
    with pytest.raises(ReferenceDataError, match=r"sets\.csv:3: model: .*line 2 already"):
        reference.datasets(written(DATASET + row + row, "sets.csv"))
    with pytest.raises(ReferenceDataError, match=r"sets\.csv:2: modell: unknown field"):
        reference.datasets(written(DATASET.replace("model", "modell") + row, "sets.csv"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe[\x00", "is not UTF-8 text: unpack it or save it as UTF-8"),
        (b"[[agent]\n", r"agents\.toml:1: not valid TOML: .*line 1"),
        (b"# mine\n\n[[agent]]\nname = ", r"agents\.toml:4: not valid TOML"),
        (b"[[agent]]\nname = 'x'\nname = 'y'\n", r"agents\.toml:3: not valid TOML"),
        (b"agent = 1\n", r":1: agent: write every row as its own table headed \[\[agent\]\]"),
        (b"agent = [{ name = 'x' }]\n", r":1: agent: write every row as its own table"),
        (None, "cannot be read: No such file"),
    ],
)
def test_unreadable_file(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "agents.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReferenceDataError, match=message):
        reference.agents(path)


def test_unclosed_quotation_mark_names_its_line(written: Callable[..., Path]) -> None:
    with pytest.raises(ReferenceDataError, match=r"sets\.csv:2: not valid CSV"):
        reference.datasets(written(DATASET + '2024-04-18,,"M,O\n\n', "sets.csv"))


def test_scenarios_stand_beside_the_other_facts() -> None:
    assert reference.scenarios_path().name == "scenarios.toml"
    assert (reference.scenarios_path().parent / "agents.toml").is_file()


def test_shipped_panels() -> None:
    assert reference.panel_names() == ("starter", "starter-100")
    starter, head = reference.panel("starter"), reference.panel("starter-100")
    assert len(starter.members) >= 1000
    assert head.members == starter.members[:100]
    assert head.name == "starter-100"
    assert head.list_id != starter.list_id
    assert not starter.is_sample
    assert starter.population is None
    assert all(normalise_host(member.host) == member.host for member in starter.members)
    assert all(member.sector and member.country and member.language for member in starter.members)
