"""Google's C++ matcher as an oracle: the wheel jwm.robotstxt, which exists up to Python 3.12."""

from collections.abc import Callable

import pytest

Ask = Callable[[bytes, str, bytes], tuple[bool, bool]]
"""(file, token, path) -> whether the path is open, and whether the file names the token."""


def matcher() -> Ask:
    """Asks Google's matcher; skips the test where it is not installed."""
    robots = pytest.importorskip("jwm.robotstxt.googlebot").RobotsMatcher()

    def ask(data: bytes, token: str, path: bytes) -> tuple[bool, bool]:
        is_open = robots.OneAgentAllowedByRobots(data, token.encode(), b"http://site.example" + path)
        return is_open, robots.ever_seen_specific_agent()

    return ask


def lines_read(data: bytes) -> list[tuple[int, str, str]] | None:
    """What Google's parser reports, in order: line number, kind, and value (of an unknown line: its name).

    None where the wheel cannot hand a line over, for it decodes values as UTF-8.
    """
    googlebot = pytest.importorskip("jwm.robotstxt.googlebot")
    found: list[tuple[int, str, str]] = []

    class Handler(googlebot.RobotsParseHandler):  # type: ignore[misc, name-defined]
        def HandleRobotsStart(self) -> None: ...
        def HandleRobotsEnd(self) -> None: ...
        def ReportLineMetadata(self, line: int, metadata: object) -> None: ...

        def HandleUserAgent(self, line: int, value: str) -> None:
            found.append((line, "user-agent", value))

        def HandleAllow(self, line: int, value: str) -> None:
            found.append((line, "allow", value))

        def HandleDisallow(self, line: int, value: str) -> None:
            found.append((line, "disallow", value))

        def HandleSitemap(self, line: int, value: str) -> None:
            found.append((line, "sitemap", value))

        def HandleUnknownAction(self, line: int, action: str, value: str) -> None:
            found.append((line, "other", action))

    try:
        googlebot.ParseRobotsTxt(data, Handler())
    except UnicodeDecodeError:
        return None
    return found
