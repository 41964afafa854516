"""What a page is before anything is concluded from it: `ok` takes proof, all else says why not. Made-up pages."""

import pytest

from tests.crawl.pdfs import pdf
from tracker.core.terms.looks import SourceKind, TermsState
from tracker.core.terms.text import TermsText
from tracker.crawl.extract import pdf_text, read_page, terms_text
from tracker.crawl.terms_state import page_state

TERMS = {
    "en": """By using this website you agree to these terms of use. You may not copy or scrape it without our
    prior consent. All content is protected by copyright. We accept no liability for damage and give no warranty
    of any kind. We reserve the right to suspend your account at any time. These terms are governed by the law
    of Ruritania.""",
    "de": """Diese Nutzungsbedingungen gelten für alle Nutzer. Die Inhalte sind durch das Urheberrecht geschützt;
    die Vervielfältigung ist ohne vorherige Zustimmung nicht gestattet. Wir haften nicht für Schäden und
    übernehmen keine Gewährleistung. Gerichtsstand ist Strelsau. Sollten einzelne Bestimmungen unwirksam sein,
    gelten die übrigen.""",
    "fr": """Les présentes conditions générales d'utilisation s'imposent à tous les utilisateurs. La reproduction
    est interdite sans autorisation préalable. Les textes relèvent du droit d'auteur. Notre responsabilité ne
    saurait être engagée. Le droit français est seul applicable ; les tribunaux de Strelsau sont compétents.
    Toute visite vaut acceptation ; nous pouvons suspendre l'accès au site.""",
    "es": """Los presentes términos y condiciones de uso obligan a todos los usuarios. Queda prohibida la
    reproducción sin nuestra autorización. Los textos están protegidos por derechos de autor. No asumimos
    responsabilidad alguna ni ofrecemos garantía. La legislación aplicable es la de Ruritania, y los tribunales
    de Strelsau son competentes.""",
    "it": """I presenti termini e condizioni di utilizzo valgono per tutti gli utenti. È vietata la riproduzione
    senza la nostra autorizzazione. I testi sono protetti dal diritto d'autore. Decliniamo ogni responsabilità e
    garanzia. La legge applicabile è quella italiana; il foro competente è Strelsau. L'uso del sito implica
    l'accettazione.""",
    "pt": """Os presentes termos e condições de uso obrigam todos os utilizadores. É proibida a reprodução sem a
    nossa autorização. Os textos estão protegidos por direitos de autor. Não assumimos qualquer responsabilidade
    nem garantia. A legislação aplicável é a da Ruritânia e o foro é o de Strelsau. O uso do sítio implica a
    aceitação destes termos.""",
    "nl": """Deze algemene voorwaarden gelden voor alle gebruikers. Zonder toestemming is het niet toegestaan de
    inhoud te verveelvoudigen. De teksten vallen onder het auteursrecht. Wij zijn niet aansprakelijk en geven
    geen garantie. Nederlands recht is van toepassing; de rechtbank in Strelsau is bevoegd. Wie de site bezoekt,
    gaat akkoord.""",
}
POLISH = """Niniejszy regulamin określa zasady korzystania z serwisu. Kopiowanie treści bez naszej zgody jest
zabronione. Nie ponosimy odpowiedzialności za szkody. Prawem właściwym jest prawo Rurytanii, a sądem właściwym
sąd w Strelsau."""
PRIVACY = """This privacy policy tells which personal data we collect when you visit our website and how we use
your data. The data controller is The Courier. The legal basis is our legitimate interest under the GDPR. We
share personal information with third parties who host the website. You have the right to access and the right
to erasure of your data, and to object to its processing. We retain your data for a year. Cookies are used to
remember your preferences."""
IMPRESSUM = """Impressum. Angaben gemäß § 5 DDG: Kurier Verlag GmbH, Hafenstraße 1, Strelsau, vertreten durch die
Geschäftsführerin. Registergericht: Amtsgericht Strelsau, HRB 1. Verantwortlich für den Inhalt: die
Redaktion."""
MENTIONS = """Mentions légales. Éditeur du site : Le Courrier SARL, capital social de 1000 euros, RCS Strelsau.
Directeur de la publication : la rédaction. Hébergeur : Le Serveur SA, Strelsau."""
ARTICLE = """The harbour of the old town was built within a year, and nobody knows who paid for it. Our reporter
met the last of the masons, who remembers how the stones were brought by night. It was cold, she says, and there
was no light but the moon. The users of the harbour pay a fee today; at any time of the year there are a hundred
boats in it."""
SIGN_IN = """<input type="email"> <input type="password"> By signing in you agree to our Terms of Service."""
FOOTER = """<p>Copyright The Courier Inc. All rights reserved. Terms of Service, privacy policy, trademarks. Your
account may be suspended at any time.</p>"""


