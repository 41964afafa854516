"""The report of `tracker check` for people: a summary, tables of at most 80 columns, remarks with the mend."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from tracker.cli.check_sources import shown
from tracker.cli.output import print_table

WIDTH = 80
_TEXT = 32
_NAMES = 8
_PAGES = 5
_LINE = "deciding line"
_GAP = 3  # between two columns
_ROWS = 50
_BY = {"named": "name", "wildcard": "*", "none": ""}
_BASES = {"named": " by name", "wildcard": " by *", "none": ""}
_EFFECTS = {
    "lost": "lost access",
    "mixed": "lost some, gained some",
    "gained": "gained access",
    "rebased": "same access, on another basis",
}
_Report = dict[str, Any]


def print_report(report: _Report) -> None:
    """Print one report."""
    if report["answer"] == "absent":
        print(
            f"{shown(report['file'])} has no robots.txt ({report['cause']}): no rules, everything is open to everybody"
        )
    else:
        print(_summary(report))
    if report["compared"]:
        _print_compared(report["compared"])
    elif report["answer"] != "absent":
        _print_verdicts(report)
    _print_paths(report["paths"])
    _print_remarks(report["remarks"])
    _print_signals("Signals", report["signals"])
    _print_conflicts(report["conflicts"])


def _summary(report: _Report) -> str:
    of = report["summary"]
    called = of["called"] if of["agents"] != 1 else of["called"].removesuffix("s")
    by_name = f" ({of['blocked_by_name']} by name)" if of["blocked"] else ""
    remarks = f"{of['remarks'] or 'no'} remark{'' if of['remarks'] == 1 else 's'}"
    where = shown(report["file"]) if report["url"] is None else f"{report['file']} ({report['url']})"
    mostly = len(_mostly_closed(report))
    # A search page or a basket is closed to everybody in most files.
    of_them = f" (ordinary pages closed to {mostly})" if mostly else " (ordinary pages open)" if of["partial"] else ""
    counts = f"{of['blocked']} blocked{by_name}, {of['partial']} partial{of_them}, {of['allowed']} allowed"
    return f"{where}: {of['agents']} {called}: {counts}; {remarks}"


def _mostly_closed(report: _Report) -> list[str]:
    """The agents to which ordinary pages are closed, and some others open."""
    return [
        row["agent"] for row in report["agents"] if row["verdict"] == "partial" and row["other_pages"] == "disallowed"
    ]


def _print_verdicts(report: _Report) -> None:
    columns = ("agent", "verdict", "by", _LINE, "group", "except")
    rows = [
        [
            row["agent"],
            row["verdict"],
            row["via"] or _BY[row["basis"]],
            _line(row) or ("" if row["obeys_star"] or row["group_lines"] else "(ignores *)"),
            _some(row["group_lines"], 3),
            _some(row["exception_lines"], 3),
        ]
        for row in report["agents"]
    ]
    # The lines take what the other columns leave.
    widths = [max(map(len, cells)) + _GAP for cells in zip(columns, *rows, strict=True)]
    at = columns.index(_LINE)
    room = max(len(_LINE), WIDTH - 2 - sum(widths[:at]) - sum(widths[at + 1 :]))  # a blank at either end
    for row in rows:
        row[at] = _short(row[at], room)
    print_table(columns, rows)
    if mostly := _mostly_closed(report):
        _print_wrapped(f"Partial with ordinary pages closed, all but exceptions: {_names(mostly)}.")
        print()
    if report["managed"]:
        _print_own(report)


def _print_own(report: _Report) -> None:
    """What the site's own rules alone would say, where Cloudflare's block makes a difference."""
    otherwise: dict[str, list[str]] = {}
    for row in report["agents"]:
        if row["own_verdict"] != row["verdict"]:
            otherwise.setdefault(row["own_verdict"], []).append(row["agent"])
    first, last = report["managed"]
    block = f"Cloudflare's block (lines {first} to {last})"
    if not otherwise:
        _print_wrapped(f"Without {block} the file would say the same to these agents.")
    for verdict, agents in otherwise.items():
        _print_wrapped(f"Without {block} the site's own rules say {verdict} to {_names(agents)}.")
    print()


def _print_paths(rows: Sequence[_Report]) -> None:
    if rows:
        cells = [(row["path"], row["agent"], row["access"], _line(row)) for row in rows]
        print_table(("path", "agent", "access", "winning line"), cells, title="Paths")


def _print_remarks(found: Sequence[_Report]) -> None:
    if not found:
        return
    print("Remarks")
    for remark in found:
        _print_wrapped(sentence(remark), mark="- ")
    print()


def sentence(remark: _Report) -> str:
    """A remark in one sentence: where, what is amiss, the mend, the flag."""
    where = f"line {remark['line']}: " if remark["line"] else ""
    mend = f"; {remark['mend']}" if remark["mend"] else ""
    return f"{where}{remark['text']}{mend}. [{remark['flag']}]"


def _print_signals(title: str, signals: Sequence[_Report]) -> None:
    if not signals:
        return
    names = ("line", "signal", "says", "for", "path", "flags")
    cells = [
        (one["line"], one["kind"], _said(one), _names(one["agents"]), one["path"], ", ".join(one["flags"]))
        for one in signals[:_ROWS]
    ]
    # Most files have no path and no flag to show.
    filled = [at for at in range(len(names)) if any(row[at] for row in cells)]
    print_table([names[at] for at in filled], [[row[at] for at in filled] for row in cells], title=title)
    if len(signals) > _ROWS:
        print(f"and {len(signals) - _ROWS:,} more\n")


def _print_conflicts(found: Iterable[_Report]) -> None:
    by_signal: dict[tuple[str, str], list[str]] = {}
    for one in found:
        signal = one["signal"]
        on = f" on line {signal['line']}" if signal["line"] else ""
        by_signal.setdefault((f"{_said(signal)}{on}", one["conflict"]), []).append(one["agent"])
    if by_signal:
        print("Words and rules disagree")
    for (signal, says), agents in by_signal.items():
        _print_wrapped(f"{signal}: {says}, for {_names(agents)}.", mark="- ")
    if by_signal:
        print()


def _print_compared(compared: _Report) -> None:
    how_many = f"{compared['agents']} agent{'' if compared['agents'] == 1 else 's'}"
    print(f"Compared with {shown(compared['with'])}, {how_many}: {_effects(compared)}")
    groups: dict[tuple[str, ...], list[str]] = {}
    for change in compared["changes"]:
        key = (_EFFECTS[change["effect"]], _turn(change), _moved(change))
        groups.setdefault(key, []).append(change["agent"])
    for (effect, turn, moved), agents in groups.items():
        _print_wrapped(f"{effect} ({turn}): {_names(agents)}{moved}", mark="- ")
    if compared["gaps"]:
        _print_wrapped(f"The comparison is not complete, there may be more: {'; '.join(compared['gaps'])}.")
    print()
    _print_signals("Signals that are new", compared["signals_new"])
    _print_signals("Signals that are gone", compared["signals_gone"])


def _effects(compared: _Report) -> str:
    of = [change["effect"] for change in compared["changes"]]
    counts = [f"{of.count(effect)} {words}" for effect, words in _EFFECTS.items() if effect in of]
    return ", ".join([*counts, f"{compared['unchanged']} unchanged"])


def _turn(change: _Report) -> str:
    """Verdict and basis before and after, where they differ."""
    before, after = (
        f"{side['verdict']}{' by ' + side['via'] if side['via'] else _BASES[side['basis']]}"
        for side in (change["before"], change["after"])
    )
    return after if before == after else f"{before} > {after}"


def _moved(change: _Report) -> str:
    """The first pages that changed their fate, with the lines that decide it."""
    parts = []
    for fate in ("closed", "opened"):
        more = change[f"{fate}_in_all"] - _PAGES
        shown = ", ".join(_decided(pages, fate) for pages in change[fate][:_PAGES]) + (
            f" and {more} more" if more > 0 else ""
        )
        parts += [f"; {fate}: {shown}"] if shown else []
    return "".join(parts)


def _decided(pages: _Report, fate: str) -> str:
    """Some pages and the line that decides them now or, where none does any more, the one that did."""
    shown = _short(pages["pages"])
    if pages["after"]:
        return f"{shown} (line {pages['after']['line']})"
    # What is closed is closed by a line, but in hostile files it may be too dear to find.
    is_gone = fate == "opened" and pages["before"]
    return f"{shown} (was line {pages['before']['line']})" if is_gone else shown


def _line(row: _Report) -> str:
    return f"{row['line']}: {_short(row['text'])}" if row["line"] else ""


def _said(signal: _Report) -> str:
    """What is said: of a Content-Usage that means nothing the key, for its words are those of the whole line."""
    if signal["value"]:
        is_address = signal["kind"] == "rsl"
        return f"{signal['key']}={signal['value'] if is_address else _short(signal['value'])}"
    return _short(signal["key"] if signal["kind"] == "content-usage" and signal["key"] else signal["raw"])


def _short(text: str, most: int = _TEXT) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _some(numbers: Sequence[int], most: int) -> str:
    return ", ".join(map(str, numbers[:most])) + (", …" if len(numbers) > most else "")


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def _print_wrapped(text: str, mark: str = "") -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False))
