"""What Google documents of its reading of robots.txt, and what its open-source parser does, in our own wording.

Sources: https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt (read in 2026) and
https://github.com/google/robotstxt, robots.cc. The four deviations, and why, are in `tracker.core.verdict`.
"""

from tests.core.conformance_case import OPEN, SHUT, Row

FISH = "UA *|D /fish"
FISHES = "UA *|D /fish/"
PHP = "UA *|D /*.php"
PHP_END = "UA *|D /*.php$"
FISH_PHP = "UA *|D /fish*.php"
MATCHING: list[Row] = [
    ("UA *|D /*", "Googlebot /", SHUT, "a star after the slash is the slash alone, the home page included"),
    ("UA *|D /*", "Googlebot /a?b", SHUT, "and all else"),
    ("UA *|D /$", "Googlebot /", SHUT, "only the home page"),
    ("UA *|D /$", "Googlebot /a", OPEN, "and nothing below it"),
    ("UA *|D /$", "Googlebot /?a", OPEN, "not even with a query"),
    (FISH, "Googlebot /fishheads/yummy.html", SHUT, "a longer folder name"),
    (FISH, "Googlebot /fish.php?id=anything", SHUT, "a page with a query"),
    (FISH, "Googlebot /?id=fish", OPEN, "the word in a query"),
    (FISH, "Googlebot /desert/fish", OPEN, "deeper down"),
    ("UA *|D /fish*", "Googlebot /fish", SHUT, "a star at the end changes nothing"),
    ("UA *|D /fish*", "Googlebot /Fish.asp", OPEN, "nor does it change the case"),
    ("UA *|D /fish*", "Googlebot /catfish", OPEN, "or the beginning"),
    (FISHES, "Googlebot /fish/", SHUT, "the folder"),
    (FISHES, "Googlebot /fish/?id=anything", SHUT, "the folder with a query"),
    (FISHES, "Googlebot /fish.html", OPEN, "not the page of its name"),
    (FISHES, "Googlebot /animals/fish/", OPEN, "nor a folder of its name elsewhere"),
    (PHP, "Googlebot /filename.php", SHUT, "an ending anywhere in the path"),
    (PHP, "Googlebot /folder/filename.php?parameters", SHUT, "before a query"),
    (PHP, "Googlebot /folder/any.php.file.html", SHUT, "within a name"),
    (PHP, "Googlebot /filename.php/", SHUT, "as a folder"),
    (PHP, "Googlebot /windows.PHP", OPEN, "not in capitals"),
    (PHP_END, "Googlebot /folder/filename.php", SHUT, "an ending at the end"),
    (PHP_END, "Googlebot /filename.php?parameters", OPEN, "no query after it"),
    (PHP_END, "Googlebot /filename.php5", OPEN, "no digit"),
    (PHP_END, "Googlebot /a.php.php", SHUT, "twice, the last is the end"),
    (FISH_PHP, "Googlebot /fish.php", SHUT, "a beginning and an ending"),
    (FISH_PHP, "Googlebot /fishheads/catfish.php?parameters", SHUT, "with folders between"),
    (FISH_PHP, "Googlebot /Fish.PHP", OPEN, "both with their case"),
    (FISH_PHP, "Googlebot /fish.html", OPEN, "both needed"),
]

PRECEDENCE: list[Row] = [
    ("UA *|A /p|D /", "Googlebot /page", OPEN, "the longer rule is the more specific"),
    ("UA *|A /folder|D /folder", "Googlebot /folder/page", OPEN, "of equals the less restrictive"),
    ("UA *|A /page|D /*.htm", "Googlebot /page.htm", SHUT, "six octets against five, a star among them"),
    ("UA *|A /page|D /*.ph", "Googlebot /page.php5", OPEN, "five against five"),
    ("UA *|A /$|D /", "Googlebot /", OPEN, "the anchor counts as an octet"),
    ("UA *|A /$|D /", "Googlebot /page.htm", SHUT, "but matches the home page alone"),
    ("UA *|A /|D /$", "Googlebot /", SHUT, "the same the other way round"),
    ("UA *|A /x/*|D /x/page", "Googlebot /x/page", SHUT, "seven against four"),
    ("UA *|A /x/page*|D /x/page", "Googlebot /x/page", OPEN, "an idle star wins by an octet"),
    ("UA *|A /x/page|D /x/page$", "Googlebot /x/page", SHUT, "so does an anchor"),
    ("UA *|A /x/page|D /x/page$", "Googlebot /x/page2", OPEN, "where it matches"),
    ("UA *|A /*x*y|D /axby", "Googlebot /axby", OPEN, "octets are counted, not letters"),
    ("UA *|A /*x|D /axby", "Googlebot /axby", SHUT, "three against five"),
]

