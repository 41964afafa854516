"""The server's own: its settings, its routes, an address that is taken."""

import json
import socket
from pathlib import Path

import pytest
from starlette.requests import Request

from dashboard import server
from tracker.errors import UsageError

REQUEST = Request({"type": "http"})


def test_an_address_in_use_is_one_clear_line(small_history: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"cannot listen on 127\.0\.0\.1 port {port} .*--port"):
            server.serve(str(small_history), port=port)


def test_health_names_the_generation(small_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE", str(small_history))
    answer = server._healthz(REQUEST)
    assert answer.status_code == 200
    assert json.loads(answer.body)["generation"].startswith("3-")


def test_health_without_a_history_is_unavailable_and_names_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE", str(tmp_path / "none.sqlite"))
    answer = server._healthz(REQUEST)
    assert answer.status_code == 503
    assert str(tmp_path).encode() not in answer.body


def test_nothing_is_told_to_anyone_outside() -> None:
    options = server._options("127.0.0.1", 8501)
    assert options["server.address"] == "127.0.0.1"
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    assert options["client.showErrorLinks"] is False


@pytest.mark.parametrize(
    ("host", "reached"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")]
)
def test_the_browser_is_sent_to_an_address_that_answers(host: str, reached: str) -> None:
    assert server._reachable(host) == reached
