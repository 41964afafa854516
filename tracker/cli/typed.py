"""The command as it was typed, to print it with another option."""

import shlex
from collections.abc import Collection

import typer

from tracker.cli.output import shown


def as_typed(context: typer.Context, without: Collection[str] = ()) -> str:
    """The command of `context` with the arguments and options that were given, quoted for a shell.

    `without` names parameters to leave out. What came from a setting or by default is not repeated, and the password of
    a database is masked.
    """
    words = context.command_path.split()
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name in without or source is None or source.name != "COMMANDLINE":
            continue
        value = context.params[name]
        if parameter.param_type_name == "argument":
            words.append(str(value))
        elif value is True:
            words.append(parameter.opts[0])
        else:
            for one in value if isinstance(value, list | tuple) else (value,):
                words += [parameter.opts[0], shown(str(one))]
    return shlex.join(words)
