"""Charts as SVG that may stand inside a page: rendered without a network, stripped to shapes, with ids of their own."""

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

from tracker.publish.extras import needs

if TYPE_CHECKING:
    from altair import LayerChart

_SVG = "http://www.w3.org/2000/svg"
_SHAPES = {"svg", "g", "path", "rect", "line", "text", "tspan", "circle", "defs", "clipPath"}
_LOOKS = re.compile(
    "id|d|x|y|x1|x2|y1|y2|cx|cy|r|dx|dy|width|height|viewBox|transform|display|opacity|clip-path|fill|stroke|"
    "(?:fill|stroke|font|text)-[a-z]+"
)
_OWN = re.compile(r"url\(\s*['\"]?#([^'\")]*)['\"]?\s*\)")

_INK, _GROUND = "#1a1d21", "#ffffff"
_SCALE = 1.5

ET.register_namespace("", _SVG)


def render(chart: "LayerChart", name: str) -> str:
    """The chart as SVG; `name` begins its ids. Text is in the colour of the page around it.

    Nothing is fetched. Raises DrywellError where vl-convert is not installed.
    """
    with needs("vl_convert", "a brief with charts", "report"):
        import vl_convert
    spec: dict[str, Any] = chart.to_dict()
    return tidy(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), name)


def png(svg: str) -> bytes:
    """A rendered chart as an image, dark on white: it does not know the page around it."""
    with needs("vl_convert", "a brief with charts", "report"):
        import vl_convert
    head, _, rest = svg.partition(">")
    opaque = f'{head}><rect width="100%" height="100%" fill="{_GROUND}" />{rest}'
    return vl_convert.svg_to_png(opaque.replace("currentColor", _INK), scale=_SCALE)


def tidy(svg: str, name: str) -> str:
    """An SVG with shapes and text alone: no script, link, style, handler or reference to anything but its own parts.

    The renderer numbers ids through all that it draws in a process; here they begin anew.
    """
    root = fromstring(svg)
    _strip(root)
    places: dict[str, str] = {}
    for element in root.iter():
        if "id" in element.attrib:
            places.setdefault(element.attrib["id"], f"{name}-{len(places)}")
            element.set("id", places[element.attrib["id"]])
    for element in root.iter():
        for key, value in element.attrib.items():
            if found := _OWN.fullmatch(value):
                element.set(key, f"url(#{places.get(found[1], name)})")
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    return ET.tostring(root, encoding="unicode")


def _strip(element: ET.Element) -> None:
    """Drop everything that is no shape, and every attribute that is not about looks."""
    for key, value in list(element.attrib.items()):
        if not _LOOKS.fullmatch(key) or ("url(" in value and not _OWN.fullmatch(value)):
            del element.attrib[key]
    for child in list(element):
        if isinstance(child.tag, str) and child.tag.removeprefix(f"{{{_SVG}}}") in _SHAPES:
            _strip(child)
        else:
            element.remove(child)
