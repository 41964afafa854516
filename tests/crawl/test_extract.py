"""Made-up pages of the layouts that sites use: the terms are in the text, the page around them is not."""

import pytest

from tracker.core.terms.text import MULTIPLE_VERSIONS, TermsText
from tracker.crawl.extract import terms_text

CLAUSES = (
    "These terms of use govern your access to the website of The Courier and all content on it.",
    "You may not copy, scrape or republish any article without our prior written permission.",
    "You must not use automated means to collect content, or use it to train artificial intelligence.",
    "We accept no liability for damage that arises from the use of this website, as far as the law allows.",
    "These terms are governed by the laws of Ruritania, and its courts have exclusive jurisdiction.",
)
NAVIGATION = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in ("Home", "World", "Sport", "Culture"))
FOOTER = "Subscribe to our newsletter and get the best stories of the week in your inbox every Saturday."
COOKIES = "We and our 812 partners store cookies on your device to show you advertisements that you may like."


def page(body: str, *, head: str = "") -> bytes:
    return f"<!doctype html><html lang='en'><head><title>Terms</title>{head}</head><body>{body}</body></html>".encode()


def paragraphs(tag: str = "p") -> str:
    return "".join(f"<{tag}>{clause}</{tag}>" for clause in CLAUSES)


WORDPRESS = f"""
<header class="site-header"><nav class="main-navigation"><ul class="menu">{NAVIGATION}</ul></nav></header>
<div class="site-content"><main><article class="hentry"><h1 class="entry-title">Terms of Use</h1>
<div class="entry-content">{paragraphs()}</div></article></main>
<aside class="widget-area"><p>Our reporter tells how the harbour of the old town was built in a year.</p></aside></div>
<footer class="site-footer"><p>{FOOTER}</p></footer>
<div id="cookie-notice" class="cookie-notice"><p>{COOKIES}</p></div>"""
SHOP = f"""
<div class="shopify-section"><ul>{NAVIGATION}</ul></div>
<div class="shopify-policy__container"><div class="shopify-policy__title"><h1>Terms of service</h1></div>
<div class="shopify-policy__body"><div class="rte">{paragraphs()}
</div></div></div><div id="footer"><p>{FOOTER}</p></div>"""
NEXT = f"""
<div id="__next"><div class="a1b2"><div class="c3"><div><span>{"</span></div><div><span>".join(CLAUSES)}</span></div>
</div></div></div><script id="__NEXT_DATA__">{{"page": "/terms"}}</script>
<div id="onetrust-consent-sdk"><div><p>{COOKIES}</p></div></div>"""
ACCORDION = "".join(
    f'<button aria-expanded="false">{i}. Section</button><div hidden aria-hidden="true" style="display:none">'
    f"<p>{clause}</p></div>"
    for i, clause in enumerate(CLAUSES, 1)
)
TABLE = f"""<table width="100%"><tr><td class="sidebar"><a href="/">Home</a><br><a href="/a">World</a></td>
<td><font size="2">{"<br><br>".join(CLAUSES)}</font></td></tr></table>"""
DEFINITIONS = "<dl>" + "".join(f"<dt>Point {i}</dt><dd>{clause}</dd>" for i, clause in enumerate(CLAUSES)) + "</dl>"
BARE = f"<div>{'<br/><br/>'.join(CLAUSES)}</div>"
IN_BODY = "\n<br>\n<br>".join(CLAUSES)
ASIDE_ONLY = f"<nav><ul>{NAVIGATION}</ul></nav><aside role='complementary'>{paragraphs()}</aside>"
DETAILS = "".join(f"<details><summary>About it</summary>{clause}</details>" for clause in CLAUSES)
TEXTAREA = "<form><textarea readonly>" + "\n\n".join(CLAUSES) + "</textarea></form>"
DIALOG = f"<p>Welcome.</p><div role='dialog' class='terms-modal'>{paragraphs()}</div>"
LAYOUTS = {
    "wordpress": WORDPRESS,
    "shop": SHOP,
    "next": NEXT,
    "accordion": ACCORDION,
    "table": TABLE,
    "definitions": DEFINITIONS,
    "breaks": BARE,
    "body": IN_BODY,
    "aside": ASIDE_ONLY,
    "details": DETAILS,
    "textarea": TEXTAREA,
    "dialog": DIALOG,
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_layouts(layout: str):
    text = terms_text(page(layout))
    lines = text.text.split("\n")
    assert [line for line in lines if line in CLAUSES] == list(CLAUSES)
    for noise in (FOOTER, COOKIES, "World", "harbour"):
        assert noise not in text.text
    assert (text.language, text.flags) == ("en", frozenset())


def shown(text: TermsText) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, text.text[block.start : block.end]) for block in text.blocks]


