"""Machine-readable preferences beside the rules of robots.txt: what a site signals to AI, and where it says it.

Every parser takes hostile input, answers in bounded time and raises nothing: what does not parse gives a
`Signal` with the flag `invalid`. A signal is a wish or an offer; none of them changes a verdict.
"""

from tracker.core.signals.files import ai_txt, llms_txt, trust_txt
from tracker.core.signals.groups import robots_signals, signals_by_token, usage
from tracker.core.signals.headers import header_signals
from tracker.core.signals.licences import rsl
from tracker.core.signals.pages import html_signals
from tracker.core.signals.signal import KINDS, Signal
from tracker.core.signals.tdm import tdm_for_page, tdmrep

__all__ = [
    "KINDS",
    "Signal",
    "ai_txt",
    "header_signals",
    "html_signals",
    "llms_txt",
    "robots_signals",
    "rsl",
    "signals_by_token",
    "tdm_for_page",
    "tdmrep",
    "trust_txt",
    "usage",
]
