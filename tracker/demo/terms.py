"""Terms pages of the made-up sites, and the home pages that link to them, at every date of the demonstration.

What they say follows what happened on the real web: bans on scraping were there before, bans on AI training came with
the blocks in robots.txt or instead of them, in German the reservation stands in the Impressum, one page shows two
variants in turn, one says nothing of machines, and some cannot be read. All texts are made up.
"""

from tracker.demo.sites import CHALLENGE, DATES, Answer, Html

_GENERAL = (
    (
        "These terms govern your use of {name} and of everything that we publish on it. By using the site you agree to "
        "them."
    ),
    (
        "By opening an account you confirm that you are at least sixteen years old and that what you tell us is true. "
        "You are responsible for what happens under your account, and keep its password to yourself."
    ),
    (
        "What we publish is protected by copyright and by other rights of intellectual property, ours or those of our "
        "licensors. Our name and our logo are trademarks."
    ),
    (
        "We may change, suspend or end any part of the service at any time, and will announce it here thirty days "
        "before. You may close your account at any time; what you have paid for a period that has not begun is paid "
        "back."
    ),
    (
        "The service is provided as is, without warranty of any kind. We are liable for damage only where the law says "
        "that we must be, and not for what third parties do."
    ),
    (
        "These terms are governed by the laws of Ruritania, and the courts of Strelsau decide on all disputes. If a "
        "provision is unenforceable, the others stay in force."
    ),
)
_OF_SOME = (
    "Comments are moderated. You keep the rights in what you write, and grant us a licence to show it on the site.",
    "Subscriptions are renewed each month until they are cancelled. Prices include the taxes of Ruritania.",
    "Competitions have rules of their own, which you find beside each of them.",
    "Links to other sites are no recommendation, and we are not responsible for what stands there.",
    "You must not insult others, post what is unlawful, or pretend to be somebody else.",
)
"""Paragraphs of which each site has two, so that no two sites have the same terms."""

_NO_SCRAPING = (
    "You may not scrape, crawl or harvest the site by robots or other automated means without our permission."
)
_PERSONAL = "You may read, print and store articles for your personal, non-commercial use only."
_NO_TRAINING = (
    "You may not use any content of this site to train, develop or improve artificial intelligence or machine learning "
    "models, whether directly or through others."
)
_NO_COPIES = "You may not copy, republish or sell our content, in whole or in part, without our prior written consent."
_RESERVED = (
    "We reserve all rights of text and data mining in our content within the meaning of Article 4 of the DSM Directive."
)
_COUNTED = "Automated access is logged, and we count it apart from the visits of readers."
_OPEN = (
    "Our text is available under the Creative Commons Attribution licence, and you may copy and reuse it on its terms.",
    "Robots are welcome as long as they respect our robots.txt and make no more than one request a second.",
)
_CRAWL_ME = (
    "Our definitions are available under the Creative Commons Attribution licence.",
    "You may use automated means to collect them and train language models on them, provided that you name us.",
)
_TRAINING_SOLD = (
    "Developers may use our programming interface to train artificial intelligence models if they hold a data licence "
    "from us; without one you may not use posts to train such models."
)


def _page(title: str, *paragraphs: str, language: str = "en", date: str = "", links: str = "") -> Html:
    """A page as small publishers have them: a menu, the text, a footer."""
    name = title.rpartition(" ")[2]
    dated = f"<p>Last updated: {date}</p>" if date else ""
    text = "".join(f"<p>{paragraph.format(name=name)}</p>" for paragraph in paragraphs)
    return Html(
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<nav><a href="/">Home</a> <a href="/news">News</a></nav><main><h1>{title}</h1>{dated}{text}</main>'
        f'<footer><a href="/">{name}</a> {links}</footer></body></html>'.encode()
    )