def page(body: str, title: str = "The Courier", tag: str = "p") -> bytes:
    return f"<!doctype html><title>{title}</title><body><main><{tag}>{body}</{tag}></main>".encode()


def state(html: bytes, kind: SourceKind = SourceKind.TERMS) -> TermsState:
    return page_state(html, terms_text(html), kind)


@pytest.mark.parametrize("language", TERMS)
def test_terms_in_the_languages_that_are_read(language: str):
    html = page(TERMS[language])
    assert terms_text(html).language == language
    assert state(html) is TermsState.OK


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (page(POLISH), TermsState.UNSUPPORTED_LANGUAGE),
        (page(PRIVACY, "Privacy Policy"), TermsState.WRONG_DOC),
        (page(PRIVACY), TermsState.WRONG_DOC),
        (page(ARTICLE * 5), TermsState.WRONG_DOC),
        (page(ARTICLE * 5, "Terms of Use"), TermsState.WRONG_DOC),
        (page("Log in <input type='email'> <input type='password'>", "Log in"), TermsState.WRONG_DOC),
        (page(SIGN_IN + FOOTER * 4, "Log in"), TermsState.WRONG_DOC),
        (page(FOOTER, "Terms of Service"), TermsState.WRONG_DOC),
        (page(f"<div id='root'></div><script src='/a.js'></script>{FOOTER}", "Terms of Service"), TermsState.JS_ONLY),
        (page("<a href='/a'>World</a> <a href='/b'>Sport</a>"), TermsState.WRONG_DOC),
        (b"", TermsState.WRONG_DOC),
        (page("Sorry, the page you are looking for could not be found.", "404"), TermsState.NOT_FOUND),
        (page("Die angeforderte Seite wurde leider nicht gefunden."), TermsState.NOT_FOUND),
        (page("Cette page est introuvable. Retournez à l'accueil.", "Erreur"), TermsState.NOT_FOUND),
        (page("Verify you are human by completing the action below.", "Just a moment..."), TermsState.INTERSTITIAL),
        (page("Human Verification. JavaScript is disabled; enable it to go on."), TermsState.INTERSTITIAL),
        (page("<script src='https://geo.captcha-delivery.com/c.js'></script>Please wait"), TermsState.INTERSTITIAL),
        (page("<div id='root'></div><script src='/app.js'></script>"), TermsState.JS_ONLY),
        (page("<noscript>You need to enable JavaScript to run this app.</noscript>"), TermsState.JS_ONLY),
        (page("Bitte aktivieren Sie JavaScript, um diese Seite zu sehen."), TermsState.JS_ONLY),
        (
            page("We value your privacy. We and our 812 partners store cookies. Accept all. Manage preferences."),
            TermsState.CONSENT_WALL,
        ),
        (
            page("Bevor Sie fortfahren: Wir verwenden Cookies für Werbung. Alle akzeptieren. Einstellungen."),
            TermsState.CONSENT_WALL,
        ),
    ],
)
def test_what_is_no_terms(html: bytes, expected: TermsState):
    assert state(html) is expected


@pytest.mark.parametrize("words", [IMPRESSUM, MENTIONS])
def test_a_legal_notice_is_itself_only_where_one_was_looked_for(words: str):
    assert state(page(words), SourceKind.IMPRINT) is TermsState.OK
    assert state(page(words), SourceKind.LEGAL) is TermsState.OK
    assert state(page(words)) is TermsState.WRONG_DOC


def test_terms_are_terms_whatever_scripts_ride_along():
    html = page(TERMS["en"] + "<script src='/cdn-cgi/challenge-platform/x.js'></script><div id='root'></div>")
    assert state(html) is TermsState.OK


def test_pdf_files():
    sentences = " ".join(TERMS["en"].split()).split(". ")
    data = pdf([[f"{sentence}." for sentence in sentences]])
    assert page_state(data, pdf_text(data)) is TermsState.OK
    assert page_state(data, TermsText("")) is TermsState.PDF
    assert read_page(data).state is TermsState.OK
    unreadable = read_page(b"%PDF-1.7\n")
    assert (unreadable.state, unreadable.text) == (TermsState.PDF, None)
    assert "cannot be read" in unreadable.detail


def test_a_page_is_read_as_what_it_was_found_as_in_the_charset_of_its_header():
    html = page(IMPRESSUM).decode().encode("cp1252")
    read = read_page(html, "https://courier.example/impressum", {"content-type": 'text/html; charset="windows-1252"'})
    assert (read.state, read.text) == (TermsState.WRONG_DOC, None)
    read = read_page(html, kind=SourceKind.IMPRINT)
    assert read.state is TermsState.OK
    assert read.text is not None
    assert "Geschäftsführerin" in read.text.text
