"""Colours of charts, chosen once: told apart by colour-blind eyes, at contrast 3:1 or more on white and on dark ground.

Colour is never the only sign: lines carry their names, bars their numbers, measured and assumed differ in stroke.
"""

from collections.abc import Sequence

AGENT_COLOURS = ("#0077c2", "#d55e00", "#00936b", "#b8609a", "#a97d00", "#7a78d8", "#5f8a99", "#8d7b6c")
"""After Okabe and Ito (2008), darkened or lightened where a ground asks for it. Taken in the order of agents shown."""

BLOCKED, PARTIAL, ALLOWED, UNKNOWN = "#d55e00", "#b98700", "#0077c2", "#85898f"
MUTED = "#85898f"
DEMAND, STOCK, OPEN_STOCK = "#d55e00", "#0077c2", "#00936b"


def agent_colours(agents: Sequence[str]) -> dict[str, str]:
    """A colour for each agent; the ninth takes the first one's again, its name stands at its line."""
    return {agent: AGENT_COLOURS[place % len(AGENT_COLOURS)] for place, agent in enumerate(agents)}


def dodged(places: Sequence[float], gap: float, top: float) -> list[float]:
    """Positions in [0, top] as near to `places` as a mutual distance of `gap` allows, in the same order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [0.0] * len(places)
    floor = 0.0
    for index in order:
        moved[index] = max(places[index], floor)
        floor = moved[index] + gap
    ceiling = top
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - gap
    return moved
