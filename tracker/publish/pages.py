"""The generated parts of the documentation: `python -m tracker.publish.pages docs/*.md`.

What stands between `<!-- views: generated -->` (questions, backtest likewise) and the next `<!-- end -->` is made anew.
"""

import re
import sys
import textwrap
from pathlib import Path

from tracker.publish.backtest_page import backtest_page
from tracker.store.dictionary import Column, View, internal_views, views
from tracker.store.questions import meanings, questions

_PART = re.compile(r"(<!-- (\w+): generated[^>]*-->\n)(.*?)(<!-- end -->)", re.DOTALL)


def views_page(*names: str) -> str:
    """The named views (all, if none is) in Markdown, a section each."""
    chosen = [views()[name] for name in names] if names else list(views().values())
    parts = [_section(view) for view in chosen]
    if not names:
        parts += [f"`{name}` is {about}" for name, about in internal_views().items()]
    return "\n\n".join(parts)


def _section(view: View) -> str:
    table = ["| column | meaning | unit or values |", "|---|---|---|", *map(_row, view.columns)]
    about, use, note = (textwrap.fill(text, 120) for text in (view.about, view.use, view.note))
    return "\n\n".join(part for part in (f"## {view.name}", about, use, "\n".join(table), note) if part)


def _row(column: Column) -> str:
    return f"| {column.name} | {column.means} | {range_of(column)} |"


def range_of(column: Column) -> str:
    """What the values of a column are: its unit, all that it can be, or the form of a date."""
    forms = {"date": "YYYY-MM-DD", "time": "YYYY-MM-DDTHH:MM:SSZ", "flag": "0, 1"}
    return ", ".join(column.values) or column.unit or forms.get(column.type, "")


def questions_page() -> str:
    """The sixteen questions in Markdown."""
    listed = [f"{one.number}. {one.title}\n\n{_fenced(one.sql)}" for one in questions()]
    values = [f"- `:{name}`: {meaning}" for name, meaning in meanings().items()]
    return "\n\n".join([*listed, "What stands for what, and its default:", "\n".join(values)])


def _fenced(sql: str) -> str:
    return "\n".join("   " + line for line in ("```sql", *sql.splitlines(), "```"))


_PAGES = {"views": views_page, "questions": questions_page, "backtest": backtest_page}


def renewed(text: str) -> str:
    """A page with its generated parts as they must be."""
    return _PART.sub(lambda part: f"{part[1]}\n{_PAGES[part[2]]()}\n\n{part[4]}", text)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
