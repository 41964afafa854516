"""Links to terms pages: in many languages, by words and by address, and what must not be taken for one."""

import pytest

from tracker.core.terms.looks import FoundBy, SourceKind
from tracker.crawl.discover import TERMS, TermsLink, terms_links

HOME = "https://www.site.example/"


def page(*links: tuple[str, str], head: str = "", language: str = "") -> bytes:
    """A page with links (address, words) between others."""
    rows = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in links)
    html = f'<html lang="{language}">' if language else "<html>"
    return f"{html}<head>{head}</head><body><a href='/'>*</a><ul>{rows}</ul><a href='/rss'>RSS</a></body>".encode()


def found(html: bytes, url: str = HOME) -> list[tuple[str, str]]:
    return [(link.kind.value, link.url) for link in terms_links(html, url)]


LABELS = {
    "en": ("Terms of Use", "Legal Notice", "Imprint"),
    "de": ("Nutzungsbedingungen", "Rechtliche Hinweise", "Impressum"),
    "fr": ("Conditions générales d’utilisation", "Mentions légales", "Éditeur du site"),
    "es": ("Términos y condiciones", "Aviso legal", "Datos del editor"),
    "it": ("Condizioni d'uso", "Note legali", "Colophon"),
    "pt": ("Termos de Uso", "Aviso legal", "Expediente"),
    "nl": ("Algemene voorwaarden", "Juridische informatie", "Colofon"),
    "sv": ("Allmänna villkor", "Juridisk information", "Ansvarig utgivare"),
    "da": ("Brugsbetingelser", "Juridisk meddelelse", "Kolofon"),
    "no": ("Brukervilkår", "Juridisk informasjon", "Utgiver"),
    "fi": ("Käyttöehdot", "Oikeudelliset tiedot", "Julkaisija"),
    "pl": ("Regulaminu serwisu", "Nota prawna", "Wydawca"),
    "cs": ("Podmínky užití", "Právní informace", "Vydavatel"),
    "sk": ("Obchodné podmienky", "Právne informácie", "Vydavateľ"),
    "hu": ("Felhasználási feltételek", "Jogi nyilatkozat", "Impresszum"),
    "ro": ("Termeni și condiții", "Notă legală", "Caseta redacțională"),
    "bg": ("Общи условия", "Правна информация", "Издател"),
    "hr": ("Uvjeti korištenja", "Pravne napomene", "Impresum"),
    "el": ("Όροι Χρήσης", "Νομικές πληροφορίες", "Ταυτότητα"),
    "tr": ("Kullanım Koşulları", "Yasal Uyarı", "Künye"),
    "ru": ("Пользовательское соглашение", "Правовая информация", "Выходные данные"),
    "uk": ("Угода користувача", "Правова інформація", "Вихідні дані"),
    "ja": ("ご利用規約", "免責事項", "運営会社"),
    "zh": ("用户服务协议", "法律声明", "关于本站"),
    "ko": ("서비스 이용 약관", "법적고지", "회사소개"),
    "ar": ("شروط الإستخدام", "إخلاء المسؤولية", "هيئة التحرير"),
    "he": ("תנאי השימוש", "הבהרה משפטית", "אודות האתר"),
    "fa": ("شرایط استفاده", "سلب مسئولیت", "شناسنامه"),
    "hi": ("उपयोग की शर्तें", "कानूनी सूचना", ""),
    "th": ("ข้อกำหนดการใช้งาน", "ประกาศทางกฎหมาย", ""),
    "id": ("Syarat & Ketentuan", "Pemberitahuan hukum", "Susunan redaksi"),
    "vi": ("Điều khoản sử dụng", "Thông tin pháp lý", "Tòa soạn"),
    "et": ("Kasutustingimused", "Õigusteave", "Väljaandja"),
    "lv": ("Lietošanas noteikumi", "Juridiskā informācija", "Izdevējs"),
    "lt": ("Naudojimosi taisyklės", "Teisinė informacija", "Leidėjas"),
    "sl": ("Pogoji uporabe", "Pravno obvestilo", "Izdajatelj"),
    "ca": ("Condicions d'ús", "Avís legal", "Crèdits"),
}


