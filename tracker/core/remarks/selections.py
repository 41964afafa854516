"""Who gets which groups: every choice of groups that some agent of a file obeys, whether a registry knows it or not."""

from collections import defaultdict

from tracker.core.naming import tokens_of
from tracker.core.robots import RobotsFile

STAR = "*"


def selections(robots: RobotsFile) -> dict[tuple[int, ...], list[str]]:
    """Indices of groups to the tokens that choose them (`*` among them), in order of appearance."""
    by_name: dict[str, dict[int, None]] = defaultdict(dict)
    for index, group in enumerate(robots.groups):
        for line in group.agents:
            for name in (STAR,) if line.is_star else tokens_of(line.value)[0]:
                by_name[name][index] = None
    found: dict[tuple[int, ...], list[str]] = {}
    for name, groups in by_name.items():
        found.setdefault(tuple(groups), []).append(name)
    return found