def _terms(host: str, *clauses: str, date: str = "") -> Html:
    """Terms long enough to prove that they are silent where no clause speaks of machines."""
    at = sum(host.encode())
    some = (_OF_SOME[at % len(_OF_SOME)], _OF_SOME[(at + 1 + at // 7 % 4) % len(_OF_SOME)])
    return _page(f"Terms of use of {host}", _GENERAL[0], *clauses, *_GENERAL[1:-1], *some, _GENERAL[-1], date=date)


_IMPRINT = (
    "Herausgeber dieser Seiten: Tagblatt Verlag GmbH, Musterstraße 1, 12345 Strelsau.",
    "Vertreten durch die Geschäftsführerin Erika Mustermann. Handelsregister Strelsau, HRB 12345.",
    "Verantwortlich für den Inhalt ist die Redaktion. Alle Angaben ohne Gewähr, Irrtümer vorbehalten.",
    "Für die Inhalte verlinkter Seiten sind ausschließlich deren Betreiber verantwortlich.",
)
_VORBEHALT = (
    "Eine Nutzung unserer Inhalte für Text und Data Mining im Sinne des § 44b UrhG behalten wir uns ausdrücklich vor.",
    "Ohne unsere schriftliche Zustimmung ist es untersagt, Inhalte zum Training künstlicher Intelligenz zu nutzen.",
)
_CGU = (
    "Les présentes conditions générales d'utilisation régissent l'accès au site et à l'ensemble de ses contenus.",
    (
        "L'utilisateur s'engage à fournir des informations exactes et à garder secret le mot de passe de son compte. Il"
        " reste responsable de tout ce qui est fait sous son nom, jusqu'à la résiliation de son compte."
    ),
    "L'éditeur peut modifier, suspendre ou fermer le service à tout moment et en informe les lecteurs sur cette page.",
    (
        "Les articles, les photographies et les marques sont protégés par le droit d'auteur et la propriété "
        "intellectuelle."
    ),
    (
        "La responsabilité de l'éditeur ne peut être engagée en cas de force majeure ni pour le contenu de sites tiers "
        "vers lesquels mènent des liens. Le service est fourni sans garantie d'aucune sorte."
    ),
    (
        "L'abonnement est conclu pour un mois et se renouvelle jusqu'à sa résiliation, que l'utilisateur peut demander "
        "à tout moment dans son compte. Les prix s'entendent toutes taxes comprises."
    ),
    "Toute reproduction des articles, totale ou partielle, est interdite sans l'autorisation écrite de l'éditeur.",
    "Les présentes conditions sont soumises au droit ruritanien et les tribunaux de Strelsau sont compétents.",
)
_FOUILLE = (
    "L'éditeur s'oppose à toute fouille de textes et de données de ses contenus au sens de l'article L. 122-5-3 du "
    "code de la propriété intellectuelle, et à leur usage pour entraîner des systèmes d'intelligence artificielle."
)
_SHELL = Html(
    b'<!DOCTYPE html><html><head><title>Terms</title><script src="/app.js"></script></head>'
    b'<body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>'
)

_Versions = tuple[tuple[int, Answer], ...]


def _flapping(host: str) -> _Versions:
    """Two variants in turn, as servers show them to visitors by chance."""
    variants = (_terms(host, _NO_SCRAPING, _NO_COPIES), _terms(host, _NO_SCRAPING, _NO_TRAINING, _RESERVED, _NO_COPIES))
    return tuple((n, variants[n % 2]) for n in range(len(DATES)))


def _english(host: str, *changes: tuple[int, tuple[str, ...]]) -> _Versions:
    return tuple((n, _terms(host, *clauses, date=DATES[n][:10])) for n, clauses in changes)


_BOILERPLATE = (_PERSONAL, _NO_COPIES)
PAGES: dict[tuple[str, str], _Versions] = {
    # A ban on AI training joins the older one on scraping, two months after the first block in robots.txt.
    ("herald.example", "/terms"): _english(
        "herald.example",
        (0, (_NO_SCRAPING, *_BOILERPLATE)),
        (2, (_NO_SCRAPING, _NO_TRAINING, *_BOILERPLATE)),
        (6, (_NO_SCRAPING, _NO_TRAINING, _RESERVED, *_BOILERPLATE)),
    ),
    ("gazette.example.com", "/legal/terms-of-service"): _flapping("gazette.example.com"),
    # No terms at all, but a reservation in the Impressum since spring 2024.
    ("tagblatt.example", "/impressum"): (
        (0, _page("Impressum von tagblatt.example", *_IMPRINT, language="de")),
        (4, _page("Impressum von tagblatt.example", *_IMPRINT, *_VORBEHALT, language="de")),
    ),
    ("lequotidien.example", "/cgu"): (
        (0, _page("Conditions générales d'utilisation de lequotidien.example", *_CGU, language="fr")),
        (
            3,
            _page(
                "Conditions générales d'utilisation de lequotidien.example",
                *_CGU[:-1],
                _FOUILLE,
                _CGU[-1],
                language="fr",
            ),
        ),
    ),
    # Open by robots.txt, closed by its terms: a contradiction.
    ("qanda.example", "/terms"): _english("qanda.example", (0, _BOILERPLATE), (5, (_TRAINING_SOLD, *_BOILERPLATE))),
    # The reverse: closed by robots.txt, open by its terms.
    ("dictionary.example", "/terms"): _english("dictionary.example", (0, _CRAWL_ME)),
    ("encyclopedia.example", "/wiki/Terms_of_Use"): _english("encyclopedia.example", (0, _OPEN)),
    # A word of machines, of which nobody but a person can say what it means: for review.
    ("packages.example.com", "/terms"): _english("packages.example.com", (0, (_COUNTED, *_BOILERPLATE))),
    # Terms that do not speak of machines.
    ("recipes.example", "/terms"): _english("recipes.example", (0, ())),
    ("streaming.example", "/terms"): ((0, _terms("streaming.example", *_BOILERPLATE)), (4, _SHELL)),
    ("boutique.example", "/policies/terms-of-service"): ((0, _terms("boutique.example", _NO_COPIES)), (6, CHALLENGE)),
}

_WORDS = {
    "/impressum": "Impressum",
    "/cgu": "Conditions générales d'utilisation",
    "/wiki/Terms_of_Use": "Terms of Use",
}
_OTHERS = "/terms"
"""Where all other sites have theirs, so that nothing need be guessed."""

_STOCK = _terms("this site", *_BOILERPLATE)
"""What these say: all the same, so that it is read once."""

_LINKS = dict(PAGES.keys())


def page_at(host: str, path: str, n: int) -> Answer | None:
    """What a made-up site has at a path at `DATES[n]`, beside its robots.txt and its home page; None: nothing."""
    if versions := PAGES.get((host, path)):
        return next(answer for since, answer in reversed(versions) if since <= n)
    return _STOCK if host not in _LINKS and path == _OTHERS else None


def home_of(host: str, sector: str) -> Html:
    """The home page of a made-up site, with the link to its terms."""
    path = _LINKS.get(host, _OTHERS)
    return Html(
        f"<!DOCTYPE html><html><head><title>{host}</title></head><body>"
        f"<p>A made-up site ({sector}) of the Drywell demonstration.</p>"
        f'<footer><a href="{path}">{_WORDS.get(path, "Terms of use")}</a></footer></body></html>'.encode()
    )
