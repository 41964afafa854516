"""`tracker crawl --dry-run`: what would be asked of whom, without asking anybody."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker.cli.crawl_settings import Chosen, manner_of
from tracker.cli.output import print_json, shown

if TYPE_CHECKING:
    from tracker.core.visits import Target
    from tracker.schedule.due import Due
    from tracker.settings import Settings

_NAMED = 20


def show_plan(
    settings: "Settings", chosen: Chosen, found: "Due | None", targets: "Sequence[Target]", *, as_json: bool
) -> None:
    """Print the plan of a crawl. found: what is due, None where that was not asked."""
    plan = _plan(settings, chosen, found, targets)
    if as_json:
        print_json(plan)
        return
    for line in _lines(plan):
        print(line)


def _plan(settings: "Settings", chosen: Chosen, found: "Due | None", targets: "Sequence[Target]") -> dict[str, Any]:
    from tracker.core.visits import PATHS
    from tracker.net.fetch import request_headers

    asked_for = targets if found is None else found.targets
    hosts = _hosts(settings, chosen)
    opted_out = manner_of(settings).opted_out
    refused = {host: reason for host in hosts if (reason := opted_out(host))}
    headers = request_headers(settings.contact or None)
    return {
        "panel": chosen.name,
        "sites": len(hosts),
        "due": None if found is None else bool(found),
        "why": [] if found is None else list(found.why),
        "targets": {str(target): PATHS[target] for target in asked_for},
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
    lines = [f"panel {plan['panel']}: {plan['sites']} sites, recorded in {plan['database']}"]
    if plan["due"] is False:
        return [*lines, f"nothing is due: {'; '.join(plan['why'])}"]
    if plan["why"]:
        lines.append(f"due: {'; '.join(plan['why'])}")
    if plan["targets"] and asked:
        lines.append(f"each of {len(asked)} would be asked for {', '.join(plan['targets'].values())}")
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
        lines.append(f"  and {len(asked) - _NAMED} more: --json lists them")
    return [*lines, "nobody was asked: this was a dry run"]