@pytest.mark.parametrize("language", LABELS)
def test_languages(language: str) -> None:
    terms, legal, imprint = LABELS[language]
    html = page(("/n/1", imprint), ("/n/2", legal), ("/n/3", terms), ("/n/4", "Blog"), language=language)
    expected = [("terms", HOME + "n/3"), ("legal", HOME + "n/2"), *([("imprint", HOME + "n/1")] if imprint else [])]
    assert found(html) == expected


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Пользовательское соглашение", "windows-1251"),
        ("利用規約", "shift_jis"),
        ("利用規約", "euc-jp"),
        ("使用条款", "gb2312"),
        ("使用條款", "big5"),
        ("이용약관", "euc-kr"),
        ("Conditions d'accès", "iso-8859-1"),
        ("Käyttöehdot", "none-such"),
    ],
)
def test_charsets(text: str, charset: str) -> None:
    octets = text.encode(charset if charset != "none-such" else "latin-1")
    html = b'<meta charset="' + charset.encode() + b'"><a href="/n/1">' + octets + b"</a>"
    assert found(html) == [("terms", HOME + "n/1")]
    assert terms_links(html, HOME)[0].text == text


def test_utf_16() -> None:
    html = page(("/n/1", "Terms of use")).decode()
    assert found(html.encode("utf-16")) == [("terms", HOME + "n/1")]


@pytest.mark.parametrize(
    "href",
    [
        "/terms",
        "/terms-of-use.html",
        "/TermsOfService.aspx",
        "/legal/terms/",
        "/en-gb/terms_and_conditions",
        "/websitetermsofuse",
        "/agb.php",
        "/geschaeftsbedingungen",
        "/info/cgu",
        "/index.php?page=terms",
        "/%E5%88%A9%E7%94%A8%E8%A6%8F%E7%B4%84",
        "/site,terms,0,7374.story",
    ],
)
def test_an_address_alone(href: str) -> None:
    assert [link.kind for link in terms_links(page((href, "")), HOME)] == [SourceKind.TERMS]


@pytest.mark.parametrize(
    ("href", "text"),
    [
        ("/gift-cards", "Gift card terms and conditions"),
        ("/c", "Teilnahmebedingungen Gewinnspiel"),
        ("/c", "Términos y condiciones del concurso"),
        ("/k", "Regulamin konkursu"),
        ("/d", "Developer Terms of Service"),
        ("/a", "Affiliate terms"),
        ("/s", "Seller terms and conditions"),
        ("/c", "Nutzungsbedingungen für Leserkommentare"),
        ("/glossary", "Glossary of terms"),
        ("/news/2026/11/site-changes-terms-of-service", "Big site changes its terms of service"),
        ("/news/big-brands-terms-of-use", "Big site rewrites terms of use after angry users protest everywhere"),
        ("/midterms", "Midterms 2026"),
        ("/help/how-to/", "How Tos"),
        ("/conditions", "Conditions"),
        ("/login?next=/terms", "Log in"),
        ("https://policies.service.example/privacy", "Privacy policy"),
        ("https://www.facebook.com/legal/terms", "Terms"),
        ("https://policies.google.com/terms", "Terms of Service"),
        ("https://twitter.com/share?url=/terms-of-use&text=Terms", "Tweet"),
        ("/terms.jpg", "Terms of use"),
        ("mailto:terms@site.example", "Terms of use"),
        ("javascript:terms()", "Terms of use"),
        ("tel:123", "Terms of use"),
        ("#terms", "Terms of use"),
        (HOME + "#terms", "Terms of use"),
        ("", "Terms of use"),
        ("http://[terms-of-use]", "Terms of use"),
        ("https://", "Terms of use"),
    ],
)
def test_no_terms_of_the_site(href: str, text: str) -> None:
    assert terms_links(page((href, text), language="en"), HOME) == []


def test_a_service_has_terms_on_its_own_pages() -> None:
    html = page(("https://policies.google.com/terms", "Terms"))
    assert found(html, "https://www.google.com/") == [("terms", "https://policies.google.com/terms")]


