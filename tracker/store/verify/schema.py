"""The tables, indexes and views of a history against those that this program makes.

An auditor asks the views. One that was replaced answers whatever its maker likes, however sound the rows below it are,
and a trigger changes rows at the next crawl. On SQLite all is compared with what the migrations and views.sql make in
memory. PostgreSQL keeps no text: there our views are made once more in the temporary schema of a session, and rolled
back; of tables and indexes names are compared. Tables, views and indexes that people made for themselves may be there.
"""

import re
import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from tracker.store import migrations, models, postgres
from tracker.store.definition import views_text
from tracker.store.verify.report import Check

_OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
_TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2",
}
_DEFINITION = "SELECT viewname, definition FROM pg_views WHERE schemaname = {schema}"
_BODIES = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"

_REPAIRABLE = ("index", "function")

Objects = dict[tuple[str, str], str]  # (type, name in lower case) to the SQL that made it


def check_schema(connection: Connection, check: Check) -> bool:
    """Every table and index is declared as this program declares it, and no trigger is there."""
    differing = _differing_in_file if connection.dialect.name == "sqlite" else _differing_on_server
    for kind, name, said in differing(connection, check):
        check.repairable = check.repairable and kind in _REPAIRABLE
        check.found(f"{kind} {name} {said}")
    can_go_on = check.repairable
    for name, owner in _triggers(connection):
        check.found(f"trigger {name} of {owner} is none of this program's")
    return can_go_on


def check_views(connection: Connection, check: Check) -> bool:
    """Every public view is there, and says what views.sql says."""
    views = _views_in_file if connection.dialect.name == "sqlite" else _views_on_server
    wanted, there, check.note = views(connection)
    others = {name.lower() for name in inspect(connection).get_table_names()}
    for name, definition in wanted.items():
        check.checked += 1
        if name in others:
            check.repairable = False
            check.found(f"{name} is a table and not the view")
        elif name not in there:
            check.found(f"view {name} is missing")
        elif there[name] != definition:
            check.found(f"view {name} is not the one of this program: its SQL differs")
    return True


def mend_schema(connection: Connection) -> None:
    """Drop triggers, which are none of ours, and make again indexes that are missing or others."""
    quoted = connection.dialect.identifier_preparer.quote
    for name, owner in _triggers(connection):
        on = "" if connection.dialect.name == "sqlite" else f" ON {quoted(owner)}"
        connection.exec_driver_sql(f"DROP TRIGGER {quoted(name)}{on}")
    if connection.dialect.name == "sqlite":
        made = _made()
        for kind, name, _ in _differences(made, _objects(connection)):
            if kind == "index":
                connection.exec_driver_sql(f"DROP INDEX IF EXISTS {quoted(name)}")
                connection.exec_driver_sql(made[kind, name])
        return
    for one in models.Meta.metadata.sorted_tables:
        for index in one.indexes:
            index.create(connection, checkfirst=True)


def _triggers(connection: Connection) -> list[tuple[str, str]]:
    return [(name, owner) for name, owner in connection.exec_driver_sql(_TRIGGERS[connection.dialect.name])]


# SQLite


def _made() -> Objects:
    """What a new history holds, by the statements that make one."""
    memory = sqlite3.connect(":memory:")
    try:
        for statement in migrations.all_statements(views_text()):
            memory.execute(statement)
        return {(kind, name.lower()): sql for kind, name, sql in memory.execute(_OBJECTS)}
    finally:
        memory.close()


def _objects(connection: Connection) -> Objects:
    return {(kind, name.lower()): sql for kind, name, sql in connection.exec_driver_sql(_OBJECTS)}


def _differing_in_file(connection: Connection, check: Check) -> list[tuple[str, str, str]]:
    made = _made()
    check.checked = sum(kind != "view" for kind, _ in made)
    return _differences(made, _objects(connection))


def _differences(made: Objects, there: Objects) -> list[tuple[str, str, str]]:
    """The tables and indexes of ours that are not there, or others: (kind, name, what is wrong)."""
    found = []
    for (kind, name), sql in made.items():
        if kind == "view":
            continue
        stored = there.get((kind, name))
        if stored is None:
            found.append((kind, name, "is missing"))
        elif stored.split() != sql.split():  # a table that a migration altered may be spaced in another way
            found.append((kind, name, "is not the one of this program: its SQL differs"))
    return found


def _views_in_file(connection: Connection) -> tuple[dict[str, str], dict[str, str], str]:
    wanted, there = (
        {name: sql for (kind, name), sql in objects.items() if kind == "view"}
        for objects in (_made(), _objects(connection))
    )
    return wanted, there, ""


# PostgreSQL


def _differing_on_server(connection: Connection, check: Check) -> Iterator[tuple[str, str, str]]:
    found = inspect(connection)
    there = set(found.get_table_names())
    for one in models.Meta.metadata.sorted_tables:
        check.checked += 1 + len(one.indexes)
        if one.name not in there:
            yield "table", one.name, "is missing"
            continue
        if {column["name"] for column in found.get_columns(one.name)} != set(one.columns.keys()):
            yield "table", one.name, "has other columns"
        indexes = {index["name"] for index in found.get_indexes(one.name)}
        yield from (("index", str(index.name), "is missing") for index in one.indexes if index.name not in indexes)
    bodies = {(row.proname, row.prosrc) for row in connection.execute(text(_BODIES))}
    for name, body in re.findall(r"FUNCTION (\w+)\(.*?\$\$(.*?)\$\$", postgres.functions_text(), re.DOTALL):
        check.checked += 1
        if (name, body) not in bodies:
            yield "function", name, "is not the one of this program"


def _views_on_server(connection: Connection) -> tuple[dict[str, str], dict[str, str], str]:
    ask = text(_DEFINITION.format(schema="current_schema()"))
    there = {row.viewname: row.definition for row in connection.execute(ask)}
    try:
        return _made_on_server(connection), there, ""
    except DBAPIError as error:
        names = re.findall(r"^CREATE VIEW (\w+)", views_text(), re.MULTILINE)
        said = str(error.orig).splitlines()[0]
        return {name: there.get(name, "") for name in names}, there, f"only that they are there: {said}"


def _made_on_server(connection: Connection) -> dict[str, str]:
    """Our views as this server words them, made for a moment where only this session sees them, then rolled back."""
    script = re.sub(r"^CREATE VIEW", "CREATE TEMPORARY VIEW", views_text(), flags=re.MULTILINE)
    with connection.engine.connect() as aside:
        aside = aside.execution_options(postgresql_readonly=False)
        try:
            for statement in migrations.statements(script):
                aside.exec_driver_sql(statement.replace("%", "%%"))
            rows = aside.execute(text(_DEFINITION.format(schema="pg_my_temp_schema()::regnamespace::text")))
            return {row.viewname: row.definition for row in rows}
        finally:
            aside.rollback()
