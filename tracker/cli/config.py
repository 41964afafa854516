"""`tracker config`: every setting, its value and where it comes from."""

from typing import TYPE_CHECKING, Any

from tracker.cli.options import AgentsFile, AsJson, Database, Panel
from tracker.cli.output import print_json, print_table, shown

if TYPE_CHECKING:
    from tracker.settings import Settings


def config(
    database: Database = None, panel: Panel = None, agents_file: AgentsFile = None, as_json: AsJson = False
) -> None:
    """Show every setting, its value and its origin.

    Origins: flag, TRACKER_ variable, tracker.toml, default.

    Example: TRACKER_WORKERS=200 tracker config
    """
    from tracker.settings import load, origins

    flags = {"database": database, "panel": panel, "agents": agents_file}
    settings = load(**flags)
    where = origins(settings, **flags)
    rows = []
    for name, field in type(settings).model_fields.items():
        value = _in_force(settings, name)
        told = [str(part) for part in value] if isinstance(value, tuple) else value
        rows.append({"setting": name, "value": told, "origin": where[name], "meaning": field.description})
    if as_json:
        print_json({row["setting"]: {"value": row["value"], "origin": row["origin"]} for row in rows})
    else:
        print_table(("setting", "value", "origin", "meaning"), [list(row.values()) for row in rows])


def _in_force(settings: "Settings", name: str) -> Any:
    computed = {"database": shown(settings.history), "agents": settings.agents_file, "opt_out": settings.opt_out_file}
    computed["terms_decisions"] = settings.decisions_file
    return computed.get(name, getattr(settings, name))
