"""The `tracker` command lines in a text, and whether the real command line takes them."""

import re
import shlex
from collections.abc import Iterator

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from tracker.cli import app

_LINE = re.compile(r"(?:^|[\s`\"'/(;&|])tracker[ \t]+(?=[a-z-])([^`\n]*)", re.MULTILINE)
_ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "2>&1", "2>", "<"}


def command_lines(text: str) -> Iterator[list[str]]:
    """The arguments of each `tracker …`: in shell lines, and between backquotes."""
    joined = text.replace("\\\n", " ")
    for match in _LINE.finditer(joined):
        yield _arguments(match.group(1))


def markdown_lines(text: str) -> Iterator[list[str]]:
    """The arguments of each `tracker …` in the code of a page, not in its sentences."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for code in [*blocks, *spans]:
        yield from command_lines(code)


def _arguments(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    found = []
    for word in lexer:
        if word in _ENDS or set(word) <= set("|&;<>"):
            # `2>&1`: the number is not an argument
            return found[:-1] if word.startswith(">") and found and found[-1] == "2" else found
        found.append(word)
    return found


def complaint(arguments: list[str]) -> str:
    """What the command line says against these arguments; "" if it would run them."""
    command, name, rest = get_command(app), "tracker", list(arguments)
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in command.commands:
            return f"there is no command {name}"
        command = command.commands[name]
    try:
        command.make_context(name, rest)
    except typer.Exit:
        return ""
    except TyperException as error:
        return str(error) or type(error).__name__
    return ""
