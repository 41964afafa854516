"""`tracker status`: what the history holds, what runs, and what is due next."""

import os
import time
from typing import TYPE_CHECKING, Any

from tracker.cli.options import AsJson, Database, Panel
from tracker.cli.output import print_json, print_table, shown

if TYPE_CHECKING:
    from tracker.schedule.due import Facts
    from tracker.schedule.lock import Holder
    from tracker.schedule.rules import Rules
    from tracker.settings import Settings
    from tracker.store.query import Reader
    from tracker.store.rounds import Round

_CRAWLS = ("crawl_id", "started", "finished", "panel", "source", "sites", "answered", "failed")
_PANELS = ("panel", "members", "crawls", "first_crawl", "last_crawl", "answered", "suspect", "next_due")
_TARGETS = ("target", "every", "last", "due", "why")


def status(panel: Panel = None, database: Database = None, as_json: AsJson = False) -> None:
    """Show what the history holds, what is running and what is due next.

    Of one panel: its last round with coverage, the crawl and the scheduler that run, open retry waves, and when each
    target falls due and why. Without --panel, the one looked at last.

    Example: tracker status

    Example: tracker status --panel starter --json
    """
    from tracker.cli.ask import open_reader
    from tracker.errors import NoHistory
    from tracker.settings import load

    settings = load(panel=panel, database=database)
    try:
        with open_reader(database) as reader, reader.snapshot():
            found = _status(reader, settings, int(time.time()))
    except NoHistory as error:
        # Nothing is wrong yet.
        if as_json:
            print_json({"database": shown(settings.history), "history": None, "message": str(error)})
        else:
            print(error)
        return
    if as_json:
        print_json(found)
    else:
        _print(found)


def _status(reader: "Reader", settings: "Settings", now: int) -> dict[str, Any]:
    from tracker.schedule.history import facts_of
    from tracker.schedule.lock import scheduler_of, writer_of
    from tracker.schedule.rules import Rules

    rules = Rules.of(settings)
    panels = reader.panels()
    name = _panel(settings, [row["panel"] for row in panels])
    facts = facts_of(reader, name, now, rules)
    writer = writer_of(settings.history)
    last = next(iter(reader.rounds(name, 1)), None)
    return {
        "database": shown(settings.history),
        "bytes": _size(settings.history),
        "about": reader.about(),
        "panel": name,
        "last_round": None if last is None else _round(last, writer),
        "running": None if writer is None else {"pid": writer.pid} | _progress(last),
        "scheduler": _holder(scheduler_of(settings.history)),
        **_next(facts, now, rules),
        "panels": [_panel_row(reader, row, now, rules) for row in panels],
        "crawls": reader.crawls(limit=5),
    }


def _panel(settings: "Settings", known: list[str]) -> str:
    """The panel asked for, else the one looked at last, else the one that a crawl would take."""
    from tracker import reference

    if settings.panel in known:
        return settings.panel
    if settings.panel:
        return reference.panel(settings.panel).name
    return known[0] if known else "starter" if settings.contact else "starter-100"


def _size(history: str) -> int | None:
    """Bytes of the file and of what is not yet in it; None for a history on a server."""
    from tracker.store.database import place_of

    path = place_of(history).path
    if path is None:
        return None
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(os.path.getsize(file) for file in files if file.exists())


def _round(one: "Round", writer: "Holder | None") -> dict[str, Any]:
    from tracker.core.dates import iso

    ended = one.finished_at is not None
    parts = [
        {
            "part": part.part,
            "started": iso(part.at),
            "finished": None if part.finished_at is None else iso(part.finished_at),
            "asked": part.asked,
            "answered": part.answered,
        }
        for part in one.parts
    ]
    return {
        "crawl_id": one.crawl_id,
        "started": iso(one.at),
        "finished": None if one.finished_at is None else iso(one.finished_at),
        "state": "finished" if ended else "running" if writer else "interrupted",
        "targets": list(one.targets),
        "asked": one.asked,
        "answered": one.answered,
        "failing": one.failing,
        "coverage": _coverage(one),
        "suspect": one.suspect,
        "parts": parts,
    }


def _progress(one: "Round | None") -> dict[str, Any]:
    """How far the crawl under way is, of the newest round or its newest part; nothing where another command writes."""
    crawls = [] if one is None else [one.first, *one.parts]
    going = [crawl for crawl in crawls if crawl.finished_at is None]
    if not going:
        return {}
    crawl = going[-1]
    return {"part": crawl.part or "round", "done": crawl.answered + crawl.failed, "of": crawl.asked}


def _holder(holder: "Holder | None") -> dict[str, Any] | None:
    from tracker.core.dates import iso

    if holder is None:
        return None
    return {"pid": holder.pid, "since": None if holder.since is None else iso(holder.since)}