def test_blocks_keep_place_kind_and_level():
    text = terms_text(
        page(
            f"""<h2>Prohibited&nbsp;uses</h2><p>You must not:</p>
            <ul><li>copy <b>any</b> article;<ol><li>in whole or</li><li><p>in part;</p><p>at all;</p></li></ol></li>
            <li>crawl the site.</li></ul>
            <table><tr><th>Use</th><td>Allowed</td></tr></table>{paragraphs()}"""
        )
    )
    assert shown(text)[:9] == [
        ("heading", 2, "Prohibited uses"),
        ("paragraph", 0, "You must not:"),
        ("item", 1, "copy any article;"),
        ("item", 2, "in whole or"),
        ("item", 2, "in part;"),
        ("paragraph", 0, "at all;"),
        ("item", 1, "crawl the site."),
        ("cell", 0, "Use"),
        ("cell", 0, "Allowed"),
    ]
    assert "\n".join(block for _, _, block in shown(text)) == text.text


def test_an_introduction_beside_the_container_is_of_the_terms():
    body = f"""<h1>Terms of Service</h1><div><p>Last updated: May 12, 2026</p></div>
    <div class="intro"><p>By accessing our services you agree to be bound by these terms.</p></div>
    <div class="teaser"><p>Ten beaches that you will want to see this summer, chosen by our readers.</p></div>
    <div>{paragraphs() * 4}</div>"""
    text = terms_text(page(body))
    assert text.text.startswith("Terms of Service\nLast updated: May 12, 2026\nBy accessing our services")
    assert "beaches" not in text.text
    assert text.effective_date == "2026-05-12"


@pytest.mark.parametrize(
    "cosmetic",
    [
        ("Sport", "Sports"),
        ("<p>", "<p  class='x'>"),
        ("812 partners", "813 partners"),
        ("harbour of the old town", "bridge of the new town"),
        ("</p>", "</p>\n\n"),
        ("every Saturday", "every Sunday"),
        ("entry-content", "entry__content"),
        ("content on it", "content <span>on</span>\nit"),
        ("content on it", "con\u00adtent\u200b on it"),
    ],
)
def test_what_is_no_change_of_the_terms(cosmetic: tuple[str, str]):
    assert cosmetic[0] in WORDPRESS
    assert terms_text(page(WORDPRESS.replace(*cosmetic))).sha256 == terms_text(page(WORDPRESS)).sha256


def test_a_changed_word_is_a_change():
    changed = WORDPRESS.replace("You may not copy", "You may copy")
    assert terms_text(page(changed)).sha256 != terms_text(page(WORDPRESS)).sha256


def test_lines_broken_by_hand_are_joined():
    body = (
        "<p>You may not copy the content of this site, nor collect it by any automated<br>"
        "means, without our permission.<br>"
        "Other uses:<br>are settled apart.<br>1 Harbour Street<br>Ruritania</p>" + paragraphs()
    )
    assert terms_text(page(body)).text.split("\n")[:5] == [
        "You may not copy the content of this site, nor collect it by any automated means, without our permission.",
        "Other uses:",
        "are settled apart.",
        "1 Harbour Street",
        "Ruritania",
    ]


def test_lines_in_elements_of_their_own_are_joined():
    lines = [
        "You may not copy the content of this website, nor may you collect it by any",
        "means, without our permission, which you",
        "can ask for in writing.",
        "We accept no liability for damage that arises from the use of this website, and",
        "none for that of others.",
    ]
    text = terms_text(page("".join(f"<div class='t'>{line}</div>" for line in lines)))
    assert text.text.split("\n") == [" ".join(lines[:3]), " ".join(lines[3:])]


def test_terms_cut_into_many_asides_are_kept():
    asides = "".join(f"<aside>{clause}</aside>" for clause in CLAUSES)
    assert terms_text(page(f"<h1>Terms</h1>{asides}")).text.split("\n") == ["Terms", *CLAUSES]


