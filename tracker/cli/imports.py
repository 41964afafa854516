"""`tracker import …`: past captures from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import note, print_json, progress

app = typer.Typer(help="Bring past captures into the history.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Bring past captures into the history."""


@app.command("git")
def git(
    repository: Annotated[Path, typer.Argument(help="A cloned git-scraping repository.")],
    path: Annotated[
        str, typer.Option("--path", help="Where the files are; {site} stands for the host name.")
    ] = "robots/{site}.txt",
    panel: Annotated[
        str | None,
        typer.Option("--panel", "-p", help="Name of the panel they form.", show_default="folder name"),
    ] = None,
    database: Database = None,
    agents_file: AgentsFile = None,
    as_json: AsJson = False,
) -> None:
    """Import the history of a git-scraping repository: each commit that touches the files is one crawl.

    Running it again adds only new commits. Example:
    tracker import git ../robots-history --path 'robots/{site}.txt'
    """
    from tracker import reference
    from tracker.settings import load
    from tracker.sources.git import carry_over, read_history
    from tracker.store.write import Writer

    settings = load(database=database, agents=agents_file)
    history, agents = settings.history, reference.agents(settings.agents_file)
    # Read before the history is opened, so that a mistyped path leaves no empty file behind.
    past = read_history(repository, path)
    with Writer(history, agents) as writer, progress("commits") as advance:
        report = carry_over(writer, past, panel, advance)
    for name, reason in list(report.skipped.items())[:5]:
        note(f"skipped {name}: {reason}")
    if len(report.skipped) > 5:
        note(f"skipped {len(report.skipped) - 5} more files whose names are no hosts")
    if as_json:
        print_json({"database": history, **report.as_json()})
    else:
        print(
            f"{report.new_commits} of {report.commits} commits imported ({report.commits - report.new_commits} were "
            f"there already), {report.sites} sites, panel {report.panel}, into {history}"
        )