GROUPS: list[Row] = [
    ("UA googlebot-news|D /n|UA *|D /s|UA googlebot|D /g", "Googlebot-News /n", SHUT, "the most specific group"),
    ("UA googlebot-news|D /n|UA *|D /s|UA googlebot|D /g", "Googlebot-News /g", OPEN, "and no other"),
    ("UA googlebot-news|D /n|UA *|D /s|UA googlebot|D /g", "Googlebot /g", SHUT, "each by its own name"),
    ("UA googlebot-news|D /n|UA *|D /s|UA googlebot|D /g", "Otherbot /s", SHUT, "the rest by the star"),
    ("UA googlebot-news|D /n|UA *|D /s|UA googlebot|D /g", "Googlebot /s", OPEN, "which binds none of the named"),
    ("UA e|UA f|D /g", "e /g", SHUT, "two names, one group"),
    ("UA e|UA f|D /g", "f /g", SHUT, "the second name"),
    ("UA e|UA f|D /g|UA h", "h /g", OPEN, "a third without rules"),
    (
        "UA googlebot-news|D /fish|UA *|D /carrots|UA googlebot-news|D /shrimp",
        "Googlebot-News /shrimp",
        SHUT,
        "groups of one name are combined",
    ),
    (
        "UA googlebot-news|D /fish|UA *|D /carrots|UA googlebot-news|D /shrimp",
        "Googlebot-News /carrots",
        OPEN,
        "over a group for others between them",
    ),
    ("UA *|D /carrots|UA *|D /peas|UA googlebot|D /", "Otherbot /peas", SHUT, "groups of the star are combined"),
    ("UA a|sitemap: https://x.example/s.xml||UA b|D /", "a /x", SHUT, "lines of other fields are left out first"),
    ("UA googlebot/1.2|D /x", "Googlebot /x", SHUT, "what cannot belong to a name is left out"),
    ("UA googlebot*|D /x", "Googlebot /x", SHUT, "a star among it"),
    ("UA googlebot 1|D /x", "Googlebot /x", SHUT, "a space ends a name"),
    ("UA googlebot1|D /x", "Googlebot /x", SHUT, "so does a digit"),
    ("UA googlébot|D /x", "Googl /x", SHUT, "so does any octet beyond ASCII"),
    ("UA *bot|D /x", "Googlebot /x", OPEN, "a star before letters is no wildcard"),
    ("UA * Googlebot|D /x", "Otherbot /x", SHUT, "a star and white space is everybody, whatever follows"),
    ("UA *|D /x|UA *\tb|D /y", "Otherbot /y", SHUT, "also with a tab, and merged"),
    ("UA **|D /x", "Googlebot /x", OPEN, "two stars are nobody"),
    ("UA */1.0|D /x", "Googlebot /x", OPEN, "the star has no version"),
]

TYPOS: list[Row] = [
    *(
        (f"UA *|{name}: /x", "Googlebot /x", SHUT, f"{name} is taken for Disallow")
        for name in ("dissallow", "dissalow", "disalow", "diasllow", "disallaw", "DISALOW", "Diasllow")
    ),
    *(
        (f"UA *|{name}: /x", "Googlebot /x", OPEN, f"{name} is not")
        for name in ("disllow", "disalllow", "dis-allow", "dis allow", "dsallow", "deny", "no-allow")
    ),
    *(
        (f"{name}: *|D /x", "Googlebot /x", SHUT, f"{name} is a user agent")
        for name in (
            "useragent",
            "user agent",
            "UserAgent",
            "User-agents",
            "user-agent-name",
            "useragents",
            "User Agent x",
        )
    ),
    *(
        (f"{name}: *|D /x", "Googlebot /x", OPEN, f"{name} is none")
        for name in ("user_agent", "user  agent", "usr-agent", "agent", "user-agnet", "u")
    ),
    ("UA *|Disallowed: /x", "Googlebot /x", SHUT, "field names count by their beginning"),
    ("UA *|disallow all: /x", "Googlebot /x", SHUT, "up to the colon, white space included"),
    ("UA *|D /|allowed: /x", "Googlebot /x", OPEN, "Allow too"),
    ("UA *|D /|alow: /x", "Googlebot /x", SHUT, "which has no misspellings"),
    ("UA *|D /|allow /x", "Googlebot /x", OPEN, "a colon may be missing"),
    ("UA *|disallow /x", "Googlebot /x", SHUT, "from a Disallow"),
    ("UA *|disallow\t/x", "Googlebot /x", SHUT, "with a tab instead"),
    ("UA *|disallow \t  /x", "Googlebot /x", SHUT, "or several blanks"),
    ("user-agent *|D /x", "Googlebot /x", SHUT, "from a user agent"),
    ("useragent *|D /x", "Googlebot /x", SHUT, "from a misspelt one"),
    ("user agent *|D /x", "Googlebot /x", OPEN, "but two words and a value are three words"),
    ("UA *|disallow /x y", "Googlebot /x", OPEN, "three words need a colon"),
    ("UA *|disallow /x #y", "Googlebot /x", SHUT, "a comment is no word"),
    ("UA *|disallow/x", "Googlebot /x", OPEN, "one word says nothing"),
    ("UA *|disallow=/x", "Googlebot /x", OPEN, "an equals sign is no colon"),
    ("UA *|disallow: : /x", "Googlebot /x", OPEN, "the value begins after the first colon"),
    ("UA *|disalow /x", "Googlebot /x", SHUT, "misspelt and without a colon"),
    ("UA *|disallow /a:b", "Googlebot /a", OPEN, "a colon within the value is the first colon"),
]

