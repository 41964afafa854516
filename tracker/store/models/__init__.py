"""The tables of the history, declared once for every engine.

Four kinds. *Facts* are what the history is told: panels, sites, agents. *Evidence* is what was seen and is never
rewritten. *Meaning* follows from one body and the ruleset. *Derived* tables follow from all of these, and can be
dropped and rebuilt. Times are integer UTC seconds, days are day numbers since 1970-01-01 (UTC). Users query the views,
not these tables.
"""

from tracker.store.models.claims import Claim, ClaimAgent, ClaimFigure
from tracker.store.models.derived import Head, Ruling, SiteSignal, Span, State, Tally, TallySites, tally_columns
from tracker.store.models.evidence import (
    Body,
    BodyData,
    Crawl,
    Exchange,
    Page,
    PageBody,
    Probe,
    Relabel,
    Sighting,
    Source,
    Trouble,
    Validator,
)
from tracker.store.models.facts import Agent, AgentToken, Meta, Panel, PanelMember, Site
from tracker.store.models.meaning import Policy, Rule, Signal, Token
from tracker.store.models.terms import (
    TermsChange,
    TermsDecision,
    TermsFetch,
    TermsFinding,
    TermsReading,
    TermsSource,
    TermsStanding,
    TermsText,
)

__all__ = [
    "Agent",
    "AgentToken",
    "Body",
    "BodyData",
    "Claim",
    "ClaimAgent",
    "ClaimFigure",
    "Crawl",
    "Exchange",
    "Head",
    "Meta",
    "Page",
    "PageBody",
    "Panel",
    "PanelMember",
    "Policy",
    "Probe",
    "Relabel",
    "Rule",
    "Ruling",
    "Sighting",
    "Signal",
    "Site",
    "SiteSignal",
    "Source",
    "Span",
    "State",
    "Tally",
    "TallySites",
    "TermsChange",
    "TermsDecision",
    "TermsFetch",
    "TermsFinding",
    "TermsReading",
    "TermsSource",
    "TermsStanding",
    "TermsText",
    "Token",
    "Trouble",
    "Validator",
    "tally_columns",
]
