"""Whom a crawl asks and how, from the settings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.cli.output import note
from tracker.errors import DatabaseError, PanelError, UsageError

if TYPE_CHECKING:
    from tracker.core.panels import Panel
    from tracker.crawl.run import Manner
    from tracker.net.fetch import FetchSettings
    from tracker.settings import Settings

FREE = 100
"""Sites that may be asked by somebody who does not say who asks: as many as panel starter-100 has."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A panel to crawl, and how many sites are in it. `panel` None: the history holds it under this name."""

    name: str
    size: int
    panel: "Panel | None" = None


def panel_to_crawl(settings: "Settings") -> Chosen:
    """The panel that the settings name, else the starter panel as far as it may be asked without a contact.

    Raises PanelError if there is none of this name, UsageError where more sites would be asked than may be asked
    without a contact. Networks in `allow_private` are one's own: who names any is testing.
    """
    chosen = _named(settings) if settings.panel else _default(settings)
    if chosen.size > FREE and not settings.contact and not settings.allow_private:
        raise UsageError(
            f"panel {chosen.name} has {chosen.size:,} sites, and more than {FREE} are asked only by somebody they can "
            "reach: set a contact with --contact you@example.org (or TRACKER_CONTACT, or contact in tracker.toml)"
        )
    return chosen


def _named(settings: "Settings") -> Chosen:
    from tracker import reference

    try:
        found = reference.panel(settings.panel)
    except PanelError as error:
        if stored := _stored(settings):
            return stored
        raise error from None
    return Chosen(found.name, len(found.members), found)


def _stored(settings: "Settings") -> Chosen | None:
    from tracker.store.query import Reader

    try:
        with Reader(settings.history) as reader:
            rows = {row["panel"]: row["members"] for row in reader.panels()}
    except DatabaseError:
        return None
    size = rows.get(settings.panel)
    return None if size is None else Chosen(settings.panel, size)


def _default(settings: "Settings") -> Chosen:
    from tracker import reference

    if not settings.contact:
        note(
            "no contact is set: crawling the 100 sites of panel starter-100. "
            "To crawl all: tracker crawl --panel starter --contact you@example.org"
        )
    found = reference.panel("starter" if settings.contact else "starter-100")
    return Chosen(found.name, len(found.members), found)


def manner_of(settings: "Settings") -> "Manner":
    """How a crawl goes about it.

    Raises UsageError for a gate or an opt-out list that cannot be read, ReferenceDataError for such overrides.
    """
    from functools import partial

    from tracker.crawl.gate import Limits
    from tracker.crawl.optout import OptOut
    from tracker.crawl.run import Manner
    from tracker.reference.terms_overrides import override_for, terms_overrides

    opted_out = OptOut.load(settings.opt_out_file).reason
    terms_override = partial(override_for, terms_overrides(settings.terms_overrides_file))
    return Manner(settings.workers, Limits.of(settings.gate), settings.vantage, opted_out, terms_override)


def fetch_settings(settings: "Settings") -> "FetchSettings":
    """How the fetcher is to ask."""
    from ipaddress import ip_network

    from tracker.net.fetch import FetchSettings

    return FetchSettings(
        contact=settings.contact or None,
        ca_file=settings.ca_file,
        allow_private=tuple(ip_network(network) for network in settings.allow_private),
        resolver=settings.resolver,
        transport=settings.transport,
    )
