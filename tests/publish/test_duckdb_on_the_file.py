"""DuckDB on the file of a history itself, by its sqlite extension.

DuckDB loads that extension from its own server. The package duckdb-extension-sqlite-scanner brings it along, for
DuckDB 1.5.5; so this runs in an environment of its own: see CONTRIBUTING.md.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.publish.told import matches
from tracker.publish.duckdb import over_sqlite
from tracker.store.questions import questions

pytestmark = pytest.mark.slow

ASK = """
import json, sys, duckdb
from duckdb_extensions import import_extension
connection = duckdb.connect()
import_extension("sqlite_scanner", con=connection)
connection.execute("LOAD sqlite_scanner")
given = json.load(sys.stdin)
connection.execute(given["views"])
found = []
for sql in given["ask"]:
    answer = connection.execute(sql)
    found.append([[column[0] for column in answer.description], answer.fetchall()])
print(json.dumps(found))
"""


def test_duckdb_answers_the_questions_on_the_file(
    told: Path, put_in: dict[str, str], pytestconfig: pytest.Config
) -> None:
    python = pytestconfig.getoption("--sqlite-duckdb")
    if not python:
        pytest.skip("--sqlite-duckdb PYTHON not given")
    given = {"views": over_sqlite(told), "ask": [question.filled(put_in) for question in questions()]}
    done = subprocess.run([python, "-c", ASK], input=json.dumps(given), check=True, capture_output=True, text=True)
    for question, (columns, rows) in zip(questions(), json.loads(done.stdout), strict=True):
        assert matches(question.number, tuple(columns), [tuple(row) for row in rows]), question.number
