"""`tracker config`: every setting, its value and where it comes from."""

from tracker.cli.options import AsJson, Database, Panel
from tracker.cli.output import print_json, print_table


def config(database: Database = None, panel: Panel = None, as_json: AsJson = False) -> None:
    """Show every setting, its value and its origin.

    Origins: flag, TRACKER_ variable, tracker.toml, default.

    Example: TRACKER_WORKERS=200 tracker config
    """
    from tracker.settings import load, origins

    settings = load(database=database, panel=panel)
    where = origins(settings, database=database, panel=panel)
    rows = []
    for name, field in type(settings).model_fields.items():
        value = settings.history if name == "database" else getattr(settings, name)
        shown = [str(part) for part in value] if isinstance(value, tuple) else value
        rows.append({"setting": name, "value": shown, "origin": where[name], "meaning": field.description})
    if as_json:
        print_json({row["setting"]: {"value": row["value"], "origin": row["origin"]} for row in rows})
    else:
        print_table(("setting", "value", "origin", "meaning"), [list(row.values()) for row in rows])
