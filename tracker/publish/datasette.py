"""What Datasette shows beside a history: descriptions, columns to sort and count by, the sixteen questions.

`tracker schema --datasette > metadata.yaml`, then `datasette history.sqlite --metadata metadata.yaml`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.publish.pages import range_of
from tracker.store.dictionary import Column, View, views
from tracker.store.questions import Question, literal, meanings, questions

SETTINGS = "--setting sql_time_limit_ms 10000 --setting facet_time_limit_ms 1000"
_HORIZON = "SELECT {} FROM about WHERE key = 'horizon'"
_NOW = {"day": _HORIZON.format("substr(value, 1, 10)"), "since": _HORIZON.format("date(value, '-7 days')")}


def metadata(name: str, raw_tables: Iterable[str], defaults: Mapping[str, str]) -> dict[str, Any]:
    """Datasette's metadata for the history that it calls `name` (the file without its suffix).

    `raw_tables` are hidden. `defaults` (`tracker.store.questions.defaults`) answer a question whose form is empty.
    """
    tables: dict[str, Any] = {view.name: _described(view) for view in views().values()}
    tables |= {table: {"hidden": True} for table in sorted(raw_tables)}
    return {
        "title": "Drywell: who lets which AI crawler in",
        "description": "Query the views; tables may change. Unknown is neither blocked nor open.",
        "source": "Drywell",
        "databases": {
            name: {
                "description": "Views and their columns: docs/data-dictionary.md",
                "tables": tables,
                "queries": {f"question-{one.number:02}": _query(one, defaults) for one in questions()},
            }
        },
    }


def _described(view: View) -> dict[str, Any]:
    return {
        "description": f"{view.about} {view.use}",
        "columns": {column.name: _meaning(column) for column in view.columns},
        "sortable_columns": [column.name for column in view.columns],
        "facets": list(view.facets),
    }


def _meaning(column: Column) -> str:
    span = range_of(column)
    return f"{column.means} ({span})" if span else column.means


def _query(question: Question, defaults: Mapping[str, str]) -> dict[str, str]:
    default = {name: _NOW.get(name, literal(defaults[name])) for name in question.values}
    sql = question.sql
    for name, value in default.items():
        # Datasette gives an empty text for a field of the form that nobody filled in.
        shown = f"({value})" if name in _NOW else value
        sql = sql.replace(f":{name}", f"COALESCE(NULLIF(:{name}, ''), {shown})")
    asked = "; ".join(f":{name} is {meanings()[name]}" for name in question.values)
    return {"title": f"{question.number}. {question.title}", "sql": sql, "description": asked}


def as_yaml(facts: Mapping[str, Any], name: str) -> str:
    """The metadata as YAML, with a line on how to use it."""
    usage = f"# datasette {name}.sqlite --metadata metadata.yaml {SETTINGS}"
    return "\n".join([usage, *_lines(facts, "")]) + "\n"


def _lines(facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    # JSON's texts and lists are YAML's too, whatever stands in them.
    for key, value in facts.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, str) and "\n" in value:
            yield f"{indent}{key}: |-"
            yield from (f"{indent}  {line}" for line in value.splitlines())
        else:
            yield f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}"
