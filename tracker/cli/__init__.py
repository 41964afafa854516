"""The command `tracker`. Commands parse, call and print; what they need is imported when they run.

Data goes to stdout, progress and messages to stderr. Exit codes: 0 ok, 1 failed, 2 usage, 3 coverage under the
threshold, 4 an expectation of `check` not met.
"""

import os
import sys

import typer

from tracker.cli import (
    agent,
    agents,
    backfill,
    backup,
    changes,
    check,
    claims,
    config,
    crawl,
    evidence,
    export,
    forecast,
    histories,
    imports,
    panel,
    project,
    query,
    report,
    schedule,
    schema,
    serve,
    site,
    status,
    terms,
    thin,
    verify,
    warc,
)
from tracker.errors import DrywellError

_INTERRUPTED = 130  # what Typer makes of Ctrl-C

app = typer.Typer(
    name="tracker",
    help="Drywell: who lets which AI crawler in, since when, in whose words, and what that does to the date.",
    epilog="Start with `tracker demo` (offline), then `tracker crawl`. Docs: README.md, docs/method.md.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help would cost 0.3 s of imports
)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and end."),
) -> None:
    if version:
        from tracker import __version__

        typer.echo(f"drywell {__version__}")
        raise typer.Exit


app.command("demo")(serve.demo)
app.command("up")(serve.up)
app.command("check")(check.check)
app.command("crawl")(crawl.crawl)
app.add_typer(imports.app, name="import")
app.add_typer(backfill.app, name="backfill")
app.command("schedule")(schedule.schedule)
app.command("merge")(histories.merge)
app.command("forget")(histories.forget)
app.command("copy")(histories.copy)
app.command("status")(status.status)
app.command("config")(config.config)
app.command("site")(site.site)
app.command("agent")(agent.agent)
app.add_typer(agents.app, name="agents")
app.command("changes")(changes.changes)
app.add_typer(terms.app, name="terms")
app.command("claims")(claims.claims)
app.add_typer(panel.app, name="panel")
app.command("export")(export.export)
app.command("project")(project.project)
app.command("forecast")(forecast.forecast)
app.command("backtest")(forecast.backtest)
app.command("report")(report.report)
app.command("query")(query.query)
app.command("schema")(schema.schema)
app.command("verify")(verify.verify)
app.command("warc")(warc.warc)
app.command("evidence")(evidence.evidence)
app.command("thin")(thin.thin)
app.command("backup")(backup.backup)
app.command("dashboard")(serve.dashboard)


def main() -> None:
    """Run the command; an expected failure is one line on stderr and its exit code."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where what goes wrong can be said
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            print("tracker: stopped", file=sys.stderr)
        raise
    except DrywellError as error:
        print(f"tracker: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("tracker: stopped", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe went away (`tracker query … | head`): nothing is wrong.
        _close_stdout()
        sys.exit(0)
    except OSError as error:
        # All other files are opened where their names are known.
        _close_stdout()
        print(f"tracker: the output cannot be written: {error.strerror or error}; make room there", file=sys.stderr)
        sys.exit(1)


def _close_stdout() -> None:
    """Let nothing more be written at the end of the program."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