def _next(facts: "Facts", now: int, rules: "Rules") -> dict[str, Any]:
    """What is due now or next, by target and as waves."""
    from tracker.core.dates import iso
    from tracker.schedule.due import confirm_at, due, outlook, recheck_at, wave_at
    from tracker.schedule.durations import words_of

    found = due(facts, now, rules)
    goes_before = bool(found.targets) or found.resume is not None  # a round: what is open of the one before lapses
    wave, recheck = (None, None) if goes_before else (wave_at(facts.last, rules), recheck_at(facts.last))
    confirm = None if goes_before else confirm_at(facts)
    return {
        "due": {"now": bool(found), "at": iso(found.next_at), "why": list(found.why)},
        "targets": [
            {
                "target": str(view.target),
                "every": words_of(view.every),
                "last": None if view.last is None else iso(view.last),
                "due": iso(view.due_at),
                "why": view.why,
            }
            for view in outlook(facts, now, rules)
        ],
        "wave": wave and {"wave": wave[0], "of": len(rules.waves), "due": iso(wave[1]), "sites": _failing(facts)},
        "recheck": recheck and iso(recheck),
        "confirm": confirm and iso(confirm),
    }


def _failing(facts: "Facts") -> int:
    return facts.last.failing if facts.last else 0


def _panel_row(reader: "Reader", panel: dict[str, Any], now: int, rules: "Rules") -> dict[str, Any]:
    """A panel with its newest crawl and, where it was crawled by us, coverage and doubts of its round and what is next.

    The crawl may be an imported one. next_due: when something of the panel falls due, waves and re-checks included; a
    moment not after now means that it is due. None: never crawled by us, so no schedule looks after it.
    """
    from tracker.core.dates import iso
    from tracker.schedule.due import due
    from tracker.schedule.history import facts_of

    newest = reader.newest_crawl(panel["panel"])
    own = next(iter(reader.rounds(panel["panel"], 1)), None)
    return panel | {
        "answered": f"{newest['answered']} of {newest['sites']}" if newest else None,
        "unfinished": bool(newest and newest["finished"] is None),
        "coverage": _coverage(own) if own else None,
        "suspect": own.suspect if own else "",
        "next_due": iso(due(facts_of(reader, panel["panel"], now, rules), now, rules).next_at) if own else None,
    }


def _coverage(one: "Round") -> float:
    return round(one.answered / one.asked, 4) if one.asked else 0.0


def _print(found: dict[str, Any]) -> None:
    about, size = found["about"], found["bytes"]
    of_size = "" if size is None else f", {size:,} bytes"
    print(f"{found['database']}: {about['kind']} history, {about['sites']} sites, {about['bodies']} files{of_size}")
    for label, text in _lines(found):
        print(f"{label:<12} {text}")
    print()
    print_table(_TARGETS, [[row[name] for name in _TARGETS] for row in found["targets"]], title="Due")
    print_table(_PANELS, [[panel[name] for name in _PANELS] for panel in found["panels"]], title="Panels")
    print_table(_CRAWLS, [[crawl[name] for name in _CRAWLS] for crawl in found["crawls"]], title="Newest crawls")


def _lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    last, running, scheduler, wave = (found[name] for name in ("last_round", "running", "scheduler", "wave"))
    lines = [("panel", found["panel"]), ("last round", "none yet" if last is None else _told(last))]
    if last and last["suspect"]:
        again = f"; asked again {found['recheck']}" if found["recheck"] else ""
        lines.append(("suspect", last["suspect"] + again))
    if running:
        going = f": {running['part']}, {running['done']} of {running['of']} sites" if "of" in running else " writes"
        lines.append(("running", f"process {running['pid'] or 'unknown'}{going}"))
    since = f"process {scheduler['pid']} since {scheduler['since']}" if scheduler else "none runs on this machine"
    lines.append(("scheduler", since))
    if wave:
        lines.append(("retry wave", f"{wave['wave']} of {wave['of']}, due {wave['due']}: {wave['sites']} sites"))
    if found["confirm"]:
        lines.append(("new terms", f"looked at again {found['confirm']}"))
    due = found["due"]
    if last and last["state"] == "running":
        return [*lines, ("due", "the round under way")]
    lines.append(("due", "; ".join(due["why"]) if due["now"] else f"nothing now; {'; '.join(due['why'])}"))
    return lines


def _told(last: dict[str, Any]) -> str:
    share = f"{last['answered']} of {last['asked']} sites answered ({100 * last['coverage']:.1f} %)"
    ended = f"finished {last['finished']}" if last["finished"] else last["state"]
    return f"{last['started']}, {ended}: {share}; asked for {', '.join(last['targets'])}"
