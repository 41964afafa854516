"""The facts that ship with Drywell, checked field by field: agents, events, claims, deals, data sets, panels.

Every row has its source and the day on which it was checked. A bad row raises ReferenceDataError, a bad panel
PanelError, with file, line, field and the mend.
"""

from tracker.core.claims import Claim, Reading
from tracker.core.panels import Member, Panel
from tracker.reference.facts import (
    claims,
    datasets,
    deals,
    events,
    scenarios_path,
    synthetic,
)
from tracker.reference.panels import panel, panel_names
from tracker.reference.records import (
    Confidence,
    Dataset,
    Deal,
    DealKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Modality,
    Period,
)
from tracker.reference.registry import agents
from tracker.reference.terms_overrides import Override, terms_overrides

__all__ = [
    "Claim",
    "Confidence",
    "Dataset",
    "Deal",
    "DealKind",
    "Event",
    "EventKind",
    "Finding",
    "FindingKind",
    "Member",
    "Modality",
    "Override",
    "Panel",
    "Period",
    "Reading",
    "agents",
    "claims",
    "datasets",
    "deals",
    "events",
    "panel",
    "panel_names",
    "scenarios_path",
    "synthetic",
    "terms_overrides",
]
