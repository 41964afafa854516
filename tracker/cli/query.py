"""`tracker query`: the history in SQL."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import AsJson, Database
from tracker.cli.output import note, print_json, print_table
from tracker.errors import QueryError, UsageError

if TYPE_CHECKING:
    from tracker.store.query import Reader
    from tracker.store.streaming import Stream

TABLE_ROWS = 1_000


def query(
    sql: Annotated[str | None, typer.Argument(help="One SELECT on the views; - reads it from standard input.")] = None,
    example: Annotated[
        int | None, typer.Option("--example", min=0, max=16, help="Ask one of the sixteen questions; 0 lists them.")
    ] = None,
    put: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE for a :NAME in the SQL or the example; may be repeated."),
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    parquet: Annotated[Path | None, typer.Option("--parquet", help="Write a Parquet file.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most this many rows (1,000 for tables).")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.001, help="Give up after this time; for long queries more.")
    ] = 30.0,
) -> None:
    """Ask the history in SQL.

    Views: sites agents access_now access_history changes relabels shares shares_by_group signals signal_conflicts
    captures exchanges pages terms_now terms_history terms_findings terms_changes terms_captures terms_texts
    terms_decisions contradictions claims_check probes bodies failures crawls about. `tracker schema` tells what their
    columns mean.

    Example: tracker query "SELECT date, percent_blocked FROM shares WHERE agent = 'GPTBot'
    AND definition = 'effective_full'"

    Example: tracker query --example 2 --set agent=CCBot
    """
    from tracker.cli.ask import open_reader
    from tracker.cli.formats import only_one
    from tracker.store.hints import with_hint
    from tracker.store.streaming import stream

    only_one({"--json": as_json, "--csv": as_csv, "--markdown": as_markdown, "--parquet": parquet})
    values = _values(put or [])
    if example == 0:
        _list_examples(as_json)
        return
    if (sql is None) == (example is None):
        raise UsageError("give SQL or --example N, one of them; `tracker query --example 0` lists the examples")
    most = limit if limit is not None or as_json or as_csv or parquet else TABLE_ROWS
    with open_reader(database) as reader:
        statement = _example(reader, example, values) if example else sys.stdin.read() if sql == "-" else str(sql)
        try:
            with stream(reader, statement, None if example else values or None, limit=most, seconds=seconds) as answer:
                _write(answer, as_json, as_csv, as_markdown, parquet)
        except QueryError as error:
            raise with_hint(error) from error
    if answer.cut:
        note(f"cut at {most} rows: use --limit, --csv or --json for more")


def _values(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name.isidentifier():
            raise UsageError(f"--set {name!r} is not NAME=VALUE, write it as --set agent=CCBot")
    return {name: value for name, _, value in pairs}


def _list_examples(as_json: bool) -> None:
    from tracker.store.questions import meanings, questions

    if as_json:
        print_json([{"number": one.number, "title": one.title, "sql": one.sql} for one in questions()])
        return
    for one in questions():
        print(f"{one.number}. {one.title}\n{one.sql}\n")
    for name, meaning in meanings().items():
        print(f":{name}  {meaning}")


def _example(reader: "Reader", number: int, values: Mapping[str, str]) -> str:
    from tracker.store.questions import defaults, questions

    question = questions()[number - 1]
    if stray := values.keys() - set(question.values):
        raise UsageError(f"example {number} has no :{min(stray)}; it takes {', '.join(question.values) or 'no values'}")
    sql = question.filled(defaults(reader) | values)
    note(f"{question.title}\n{sql}")
    return sql


def _write(answer: "Stream", as_json: bool, as_csv: bool, as_markdown: bool, parquet: Path | None) -> None:
    from tracker.cli import formats

    if parquet is not None:
        from tracker.publish.extras import needs

        with needs("pyarrow", "--parquet"):
            from tracker.publish.parquet import write
        rows = write(parquet, answer.columns, answer.batches())
        note(f"{rows} rows in {parquet}")
    elif as_json:
        formats.write_json(answer.columns, answer.batches())
    elif as_csv:
        formats.write_csv(answer.columns, answer.batches())
    elif as_markdown:
        formats.write_markdown(answer.columns, answer.batches())
    else:
        print_table(answer.columns, [row for batch in answer.batches() for row in batch])
