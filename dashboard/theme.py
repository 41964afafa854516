"""How the dashboard looks. Its colours are those of all charts; verdict bars differ in height, too."""

from tracker.publish.palette import (
    AGENT_COLOURS,
    ALLOWED,
    BLOCKED,
    DEMAND,
    MUTED,
    OPEN_STOCK,
    PARTIAL,
    STOCK,
    UNKNOWN,
    agent_colours,
)

__all__ = [
    "AGENT_COLOURS",
    "ALLOWED",
    "BLOCKED",
    "DARK_GROUND",
    "DEMAND",
    "ICON",
    "LIGHT_GROUND",
    "MUTED",
    "OPEN_STOCK",
    "PARTIAL",
    "STOCK",
    "STREAMLIT",
    "STYLE",
    "UNKNOWN",
    "VERDICT_COLOURS",
    "VERDICT_HEIGHTS",
    "agent_colours",
    "contrast",
]

LIGHT_GROUND, DARK_GROUND = "#ffffff", "#0e1117"

VERDICT_COLOURS = {"blocked": BLOCKED, "partial": PARTIAL, "allowed": ALLOWED, "unknown": UNKNOWN}
VERDICT_HEIGHTS = {"blocked": 18, "partial": 11, "allowed": 5, "unknown": 2}
"""Thickness of a verdict's bar in pixels: the more is closed, the thicker."""

STREAMLIT = {
    "theme.light.primaryColor": "#005a94",
    "theme.dark.primaryColor": "#3d9be0",
    "theme.chartCategoricalColors": list(AGENT_COLOURS),
}
"""Streamlit's own theme: a primary colour on which white text has contrast 4.5:1 (its red has less)."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#005a94"/>'
    '<path d="M3 5h10M5 5v8M11 5v8" stroke="#fff" stroke-width="1.6" fill="none"/></svg>'
)
"""The page's icon, drawn here: a name of an icon would be fetched from the internet."""

STYLE = "<style>.stMainBlockContainer{padding-top:4.5rem}</style>"
"""Streamlit leaves a sixth of the first screen empty."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours as `#rrggbb`, 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