def test_legal_pages_stay_below_terms() -> None:
    links = terms_links(page(("/legal", "Legal"), ("/impressum", "Impressum")), HOME)
    assert [link.kind for link in links] == [SourceKind.LEGAL, SourceKind.IMPRINT]
    assert all(15 <= link.score < TERMS for link in links)


def test_best_first() -> None:
    links = [
        ("/sale", "Terms of sale"),
        ("https://group.example/terms", "Terms of use"),
        ("/privacy", "Terms & Privacy"),
        ("/terms", "Terms of use"),
    ]
    assert found(page(*links))[0][1] == HOME + "terms"
    assert {kind for kind, _ in found(page(*links))} == {"terms"}


@pytest.mark.parametrize(
    ("business", "use"),
    [
        ("AGB", "Nutzungsbedingungen"),
        ("ÁSZF", "Felhasználási feltételek"),
        ("Obchodní podmínky", "Podmínky užití"),
        ("Algemene voorwaarden", "Gebruiksvoorwaarden"),
        ("Subscriber terms", "Terms of use"),
    ],
)
def test_conditions_of_business_stand_behind_terms_of_use(business: str, use: str) -> None:
    assert found(page(("/n/1", use), ("/n/2", business))) == [("terms", HOME + "n/1"), ("terms", HOME + "n/2")]


@pytest.mark.parametrize(
    "text",
    [
        "Souhlasím s obchodními podmínkami",
        "Podmienky poskytovania služieb",
        "с правилами сайта",
        "Пользовательского соглашения",
        "Договор публичной оферты",
        "Умовами користування",
        "с общите условия",
        "Uvjetima korištenja",
        "Pogoje uporabe",
        "Naudojimosi taisyklėmis",
        "Lietošanas noteikumu",
        "τους όρους χρήσης",
        "Warunkami korzystania",
        "Felhasználói szabályzatot",
    ],
)
def test_cases(text: str) -> None:
    assert found(page(("/n/1", text))) == [("terms", HOME + "n/1")]


@pytest.mark.parametrize(
    ("text", "href", "is_terms"),
    [
        ("Regulamin", "/regulamin", True),
        ("Akceptuję regulamin", "/regulamin", True),
        ("Regulamin świadczenia usług drogą elektroniczną", "/x", True),
        ("Regulamin Rady Rodziców", "/regulamin-rr", False),
        ("Regulamin pracowni chemicznej", "/x", False),
    ],
)
def test_rules_of_the_site_and_of_others(text: str, href: str, is_terms: bool) -> None:
    assert (("terms", HOME + href[1:]) in found(page((href, text)))) is is_terms


@pytest.mark.parametrize(("text", "is_terms"), [("Regulamin", True), ("Villkor", True), ("Conditions", False)])
def test_a_page_that_says_it_is_in_english(text: str, is_terms: bool) -> None:
    assert bool(found(page(("/n/1", text), language="en"))) is is_terms


@pytest.mark.parametrize(
    ("text", "href", "is_terms"),
    [
        ("Regulamin, Polityka prywatności, Kontakt", "/x", True),
        ("Contact | Terms | Privacy", "/x", True),
        ("Kontakt · Villkor", "/x", True),
        ("Terms, trade, tariffs: a long quarrel", "/x", False),
        ("Privacy & Terms", "/privacy", True),
        ("Polityka prywatności i regulamin", "/x", True),
        ("Adatkezelési szabályzat", "/x", False),
        ("Privatumo taisyklės", "/x", False),
        ("隐私条款", "/x", False),
        ("免责条款", "/x", False),
        ("使用某站前必读", "/duty", True),
        ("Läs medlemsvillkoren", "/x", True),
    ],
)
def test_names_in_a_row_and_general_words(text: str, href: str, is_terms: bool) -> None:
    assert (("terms", HOME + href[1:]) in found(page((href, text)))) is is_terms


