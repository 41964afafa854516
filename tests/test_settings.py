"""Where a setting's value comes from: flag, variable, tracker.toml, default."""

from pathlib import Path

import pytest

from tracker.cli.processes import settings_environment
from tracker.errors import UsageError
from tracker.settings import load, origins


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of agents for each place that can name one."""
    for name in ("flag.toml", "variable.toml", "key.toml", "agents.toml"):
        Path(name).touch()
    Path("tracker.toml").write_text('agents = "key.toml"\n')
    monkeypatch.setenv("TRACKER_AGENTS", "variable.toml")


def test_agents_flag_beats_variable_beats_file_beats_default(four: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(agents=Path("flag.toml")).agents_file == Path("flag.toml")
    assert load().agents_file == Path("variable.toml")
    assert origins(load())["agents"] == "TRACKER_AGENTS"
    monkeypatch.delenv("TRACKER_AGENTS")
    assert load().agents_file == Path("key.toml")
    assert origins(load())["agents"] == "tracker.toml"
    Path("tracker.toml").unlink()
    assert load().agents_file == Path("agents.toml")
    assert origins(load())["agents"] == "default"
    Path("agents.toml").unlink()
    assert load().agents_file is None


def test_an_empty_agents_setting_is_none_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_AGENTS", "")
    assert load().agents_file is None
    Path("agents.toml").touch()
    assert load().agents_file == Path("agents.toml")


def test_a_folder_named_like_the_default_is_no_file_of_agents() -> None:
    Path("agents.toml").mkdir()
    assert load().agents_file is None


def test_home_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TRACKER_AGENTS", "~/mine.toml")
    assert load().agents_file == tmp_path / "mine.toml"


def test_children_see_the_same_agents(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    assert settings_environment(load(agents=mine))["TRACKER_AGENTS"] == str(mine)
    assert "TRACKER_AGENTS" not in settings_environment(load())


def test_an_unknown_key_is_named() -> None:
    Path("tracker.toml").write_text('agent = "x"\n')
    with pytest.raises(UsageError, match="has no setting 'agent'"):
        load()


def test_decisions_about_terms_lie_beside_the_agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().decisions_file is None
    assert load().own_decisions == Path("terms_decisions.toml")
    Path("terms_decisions.toml").touch()
    assert load().decisions_file == Path("terms_decisions.toml")
    beside = tmp_path / "mine" / "terms_decisions.toml"
    beside.parent.mkdir()
    assert load(agents=beside.parent / "agents.toml").own_decisions == beside
    assert load(agents=beside.parent / "agents.toml").decisions_file is None
    beside.touch()
    assert load(agents=beside.parent / "agents.toml").decisions_file == beside
    monkeypatch.setenv("TRACKER_TERMS_DECISIONS", "asked.toml")
    assert load().decisions_file == load().own_decisions == Path("asked.toml"), "missing, it is an error where read"
