"""`tracker schema`: the views explained, for people and for programs."""

import json
from pathlib import Path

import pytest
import yaml

from tests.publish.told import tell
from tracker.store.dictionary import TYPES, views


@pytest.mark.parametrize("view", views())
def test_a_view_is_shown_with_all_its_columns(run, view: str) -> None:
    shown = run("schema", view).out
    assert all(column.name in shown for column in views()[view].columns)
    assert run("schema", view, "--markdown").out.startswith(f"## {view}\n")
    (facts,) = run("schema", view, "--json").json
    assert [column["name"] for column in facts["columns"]] == [column.name for column in views()[view].columns]


def test_all_views_are_listed(run) -> None:
    listed = run("schema").out
    assert all(f"\n {view} " in listed for view in views())
    assert [facts["name"] for facts in run("schema", "--json").json] == list(views())
    assert run("schema", "--markdown").out.count("\n## ") == len(views()) - 1


def test_the_facts_fit_each_other() -> None:
    for view in views().values():
        names = [column.name for column in view.columns]
        assert set(view.key) <= set(names)
        assert set(view.facets) <= set(names)
        assert view.partition is None or view.partition.column in names
        assert "\n" not in view.about
        assert all(column.type in TYPES for column in view.columns)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shars"], "no view 'shars' (did you mean shares?)"),
        (["--json", "--markdown"], "--json and --markdown cannot go together"),
        (["shares", "--datasette"], "--datasette describes all views"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(run, arguments: list[str], says: str) -> None:
    result = run("schema", *arguments)
    assert result.code == 2
    assert says in result.err


def test_metadata_and_statements_for_other_tools(run, tmp_path: Path) -> None:
    tell(tmp_path / "told.sqlite")
    printed = run("schema", "--datasette", "--database", "told.sqlite").out
    database = yaml.safe_load(printed)["databases"]["told"]
    assert len(database["queries"]) == 16
    assert database["tables"]["tally"] == {"hidden": True}
    assert database["tables"]["shares"]["columns"]["percent_blocked"].endswith("(%)")
    statements = run("schema", "--duckdb", "--database", "told.sqlite").out
    assert statements.count("CREATE OR REPLACE VIEW") == len(views())
    assert json.dumps(str(tmp_path / "told.sqlite")).strip('"') in statements
