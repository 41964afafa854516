"""Who is named: the index of a file against asking every line."""

from hypothesis import example, given
from hypothesis import strategies as st

from tracker.core.naming import named, names
from tracker.core.robots import parse

VALUES = [
    "GPTBot",
    "gptbot/1.0",
    "AI2Bot",
    "AI2Bot-Dolma",
    "AI 2",
    "Kangaroo Bot",
    "Kangaroo Bots",
    "*",
    "* x",
    "a",
    "a-b",
]
VALUES += [
    "-a",
    "_",
    "a_",
    "a.b",
    "bigsur.ai",
    "é",
    "a é",
    "x" * 64,
    "x" * 65,
    "x" * 64 + " y",
    "a\x01b",
    "a /b",
    "a\tb",
]
ANY = st.one_of(st.sampled_from(VALUES), st.text("aA2-_ ./é*", max_size=6))


@given(st.lists(ANY, max_size=6), ANY)
@example(["GPTBot/1.0 x"], "GPTBot/1.0")
@example(["x" * 70], "x" * 70)
@example(["a "], "a ")
def test_the_index_finds_the_lines_that_asking_each_one_finds(values: list[str], token: str):
    robots = parse("".join(f"User-agent: {value}\nDisallow: /\n" for value in values).encode())
    expected: dict[int, list[int]] = {}
    for index, group in enumerate(robots.groups):
        for line in group.agents:
            if names(line, token) and not line.is_star:
                expected.setdefault(index, []).append(line.line)
    found = named(robots, token)
    assert {index: [line.line for line in lines] for index, lines in found.items()} == expected
