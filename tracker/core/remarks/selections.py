"""Who gets which groups: every choice of groups that some agent of a file obeys, whether a registry knows it or not."""

from tracker.core.naming import naming_of
from tracker.core.robots import RobotsFile

STAR = "*"


def selections(robots: RobotsFile) -> dict[tuple[int, ...], list[str]]:
    """Indices of groups to the tokens that choose them, `*` first, then in order of appearance."""
    naming = naming_of(robots)
    found: dict[tuple[int, ...], list[str]] = {}
    for name, groups in {STAR: naming.star, **naming.tokens}.items():
        if groups:
            found.setdefault(tuple(groups), []).append(name)
    return found
