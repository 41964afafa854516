"""What a robots.txt permits us."""

from collections.abc import Sequence

from tracker.core.robots import parse
from tracker.core.verdict import allowed


class Permission:
    """What a robots.txt permits an agent.

    It is read for all likely paths at once, and anew for others: parsed, half a megabyte takes ten, and a crawl holds
    hundreds of visits.
    """

    def __init__(self, body: bytes, agent: str, paths: Sequence[str]) -> None:
        self._body = body
        self._agent = agent
        self._known: dict[str, bool] = {}
        self._ask(paths)

    def permits(self, path: str) -> bool:
        """Whether the agent may ask for a path."""
        if path not in self._known:
            self._ask([path])
        return self._known[path]

    def _ask(self, paths: Sequence[str]) -> None:
        robots = parse(self._body)
        self._known.update((path, allowed(robots, self._agent, path)) for path in paths)
