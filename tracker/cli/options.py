"""Options that several commands share, declared once."""

from pathlib import Path
from typing import Annotated

import typer

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        help="History: a file path, or a URL (sqlite:///PATH, postgresql://…).",
        show_default="data folder",
    ),
]
Panel = Annotated[
    str | None,
    typer.Option("--panel", "-p", help="Panel by name, or a file: one host a line, or CSV with a host column."),
]
AgentsFile = Annotated[
    Path | None,
    typer.Option("--agents-file", help="TOML file of agents of your own.", show_default="agents.toml, if it is here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Contact = Annotated[
    str | None,
    typer.Option("--contact", help="E-mail or URL for sites to reach you; sent with each request."),
]
CaFile = Annotated[Path | None, typer.Option("--ca-file", help="PEM file of extra certificate authorities to trust.")]
AllowPrivate = Annotated[
    str | None,
    typer.Option("--allow-private", help="Private networks a crawl may reach, by commas (for tests)."),
]
Resolver = Annotated[str | None, typer.Option("--resolver", help="'system', or a DNS server as IP or IP:PORT.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Sites asked at the same time.")]
Transport = Annotated[
    str | None, typer.Option("--transport", help="How sites are asked: default, or fast (needs the extra 'fast').")
]
GateLimits = Annotated[
    str | None,
    typer.Option("--gate", help="Connections/requests a second that one address bears (default 8/20), or off."),
]
Vantage = Annotated[str | None, typer.Option("--vantage", help="From where this machine looks; kept with the crawl.")]
OptOutFile = Annotated[
    Path | None,
    typer.Option("--opt-out", help="File of hosts that must not be asked.", show_default="optout.txt, if it is here"),
]
Threshold = Annotated[
    float | None,
    typer.Option("--coverage-threshold", help="Exit 3 if answered / asked is below this (default 0.5)."),
]
Port = Annotated[int | None, typer.Option("--port", help="Port of the dashboard (default 8501).")]
Host = Annotated[str | None, typer.Option("--host", help="Address of the dashboard (default 127.0.0.1).")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Schedule = Annotated[
    str | None,
    typer.Option("--schedule", help="When rounds may begin: a cron expression in UTC, or an interval (6h)."),
]
Every = Annotated[
    str | None,
    typer.Option("--every", help="How often targets fall due, by commas: robots=1d,home=7d,llms.txt=never."),
]
NoRetryWaves = Annotated[bool, typer.Option("--no-retry-waves", help="Do not ask sites that failed again.")]
