"""What a page that was answered with 200 is, before anything is concluded from it.

`ok` takes proof: a text in a language that is read, which speaks like a contract (or, of a legal page, like an imprint)
and not more like a privacy policy. All else is unknown, and the state says why.
"""

import re

from tracker.core.outcomes import PEEK, challenge_marker
from tracker.core.terms.looks import SourceKind, TermsState
from tracker.core.terms.phrases import (
    CONTRACT,
    LANGUAGES,
    LOOKED_AT,
    NOTICE,
    PRIVACY,
    called,
    hits,
    speaks_like_terms,
)
from tracker.core.terms.text import TermsText

SHORT = 3_000
"""Characters below which a page may be a message in place of the one asked for."""

SCANT = 400
"""Characters below which a page of scripts has no text of its own."""


def _any(*expressions: str) -> re.Pattern[str]:
    return re.compile("|".join(expressions), re.IGNORECASE)


LEAST = 250
"""Characters below which no page is terms: a line that says "you agree to our terms" stands below every form."""

SIGN_IN = 1_000
"""Characters below which a page that asks for a password is one to sign in by, whatever it says one agrees to."""

EMPTY = 100
"""Characters below which a page with any script is taken for a page of scripts."""

PDF = b"%PDF-"
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_HUMAN = _any(
    r"(?:verify|confirm|prove|checking|make sure) (?:that |if )?you(?: are|['’]re) (?:a |not a )?(?:human|robot)",
    r"verifying you are human|human verification",
    r"are you (?:a )?(?:human|robot)|i['’]?m not a robot|unusual traffic|captcha|\bray id\b",
    r"security (?:check|verification)|just a moment|checking your browser|checking if the site connection",
    r"enable javascript and cookies|enable js and|disable any ad ?blocker|access (?:to this page has been |is )?denied",
    r"request (?:was |has been )?blocked|bist du ein mensch|kein roboter|pas un robot|no (?:eres|soy) un robot",
)
_NOT_FOUND = _any(
    r"\b404\b|page not found|(?:page|content).{0,60}(?:not be found|not found|not exist|n['’]t exist|no longer)",
    r"(?:can['’]?t|cannot|couldn['’]t) (?:find|be found)|nicht gefunden|existiert nicht|nicht mehr verfügbar",
    r"introuvable|n['’]existe (?:pas|plus)|no (?:encontrad|se encontr|existe)|non (?:trovata|esiste)",
    r"não (?:encontrad|existe|foi encontrad)|niet gevonden|bestaat niet",
)
_NEEDS_SCRIPTS = _any(
    r"(?:enable|activate|turn on|requires?|need|without|aktivieren sie|activer|habilite|active|abilita) javascript",
    r"javascript .{0,20}(?:disabled|required|enabled|deaktiviert|aktivier|erforderlich|désactivé|desactivado)",
    r"\bloading(?:\.\.\.|…)",
)
_APP_ROOT = re.compile(rb"""<app-root|<div id=["']?(?:root|app|__next|__nuxt|___gatsby|svelte)["'\s>]""", re.IGNORECASE)
_NOSCRIPT = re.compile(rb"<noscript>[^<]{0,200}javascript", re.IGNORECASE)
_PASSWORD = re.compile(rb"""\stype=["']?password""", re.IGNORECASE)
_CONSENT = (
    r"cookies?",
    r"accept|akzeptieren|aceptar|accetta|aceitar|agree|zustimmen|akkoord",
    r"reject|ablehnen|refuser|rechazar|rifiuta|rejeitar|weiger|manage|preferences|einstellungen",
    r"before you continue|bevor sie|avant de continuer|antes de continuar|prima di continuare|voordat u",
    r"we value your privacy|privatsphäre|vie privée|tu privacidad|la tua privacy|sua privacidade",
    r"(?:our|unsere|nos|\d+) (?:\d+ )?(?:partners?|partner|partenaires|socios)|advertising|werbung|publicité|abo\b",
)


def page_state(html: bytes, text: TermsText, kind: SourceKind = SourceKind.TERMS) -> TermsState:
    """What a page is. html: its inflated bytes, HTML or PDF. text: as read from it (empty if nothing could be).

    kind: what the page was found as; of a legal notice or an imprint, being one is enough.
    """
    title = "" if html.startswith(PDF) else _title(html)
    if (_is_terms(text, title) and not _is_form(html, text)) or (
        kind is not SourceKind.TERMS and _is_notice(text, title)
    ):
        return TermsState.WRONG_DOC if _is_privacy(text, title) else TermsState.OK
    if html.startswith(PDF) and not text.text:
        return TermsState.PDF
    return _instead(html, text, title)


def _instead(html: bytes, text: TermsText, title: str) -> TermsState:
    """What a page is that is no terms."""
    said = f"{title}\n{text.text}"[:LOOKED_AT]
    short = len(text.text) < SHORT
    if short and (challenge_marker({}, html[:PEEK]) or _HUMAN.search(said)):
        return TermsState.INTERSTITIAL
    if short and _NOT_FOUND.search(said):
        return TermsState.NOT_FOUND
    if len(text.text) < SCANT and _is_script(html, said):
        return TermsState.JS_ONLY
    if short and sum(map(bool, hits(_CONSENT, said))) >= 3:
        return TermsState.CONSENT_WALL
    if text.language is not None and text.language not in LANGUAGES:
        return TermsState.UNSUPPORTED_LANGUAGE
    return TermsState.WRONG_DOC


def _title(html: bytes) -> str:
    found = _TITLE.search(html[:PEEK])
    return found[1].decode("utf-8", "replace") if found else ""


def _languages(text: TermsText) -> tuple[str, ...]:
    if text.language is None:
        return LANGUAGES
    return (text.language,) if text.language in LANGUAGES else ()


def _is_terms(text: TermsText, title: str) -> bool:
    languages = _languages(text) if len(text.text) >= LEAST else ()
    return any(speaks_like_terms(text.text, language, title) for language in languages)


def _is_form(html: bytes, text: TermsText) -> bool:
    return len(text.text) < SIGN_IN and _PASSWORD.search(html) is not None


def _is_notice(text: TermsText, title: str) -> bool:
    """Whether it says who answers for the site, and is called so or says it in several ways."""
    start = text.text[:LOOKED_AT]
    for language in _languages(text):
        different = sum(map(bool, hits(NOTICE[language], start)))
        different += sum(map(bool, hits(CONTRACT[language], start))) >= 3
        if different >= 3 or (different == 2 and called(NOTICE[language][0], title, start)):
            return True
    return False


def _is_privacy(text: TermsText, title: str) -> bool:
    """Whether it speaks more of personal data than of a contract, or is called a privacy policy and not terms."""
    start = text.text[:LOOKED_AT]
    for language in _languages(text):
        names = (CONTRACT[language][0], NOTICE[language][0])
        private = hits(PRIVACY[language], start)
        if sum(map(bool, private)) < 4:
            continue
        named = called(PRIVACY[language][0], title, start[:100])
        if named and not any(called(name, title, start[:100]) for name in names):
            return True
        if sum(private) > sum(hits(CONTRACT[language], start)):
            return True
    return False


def _is_script(html: bytes, said: str) -> bool:
    """Whether a page without text leaves it to its scripts, and is no form to log in by."""
    if _PASSWORD.search(html):
        return False
    if _NEEDS_SCRIPTS.search(said) or _APP_ROOT.search(html) or _NOSCRIPT.search(html):
        return True
    return len(said) < EMPTY and b"<script" in html.lower()
