"""Site: what one site says to AI crawlers, since when, and in whose words."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, components, data, evidence
from dashboard.data import History
from tracker import reference, settings
from tracker.core import wording
from tracker.core.agents import Agent, Kind, Purpose

START_AGENT = "GPTBot"


def show() -> None:
    components.page("What does this site say to AI crawlers?", _body)


def _body(history: History) -> None:
    left, right = st.columns([3, 2])
    with left:
        host = st.selectbox(
            "Site",
            data.sites(history),
            index=None,
            key="site",
            bind="query-params",
            placeholder="Type a name",
        )
    registry = data.agents(history)
    names = registry["agent"].tolist()
    with right:
        start = names.index(START_AGENT) if START_AGENT in names else 0
        agent = st.selectbox("Agent", names, index=start, key="agent", bind="query-params")
    if host is None:
        st.info("Choose a site above, or open `/site?site=HOST`.")
        return
    runs = data.captures(history, host)
    _facts(history, host, runs)
    _now(history, host, agent)
    # The capture is chosen below and marked above.
    above = st.container()
    chosen = _file(history, host, runs, registry, agent)
    with above:
        _timeline(history, host, registry, agent, chosen)
    _signals(history, host, registry)
    _lists(history, host, runs)


def _facts(history: History, host: str, runs: pd.DataFrame) -> None:
    known = data.site(history, host)
    access = data.site_access(history, host)
    looked = access["last_checked"].dropna()
    answered = str(runs.iloc[-1]["ref"]) if len(runs) else ""
    url = answered if answered.startswith("http") else f"https://{host}/robots.txt"
    parts = [f"`{url}`", known["category"], known["country"], known["language"]]
    parts += [
        f"rank {known['rank']:,}" if known["rank"] else None,
        f"panel {known['panels']}" if known["panels"] else None,
    ]
    shown = [parts[0], *(components.plain(part) for part in parts[1:] if part)]
    shown.append(f"last looked at {components.moment(looked.max())}" if len(looked) else "never read")
    if len(runs):
        last = runs.iloc[-1]
        shown.append(f"{last['body_bytes']:,.0f} bytes" if last["body_sha256"] else "no robots.txt")
        shown.append(f"source {components.plain(last['source'])}" if last["source"] else None)
    st.caption(" · ".join(part for part in shown if part))


_NOW = {
    "blocked": "closes every page to",
    "partial": "closes some pages to",
    "allowed": "closes nothing to",
    "unknown": "has no known answer for",
}

_SILENT = {"unknown", "allowed"}


def _now(history: History, host: str, agent: str) -> None:
    access = data.site_access(history, host)
    row = access[access["agent"] == agent].iloc[0]
    basis = ", by name" if row["named"] == 1 else "" if row["verdict"] in _SILENT else ", through the rules for `*`"
    words = "since" if row["verdict"] == "unknown" else "first seen so on"
    since = f", {words} {components.day(row['since'])}" if row["since"] else ""
    st.subheader(f"{host} {_NOW[row['verdict']]} {agent}{basis}{since}")
    if row["stale"]:
        st.markdown("The last attempt failed; this is the last answer, held for up to 30 days.")


def _timeline(history: History, host: str, registry: pd.DataFrame, agent: str, chosen: pd.Timestamp | None) -> None:
    headline = registry[registry["headline"] == 1]["agent"].tolist()
    agents = list(dict.fromkeys([agent, *headline]))
    bars = data.bars(data.site_history(history, host), registry, agents, data.about(history)["horizon"])
    if bars.empty:
        st.markdown("Nothing is known of this site yet.")
        return
    components.draw(
        charts.verdict_bars(bars, agents, chosen), key="bars", alt=f"What {host} said to AI agents over time"
    )
    st.caption("The thicker a bar, the more is closed. Pale: before the agent existed. Upright line: the file shown.")
    columns = {"agent": "agent", "verdict": "verdict", "by": "by", "from": "from", "until": "until"}
    components.table(
        bars.assign(**{"from": bars["start"].dt.date, "until": bars["end"].dt.date}),
        columns,
        f"{host}-verdicts",
        label="The same as a table",
    )


def _file(history: History, host: str, runs: pd.DataFrame, registry: pd.DataFrame, agent: str) -> pd.Timestamp | None:
    """The file of the chosen capture with its evidence; when it was first seen."""
    if runs.empty:
        st.markdown("No robots.txt of this site was ever read; the failed attempts are listed below.")
        return None
    st.subheader("The words")
    newest_first = runs.iloc[::-1]
    starts = [text[:16].replace("T", " ") for text in newest_first["first_seen"]]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        start = st.selectbox("robots.txt as first seen on", starts, key="capture", bind="query-params")
    run = newest_first.iloc[starts.index(start)]
    with right:
        st.caption(
            f"{start} UTC to {run['last_seen'][:16].replace('T', ' ')} UTC · seen {run['checks']:,.0f} times"
            + (f" · source {components.plain(run['source'])}" if run["source"] else "")
        )
    if run["body_sha256"] is None:
        st.markdown("There was no robots.txt (404, 410 or another such answer): every page is open to everybody.")
    else:
        _body_of(history, host, start, run["body_sha256"], _agent(registry, agent))
    return pd.Timestamp(run["first_seen"]).tz_localize(None)


def _body_of(history: History, host: str, start: str, sha256: str, agent: Agent) -> None:
    raw = data.body(history, sha256)
    found = evidence.explain(raw, agent)
    st.markdown(found.sentence)
    whole = st.toggle("Whole file", key="whole", bind="query-params")
    st.html(evidence.as_html(found, whole))
    st.caption(f"SHA-256 `{sha256}`, {len(raw):,} bytes, {len(found.lines):,} lines")
    st.download_button(
        "Download the bytes",
        raw,
        file_name=f"{host}-{start[:10]}-robots.txt",
        mime="application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
    )


def _agent(registry: pd.DataFrame, name: str) -> Agent:
    """The agent by name: as the registry has it, else as this history remembers it."""
    registered = next((agent for agent in reference.agents(settings.load().agents_file) if agent.name == name), None)
    if registered is not None:
        return registered
    row: Any = registry[registry["agent"] == name].iloc[0]
    return Agent(
        name,
        tuple(json.loads(row["tokens"])),
        row["operator"],
        Purpose(row["purpose"]),
        Kind(row["kind"]),
        "history",
        "",
    )


_SIGNALS = {
    "kind": "signal",
    "key": "about",
    "value": "says (empty: not understood)",
    "agent": "to",
    "path": "path (empty: all)",
    "flags": "flags",
    "raw": "in whose words",
    "valid_from": "first seen",
    "valid_to": "until (empty: still true)",
}
_CONFLICTS = {"agent": "agent", "kind": "signal", "key": "about", "value": "says", "verdict": "rules", "conflict": "so"}


def _signals(history: History, host: str, registry: pd.DataFrame) -> None:
    """What the file says beside its rules, and where the two disagree."""
    found = data.signals(history, host)
    if found.empty:
        return
    st.subheader("Signals beside the rules")
    spelled = {token.lower(): token for tokens in registry["tokens"] for token in json.loads(tokens)}
    now = wording.in_force(found.to_dict("records"), spelled)
    st.markdown(components.plain(", ".join(map(_said, now))) if now else "None is in force now.")
    conflicts = data.signal_conflicts(history, host)
    if len(conflicts):
        headline = set(registry[registry["headline"] == 1]["agent"])
        lines = wording.disagreements(conflicts.to_dict("records"), headline)
        sentences = [f"{components.plain(line[0].upper() + line[1:])}." for line in lines]
        st.warning(f"Words and rules disagree. {' '.join(sentences)}", icon=":material/compare_arrows:")
        components.table(conflicts, _CONFLICTS, f"{host}-conflicts", label=f"Conflicts: {len(conflicts)}")
    components.table(
        found.assign(agent=found["agent"].replace(spelled)),
        _SIGNALS,
        f"{host}-signals",
        label=f"Signals over time: {_runs(len(found))}",
    )


def _said(statement: wording.Statement) -> str:
    where = f" under `{statement.path}`" if statement.path else ""
    whom = "" if statement.agents == ("*",) else f" to {wording.some(statement.agents)}"
    return f"{statement.kind} `{statement.says}`{where}{whom}"


_CAPTURES = {
    "first_seen": "first seen",
    "last_seen": "last seen",
    "checks": "times seen",
    "body_bytes": "bytes",
    "source": "source",
    "ref": "from",
    "body_sha256": "SHA-256 (none: no robots.txt)",
}
_FAILURES = {
    "kind": "cause",
    "first_seen": "first",
    "last_seen": "last",
    "checks": "attempts",
    "source": "source",
    "detail": "detail",
}


def _lists(history: History, host: str, runs: pd.DataFrame) -> None:
    if len(runs):
        components.table(
            runs.iloc[::-1],
            _CAPTURES,
            f"{host}-captures",
            label=f"Captures: {_runs(len(runs))} of equal answers",
        )
    failed = data.failures(history, host)
    if len(failed):
        components.table(
            failed.iloc[::-1], _FAILURES, f"{host}-failures", label=f"Failed attempts: {_runs(len(failed))}"
        )


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"
