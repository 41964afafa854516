"""A brief as one HTML page that loads nothing: styles and charts are in it, scripts there are none."""

import re
from functools import cache
from typing import Any

from tracker.publish.brief.blocks import Document, clean
from tracker.publish.extras import needs

_DATE = re.compile(r"(\b\d{4}-\d\d(?:-\d\d)?\b)")


def html(brief: Document) -> str:
    """The page. Text is cleaned and escaped wherever it stands; charts are the only markup that is taken over.

    Raises DrywellError where Jinja is not installed.
    """
    return str(_environment().get_template("brief.html").render(document=brief))


@cache
def _environment() -> Any:
    with needs("jinja2", "a brief as HTML", "report"):
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup

    _WHOLE = Markup('<span class="day">{}</span>')

    def finalize(value: Any) -> Any:
        return clean_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=PackageLoader("tracker.publish.brief"),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )

    def dated(text: str) -> Any:
        """The text with its dates held together: a line may not end within one."""
        pieces = _DATE.split(clean_text(text))
        return Markup("").join(_WHOLE.format(piece) if place % 2 else piece for place, piece in enumerate(pieces))

    environment.globals["svg"] = Markup
    environment.filters["dated"] = dated
    return environment


def clean_text(text: str) -> str:
    """As `clean`, with the blanks at both ends that stand between two pieces of a sentence."""
    inner = clean(text)
    return f"{' ' if text[:1].isspace() else ''}{inner}{' ' if inner and text[-1:].isspace() else ''}"
