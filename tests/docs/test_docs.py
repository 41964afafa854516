"""Documentation that must not lag behind: views, commands, links, and what the repository may not name."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from tracker import reference
from tracker.cli import app
from tracker.publish.pages import renewed
from tracker.store.dictionary import internal_views, views
from tracker.store.query import Reader
from tracker.store.write import Writer

ROOT = Path(__file__).resolve().parents[2]
DICTIONARY = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
PAGES += [*(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md"), *(ROOT / "cron").rglob("*.md")]
VIEWS = list(views())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory):
    database = tmp_path_factory.mktemp("docs") / "empty.sqlite"
    Writer(database, reference.agents()).close()
    with Reader(database) as opened:
        yield opened


def documented(view: str) -> list[str]:
    section = DICTIONARY.split(f"\n## {view}\n")[1].split("\n## ")[0]
    return [match for match in re.findall(r"^\| (\w+) \|", section, re.MULTILINE) if match != "column"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_of_a_view_is_documented_in_order(reader: Reader, view: str) -> None:
    columns = list(reader.sql(f"SELECT * FROM {view} LIMIT 0").columns)
    assert columns == [column.name for column in views()[view].columns] == documented(view)


@pytest.mark.parametrize("page", ["data-dictionary.md", "querying.md", "method.md"])
def test_the_generated_parts_of_a_page_are_up_to_date(page: str) -> None:
    """If not: `python -m tracker.publish.pages docs/*.md`."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert "generated" in text
    assert renewed(text) == text


def test_every_view_has_a_section(reader: Reader) -> None:
    found = {name for (name,) in reader.sql("SELECT name FROM sqlite_master WHERE type = 'view'").rows}
    assert found - internal_views().keys() == set(VIEWS)


def test_the_help_of_query_names_every_view() -> None:
    words = get_command(app).commands["query"].help.split("Views: ")[1].split(".")[0].split()
    assert sorted(words) == sorted(VIEWS)


def test_every_definition_is_explained() -> None:
    from tracker.core.definitions import DEFINITIONS

    assert [name for name in DEFINITIONS if f"`{name}`" not in METHOD] == []


def test_every_command_has_help_with_an_example_and_stands_in_the_documentation() -> None:
    everything = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = get_command(app).commands
    for group in ("import", "backfill", "agents", "panel", "terms"):
        commands |= {f"{group} {name}": command for name, command in commands[group].commands.items()}
    for name, command in commands.items():
        # `list` is what a bare `tracker agents` does, `show` what `tracker terms SITE` does.
        assert f"tracker {name.removesuffix(' list').removesuffix(' show')}" in everything, name
        if name not in ("import", "backfill"):
            assert "Example:" in (command.help or ""), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_two_commands_of_the_readme_are_what_ci_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("uv run tracker demo", "uv run pytest"):
        assert command in README
        assert command in script


def test_the_lock_names_no_host_and_uv_lock_is_not_tracked() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    if (ROOT / ".git").exists():
        tracked = subprocess.run(["git", "-C", str(ROOT), "ls-files", "uv.lock"], capture_output=True, text=True).stdout
        assert tracked == ""
