"""What a person sees and confirms before a probe."""

import pytest

from tracker.cli.probe import agent_to_probe, consent, print_results, probed_as_json
from tracker.core.probes import ProbeResult
from tracker.errors import UsageError
from tracker.settings import load

SETTINGS = {"contact": "me@here.example"}


def test_the_agent_is_found_by_any_spelling_of_its_tokens() -> None:
    assert agent_to_probe("gptbot", load(**SETTINGS)).name == "GPTBot"


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("Nobot", SETTINGS, "no agent Nobot: `tracker agents` lists them"),
        ("Google-Extended", SETTINGS, "Google-Extended cannot be probed: Google publishes no User-Agent"),
        ("GPTBot", {}, "a probe needs an e-mail address"),
        ("GPTBot", {"contact": "nonsense"}, "neither an e-mail address nor"),
    ],
)
def test_who_cannot_be_probed(name: str, settings: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        agent_to_probe(name, load(**settings))


def test_nothing_goes_on_without_a_yes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(**SETTINGS)
    chosen = agent_to_probe("GPTBot", settings)
    consent(chosen, settings, yes=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "A probe sends requests under a name that is not ours." in captured.err
    assert chosen.user_agent in captured.err
    with pytest.raises(UsageError, match="add --yes once you have read the notice"):
        consent(chosen, settings, yes=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_args, **_more: False)
    with pytest.raises(UsageError, match="not confirmed"):
        consent(chosen, settings, yes=False)


def test_results_are_counted_by_what_follows_from_them(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        ProbeResult("a.example", "GPTBot", 1, 200, 200, "ok", "ok"),
        ProbeResult("b.example", "GPTBot", 1, 403, 200, "http_403", "ok"),
        ProbeResult("c.example", "GPTBot", 1, 200, 200, "ok", "ok"),
    ]
    print_results(results, "GPTBot")
    out = capsys.readouterr().out
    assert "3 sites that disallow GPTBot were probed" in out
    assert out.endswith("2 served, 1 refused\n")
    assert probed_as_json(results)[1]["reading"] == "refused"
    print_results([], "GPTBot")
    assert capsys.readouterr().out.endswith("none was due\n")