ENCODING: list[Row] = [
    ("UA *|D /путь", "Googlebot /%D0%BF%D1%83%D1%82%D1%8C", SHUT, "Cyrillic, asked escaped"),
    ("UA *|D /путь", "Googlebot /путь", OPEN, "a path is expected escaped: as it stands it equals nothing"),
    ("UA *|D /%D0%BF", "Googlebot /%d0%bf", OPEN, "the digits of the path's escapes stay as they come"),
    ("UA *|D /日本*本", "Googlebot /%E6%97%A5%E6%9C%AC/%E6%9C%AC", SHUT, "with a star between"),
    ("UA *|D /é$", "Googlebot /%C3%A9", SHUT, "with an anchor"),
    ("UA *|D /é$", "Googlebot /%C3%A9a", OPEN, "which holds"),
    ("UA *|D /?q=ä", "Googlebot /?q=%C3%A4", SHUT, "in a query"),
    ("UA *|D /\U0001f577", "Googlebot /%F0%9F%95%B7", SHUT, "four octets"),
    ("UA é|D /x", "Googlebot /x", OPEN, "a name beyond ASCII is nobody's"),
    ("Ünknown: x|UA *|D /x", "Googlebot /x", SHUT, "as a field it is unknown"),
    ("UA *|D /%25", "Googlebot /%25", SHUT, "an escaped percent sign"),
    ("UA *|D /%2525", "Googlebot /%25", OPEN, "is not unescaped twice, nor once"),
    ("UA *|D /a%20b", "Googlebot /a%20b", SHUT, "an escaped space"),
    ("UA *|D /a b", "Googlebot /a%20b", OPEN, "a raw one is not escaped"),
    ("UA *|D /a+b", "Googlebot /a%2Bb", OPEN, "nor is a plus"),
    ("UA *|D /%aF", "Googlebot /%AF", SHUT, "one digit in each case"),
]

SECTIONS = {
    "Google, path matching": MATCHING,
    "Google, order of precedence": PRECEDENCE,
    "Google, grouping": GROUPS,
    "robots.cc, names and typos": TYPOS,
    "robots.cc, MaybeEscapePattern": ENCODING,
}

HEAD = b"User-agent: *\n"
BEYOND = HEAD + b"#" * (512_000 - len(HEAD)) + b"\nDisallow: /x\n"
# In each of these rows Google's matcher gives the other answer.
DEVIATIONS: dict[str, list[Row]] = {
    "product tokens beyond RFC 9309's alphabet match literally": [
        ("UA AI2Bot|D /x", "AI2Bot /x", SHUT, "a digit in a name"),
        ("UA *|D /x|UA AI2Bot|D ", "AI2Bot /x", OPEN, "which keeps it from the star's rules"),
        ("UA img2dataset|D /x", "img2dataset /x", SHUT, "a digit within"),
        ("UA 360Spider|D /x", "360Spider /x", SHUT, "a digit in front"),
        ("UA Kangaroo Bot|D /x", "Kangaroo Bot /x", SHUT, "a space"),
        ("UA bigsur.ai|D /x", "bigsur.ai /x", SHUT, "a dot"),
    ],
    "/robots.txt is always allowed": [
        ("UA *|D /", "GPTBot /robots.txt", OPEN, "RFC 9309, 2.2.2, last paragraph"),
        ("UA GPTBot|D /robots.txt$", "GPTBot /robots.txt", OPEN, "named by the rule itself"),
    ],
    "input ends at 500 KiB": [
        (BEYOND, "GPTBot /x", OPEN, "RFC 9309, 2.5: a parsing limit of at least 500 KiB; ours is exactly that"),
    ],
    "Allow: /index.html does not allow /": [
        ("UA *|D /|A /index.html", "GPTBot /", SHUT, "Google means index.htm to stand for its folder"),
        ("UA *|D /|A /a/index.htm", "GPTBot /a/", SHUT, "in every folder"),
    ],
}