def test_plain_text():
    lines = (
        b"TERMS OF USE\n\nYou may not copy the content of this website, nor may you collect it by any\nmeans.\n2 < 3"
    )
    assert terms_text(lines).text.split("\n") == [
        "TERMS OF USE",
        "You may not copy the content of this website, nor may you collect it by any means.",
        "2 < 3",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-1"])
@pytest.mark.parametrize("said", [None, "utf-8", "no-such-charset"])
def test_characters(encoding: str, said: str | None):
    german = "Die Inhalte dürfen ohne vorherige Zustimmung weder vervielfältigt noch öffentlich wiedergegeben werden."
    html = f"<html><body><p>{german}</p><p>Für Schäden haften wir nicht, außer bei grober Fahrlässigkeit.</p>"
    text = terms_text(html.encode(encoding), charset=said)
    assert text.text.startswith(german)
    assert text.language == "de"


def test_declared_charset():
    russian = "Пользователь не вправе копировать материалы сайта без письменного согласия редакции."
    html = f'<meta charset="windows-1251"><p>{russian}'
    assert terms_text(html.encode("cp1251")).text == russian
    assert terms_text(html.replace("windows-1251", "koi8-r").encode("cp1251"), charset="windows-1251").text == russian


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You may not reproduce the content of this website without our permission, nor crawl it."),
        ("de", "Die Vervielfältigung der Inhalte dieser Website bedarf unserer vorherigen Zustimmung."),
        ("fr", "Toute reproduction du contenu de ce site est interdite sans notre autorisation préalable."),
        ("es", "Queda prohibida la reproducción de los contenidos de este sitio sin nuestra autorización."),
        ("it", "È vietata la riproduzione dei contenuti di questo sito senza la nostra autorizzazione."),
        ("pt", "É proibida a reprodução dos conteúdos deste sítio sem a nossa autorização prévia."),
        ("nl", "Het is verboden de inhoud van deze website zonder onze toestemming te verveelvoudigen."),
        ("pl", "Kopiowanie treści tego serwisu bez naszej uprzedniej zgody jest zabronione."),
    ],
)
def test_language_is_that_of_the_text_not_of_the_attribute(language: str, sentence: str):
    html = f"<html lang='xx'><body><p>{sentence}</p><p>{sentence}</p><p>{sentence}</p>".encode()
    assert terms_text(html).language == language


def test_no_text_no_language():
    assert terms_text(b"<p>12 34</p>").language is None
    assert terms_text(b"") == TermsText("")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Last updated: May 12, 2026", "2026-05-12"),
        ("Effective June 17, 2025Previous Version", "2025-06-17"),
        ("Effective Date: 5th of June, 2026", "2026-06-05"),
        ("Last Updated: October 12th 2023", "2023-10-12"),
        ("Latest updated: 2025-10-16", "2025-10-16"),
        ("Last update: 16/02/2024", "2024-02-16"),
        ("Last update: 03/04/2024", None),
        ("Stand: 1. März 2024", "2024-03-01"),
        ("Gültig ab 11.11.2025", "2025-11-11"),
        ("Dernière mise à jour : 1er janvier 2024", "2024-01-01"),
        ("En vigueur depuis le 3 août 2023", "2023-08-03"),
        ("Última actualización: 15 de enero de 2025", "2025-01-15"),
        ("Ultimo aggiornamento: 7 luglio 2022", "2022-07-07"),
        ("Laatst bijgewerkt op 12 maart 2024", "2024-03-12"),
        ("Última atualização: 9 de março de 2021", "2021-03-09"),
        ("Stand: März 2024", None),
        ("Last updated: February 30, 2024", None),
        ("Founded on May 12, 1901, in Ruritania", None),
    ],
)
def test_effective_date(line: str, day: str | None):
    assert terms_text(page(f"<p>{line}</p>{paragraphs()}")).effective_date == day


def test_the_day_of_coming_into_force_goes_before_that_of_the_last_change():
    lines = "<p>Last updated: March 1, 2025</p><p>Effective: April 1, 2025</p>"
    assert terms_text(page(lines + paragraphs())).effective_date == "2025-04-01"


def edition(whom: str, day: str) -> str:
    long = " Whoever uses the website does so at their own risk, and answers for all that follows from it." * 40
    return f"<h2>Terms for users who live {whom}</h2><p>Effective: {day}</p><p>{whom}: {long}</p>{paragraphs()}"


@pytest.mark.parametrize(
    ("editions", "several"),
    [
        ((("in the European Union", "May 1, 2026"),), False),
        ((("in the European Union", "May 1, 2026"), ("outside the European Union", "May 1, 2026")), True),
        ((("in Ruritania", "May 1, 2026"), ("in Strelsau", "June 1, 2026")), True),
    ],
)
def test_several_editions_on_one_page(editions: tuple[tuple[str, str], ...], several: bool):
    text = terms_text(page("".join(edition(*of) for of in editions)))
    assert (MULTIPLE_VERSIONS in text.flags) is several


def test_a_text_that_stands_there_twice_is_read_once():
    twice = f"<div class='wide'>{paragraphs()}</div><div class='narrow'>{paragraphs()}</div>"
    text = terms_text(page(twice))
    assert text.text.split("\n") == list(CLAUSES)
    assert text.flags == frozenset()
