"""The dashboard as one process: Streamlit's app, and routes of our own beside it."""

import os
import signal
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard import theme
from tracker.errors import DrywellError, UsageError
from tracker.settings import load
from tracker.store.query import Reader

SCRIPT = Path(__file__).parent / "script" / "main.py"


def serve(database: str, *, host: str = "127.0.0.1", port: int = 8501, open_browser: bool = False) -> None:
    """Serve the dashboard of a history until Ctrl-C or SIGTERM; a history that is not there yet is no error.

    Raises UsageError if the address cannot be listened on.
    """
    _check_address(host, port)
    # The script runs in threads of this process and finds its history as everything else does: in the settings.
    os.environ["TRACKER_DATABASE"] = database
    app = st.App(
        SCRIPT,
        routes=[Route("/healthz", _healthz)],
        lifespan=_opening(f"http://{_reachable(host)}:{port}") if open_browser else None,
    )
    with suppress(KeyboardInterrupt):
        app.run(config=_options(host, port))
    # One Ctrl-C may come twice, from the terminal and from `uv run`; the second must not break off the tidying up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _options(host: str, port: int) -> dict[str, Any]:
    return {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.showEmailPrompt": False,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        # The command says the address itself; Streamlit's greeting would ask the internet for our public one.
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
        **theme.STREAMLIT,
    }


def _check_address(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        said = error.strerror or str(error)
        raise UsageError(
            f"cannot listen on {host} port {port} ({said.lower()}): choose another --port or --host"
        ) from error


def _reachable(host: str) -> str:
    """An address to open in a browser: one that means "everywhere" is reached on loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _opening(url: str) -> Any:
    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        # The socket is bound but does not answer yet; a moment later it does.
        threading.Timer(0.5, webbrowser.open, (url,)).start()
        yield

    return lifespan


def _healthz(_request: Request) -> JSONResponse:
    try:
        with Reader(load().history) as reader:
            return JSONResponse({"status": "ok", "generation": reader.generation()})
    except DrywellError as error:
        # The message names a path of this machine, which is nobody else's business.
        return JSONResponse({"status": "no history", "error": type(error).__name__}, status_code=503)
