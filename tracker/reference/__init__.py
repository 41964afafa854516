"""The facts that ship with Drywell, checked field by field: agents, events, claims, deals, data sets, panels.

Every row has its source and the day on which it was checked. A bad row raises ReferenceDataError, a bad panel
PanelError, with file, line, field and the mend.
"""

from tracker.reference.facts import (
    agents,
    claims,
    datasets,
    deals,
    events,
    registry_fingerprint,
    scenarios_path,
    synthetic,
)
from tracker.reference.panels import Member, Panel, panel, panel_names
from tracker.reference.records import (
    Claim,
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
    Reading,
)

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
    "registry_fingerprint",
    "scenarios_path",
    "synthetic",
]
