"""`tracker crawl --dry-run`: what would be asked of whom, without asking anybody."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.cli.crawl_settings import Chosen, manner_of
from tracker.cli.output import print_json, shown

if TYPE_CHECKING:
    from tracker.core.visits import Target
    from tracker.schedule.due import Due
    from tracker.settings import Settings

_NAMED = 20
_TERMS = "its terms pages, found from the home page"


def show_plan(
    settings: "Settings",
    chosen: Chosen,
    found: "Due | None",
    targets: "Sequence[Target]",
    *,
    fresh: bool,
    probe: str | None,
    as_json: bool,
) -> None:
    """Print the plan of a crawl. found: what is due, None where that was not asked."""
    plan = _plan(settings, chosen, _job(settings, chosen, found, targets, fresh))
    if found is not None:
        plan |= {"due": bool(found), "why": list(found.why)}
    if probe:
        plan["probe"] = _probing(settings, chosen, probe)
    if as_json:
        print_json(plan)
        return
    for line in _lines(plan):
        print(line)


class _Job(NamedTuple):
    """Whom a crawl would ask for what. part: "" for a whole round."""

    part: str
    targets: "Sequence[Target]"
    hosts: list[str]


def _job(settings: "Settings", chosen: Chosen, found: "Due | None", targets: "Sequence[Target]", fresh: bool) -> _Job:
    from tracker.core.visits import Target
    from tracker.crawl.rounds import asked_again, goes_on
    from tracker.errors import NoHistory
    from tracker.store.query import Reader

    if found is not None and not found:
        return _Job("nothing", (), [])
    whole = _Job("", targets if found is None else found.targets, _hosts(settings, chosen))
    if fresh or (found is not None and found.targets):
        return whole
    now = int(time.time())
    try:
        with Reader(settings.history) as reader, reader.snapshot():
            one = reader.latest_round(chosen.name)
            if one is None:
                return whole
            if found is None:
                if not goes_on(one, now, targets, chosen.size):
                    return whole
                return _Job("rest", one.targets, reader.unasked(chosen.name, one))
            if found.resume is not None:
                return _Job("rest", one.targets, reader.unasked(chosen.name, one))
            if found.wave:
                return _Job(f"retry-{found.wave}", one.targets, asked_again(one, reader.failing(chosen.name, one), now))
            if found.recheck:
                return _Job("recheck", one.targets, reader.flipped(chosen.name, one))
            hosts = sorted({seen.host for seen in reader.unconfirmed_terms(chosen.name, now)})
            return _Job("confirm", (Target.ROBOTS, Target.TERMS), hosts)
    except NoHistory:
        return whole


def _probing(settings: "Settings", chosen: Chosen, name: str) -> dict[str, Any]:
    """Whom a probe would ask, by what the history says now: the crawl before it may change that."""
    from tracker.cli.probe import agent_to_probe
    from tracker.core.probes import WEEK
    from tracker.crawl.probe import candidates
    from tracker.errors import NoHistory
    from tracker.store.query import Reader

    agent = agent_to_probe(name, settings)
    try:
        with Reader(settings.history) as reader:
            probed = reader.last_probe(int(time.time()) - WEEK + 1)
            hosts = [host for host in candidates(reader, chosen.name, agent) if host not in probed]
    except NoHistory:
        hosts = []
    return {"agent": agent.name, "User-Agent": agent.user_agent, "sites": hosts}


def _plan(settings: "Settings", chosen: Chosen, job: _Job) -> dict[str, Any]:
    from tracker.core.visits import PATHS
    from tracker.net.fetch import request_headers

    hosts = job.hosts
    opted_out = manner_of(settings).opted_out
    refused = {host: reason for host in hosts if (reason := opted_out(host))}
    headers = request_headers(settings.contact or None)
    return {
        "panel": chosen.name,
        "sites": chosen.size,
        "due": None,
        "why": [],
        "part": job.part,
        "targets": {str(target): PATHS.get(target, _TERMS) for target in job.targets},
        "asked": [host for host in hosts if host not in refused],
        "opted_out": [{"site": host, "reason": reason} for host, reason in refused.items()],
        "headers": {name: headers[name] for name in ("User-Agent", "From") if name in headers},
        "workers": settings.workers,
        "gate": settings.gate,
        "transport": settings.transport,
        "vantage": settings.vantage,
        "retry_waves": list(settings.retry_waves),
        "database": shown(settings.history),
    }


def _hosts(settings: "Settings", chosen: Chosen) -> list[str]:
    from tracker.store.query import Reader

    if chosen.panel is not None:
        return [member.host for member in chosen.panel.members]
    with Reader(settings.history) as reader:
        return [row["site"] for row in reader.sites(chosen.name)]


def _lines(plan: dict[str, Any]) -> list[str]:
    asked, refused = plan["asked"], plan["opted_out"]
    lines = [f"panel {plan['panel']}: {plan['sites']:,} sites, recorded in {plan['database']}"]
    if plan["due"] is False:
        return [*lines, f"nothing is due: {'; '.join(plan['why'])}"]
    if plan["why"]:
        lines.append(f"due: {'; '.join(plan['why'])}")
    if plan["part"]:
        lines.append(f"what is to be done of the newest round: {plan['part']}")
    if plan["targets"] and asked:
        lines.append(f"each of {len(asked):,} would be asked for {', '.join(plan['targets'].values())}")
        if len(plan["targets"]) > 1:
            lines.append("  (all but robots.txt only where the site's robots.txt permits it)")
    lines += [f"  {name}: {value}" for name, value in plan["headers"].items()]
    lines.append(
        f"  {plan['workers']} sites at a time, gate {plan['gate']} (connections/requests a second to one address), "
        f"transport {plan['transport']}, retry waves after {', '.join(plan['retry_waves']) or 'no time: none'}"
    )
    if refused:
        lines.append(f"{len(refused)} opted out and would not be asked:")
        lines += [f"  {one['site']}: {one['reason']}" for one in refused[:_NAMED]]
    lines.append(
        "would be asked (ranks up to 1,000 first, the others in random order):" if asked else "nobody would be asked"
    )
    lines += [f"  {host}" for host in asked[:_NAMED]]
    if len(asked) > _NAMED:
        lines.append(f"  and {len(asked) - _NAMED:,} more: --json lists them")
    if probe := plan.get("probe"):
        lines.append(
            f"then the home pages of {len(probe['sites'])} sites (as the history stands), once as ourselves, once as "
            f"{probe['agent']}, {probe['User-Agent']}: --probe"
        )
    return [*lines, "nobody was asked: this was a dry run"]