def test_an_address_elsewhere_alone_needs_words_that_do_not_belie_it() -> None:
    there = "https://group.example/user-agreement"
    assert found(page((there, ""))) == [("terms", there)]
    assert found(page((there, "Register!"))) == []
    assert found(page(("/user-agreement", "Read it"))) == [("terms", HOME + "user-agreement")]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/forum/ucp.php?mode=terms", "https://site.example/forum/index.php"),
        ("/x/9", "https://forum.site.example/"),
        ("/forum/9", "https://site.example/forum/"),
    ],
)
def test_what_the_page_itself_stands_under_is_nothing_else(href: str, url: str) -> None:
    assert [kind for kind, _ in found(page((href, "Conditions d’utilisation"), language="fr"), url)] == ["terms"]


def test_the_query_of_a_script() -> None:
    assert found(page(("/a/b/info.asp?section=terms", ""))) == [("terms", HOME + "a/b/info.asp?section=terms")]
    assert found(page(("/a/b/info.asp?s=terms", ""))) == []
    assert found(page(("/a/b/info.asp?returnTo=/terms", ""))) == []


def test_privacy_beside_terms() -> None:
    assert found(page(("/policies", "Privacy & Terms"))) == [("terms", HOME + "policies")]
    assert found(page(("/terms-privacy", "Privacy"))) == []


def test_each_address_once_with_its_best_score() -> None:
    links = terms_links(page(("/terms", "Read this"), ("/terms", "Terms of use"), ("/terms#two", "Fees")), HOME)
    assert [(link.url, link.text) for link in links] == [(HOME + "terms", "Terms of use")]


def test_words_within_elements_images_and_names() -> None:
    assert found(b'<a href=/n/1><b>Terms</b> <i class="x">of <!-- no --></i>use<style>.a{b:c}</style></a>')
    assert found(b'<a href=/n/1><img src=x alt="Terms of use"></a>')
    assert found(b'<a href=/n/1 aria-label="Terms of use"><svg></svg></a>')
    assert found(b'<map><area href=/n/1 alt="Terms of use"></map>')
    assert found(b"<a href=/n/1>Terms &amp; Conditions</a>")
    assert not found(b"<!-- <a href=/n/1>Terms of use</a> --><script>'<a href=/n/1>Terms of use</a>'</script>")


def test_base() -> None:
    html = page(("terms", "Terms of use"), head='<base href="https://other.example/a/">')
    assert found(html) == [("terms", "https://other.example/a/terms")]
    assert found(page(("terms", "Terms of use"), head='<base href="http://[x">')) == [("terms", HOME + "terms")]


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (b'<link rel="terms-of-service" href="/x/1">', HOME + "x/1"),
        (b'<a rel="nofollow terms-of-service" href="/x/1">This way</a>', HOME + "x/1"),
        (b'<script type="application/ld+json">{"@graph": [{"termsOfService": "/x/1"}]}</script>', HOME + "x/1"),
        (b'<script type="application/ld+json">{"termsOfService": {"url": "https://a.example/t"}}</script>', "https://a.example/t"),
    ],
)  # fmt: skip
def test_declared(html: bytes, url: str) -> None:
    links = terms_links(html + page(("/terms", "Terms of use")), HOME)
    assert [(link.url, link.found_by) for link in links] == [(url, FoundBy.REL), (HOME + "terms", FoundBy.LINK)]


def test_what_declares_nothing() -> None:
    assert terms_links(b'<script type="application/ld+json">{"termsOfService": "our rules apply"}</script>', HOME) == []
    assert (
        terms_links(b'<script>{"termsOfService": "/x"}</script><link rel="stylesheet" href="/terms.css">', HOME) == []
    )


def test_position_decides_between_equals() -> None:
    links = terms_links(page(("/a/terms", "Terms"), ("/b/terms", "Terms")), HOME)
    assert [link.url for link in links] == [HOME + "b/terms", HOME + "a/terms"]


def test_the_name_of_the_site_is_no_word() -> None:
    assert found(page(("/n/1", "Times Terms")), "https://www.thetimes.example/")
    assert not found(page(("/n/1", "Trading Terms")), "https://www.thetimes.example/")


def test_a_link_is_plain_data() -> None:
    assert terms_links(b'<a href="/terms">Terms</a>', HOME) == [
        TermsLink(HOME + "terms", 131.5, "Terms", SourceKind.TERMS, FoundBy.LINK)
    ]
