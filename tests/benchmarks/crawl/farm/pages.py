"""What the farm's sites serve, and the authority that vouches for them: written once into a folder."""

import gzip
import random
from pathlib import Path

import certifi
import trustme

_BOTS = ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "anthropic-ai", "PerplexityBot", "Bytespider", "Amazonbot")
_RULES = (0, 4, 8, 12, 20, 30, 60, 120, 250, 710)  # lines of the ten robots.txt files: 81 B to 14.5 KB
_EC = trustme.KeyType.ECDSA  # P-256


def write(folder: Path) -> None:
    """The document root `www` with a gzip file beside each file; `chain.pem` and `key.pem`; `ca.pem`; `bundle.pem`."""
    root = folder / "www"
    root.mkdir(parents=True)
    chance = random.Random(7)
    files = {f"robots{number}.txt": _robots(number, chance) for number in range(10)}
    files |= {"home.html": _page(82, chance), "terms.txt": _text(41, chance), "terms.html": _terms(250, chance)}
    for name, text in files.items():
        (root / name).write_text(text)
        (root / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    _certify(folder)


def _certify(folder: Path) -> None:
    authority = trustme.CA(key_type=_EC)
    leaf = authority.create_child_ca(key_type=_EC).issue_cert("*.farm.test", "farm.test", key_type=_EC)
    leaf.private_key_pem.write_to_path(str(folder / "key.pem"))
    for number, pem in enumerate(leaf.cert_chain_pems):
        pem.write_to_path(str(folder / "chain.pem"), append=number > 0)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    # As many roots as a real client has to search.
    (folder / "bundle.pem").write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())


def _robots(number: int, chance: random.Random) -> str:
    head = "User-agent: *\nDisallow: /admin/\nSitemap: https://www.farm.test/sitemap-all.xml\n"
    named = "".join(f"User-agent: {bot}\nDisallow: /\n\n" for bot in _BOTS[:number])
    rules = "".join(f"Disallow: /{_word(chance, 'abcdefghij')}/\n" for _ in range(_RULES[number] if number else 0))
    return head + named + ("User-agent: *\n" + rules if rules else "")


def _text(kilobytes: int, chance: random.Random) -> str:
    """Paragraphs of made-up words."""
    text = "# Terms of use\n"
    while len(text) < kilobytes * 1000:
        text += f"\n{' '.join(_word(chance, 'aeioulnrst') for _ in range(60))}.\n"
    return text


def _page(kilobytes: int, chance: random.Random) -> str:
    """Markup around made-up words, which gzip packs to about half."""
    parts = [
        (
            "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=robots content=noai>"
            "<title>A site</title></head><body>"
        )
    ]
    size = len(parts[0])
    while size < kilobytes * 1000:
        words = " ".join(_word(chance, "aeioulnrst") for _ in range(40))
        parts.append(
            f'<div class="c{chance.randint(1, 99)}"><p>{words}</p><a href="/{words[:9].strip()}">on</a></div>\n'
        )
        size += len(parts[-1])
    return "".join(parts) + '<footer><a href="/terms">Terms of use</a></footer></body></html>'


_CLAUSES = (
    "These terms of use govern your access to this website and to all the content that is published on it.",
    "You may not copy, scrape or republish our content by any means without our prior written permission.",
    "We are not liable for damage that arises from the use of the service, to the extent permitted by law.",
    "We may change these terms at any time; your continued use of the site means that you agree to the changes.",
    "These terms are governed by the laws of Ruritania, and its courts have exclusive jurisdiction.",
)


def _terms(kilobytes: int, chance: random.Random) -> str:
    """A terms page as large as they are on average: a fifth of it is text, the rest scripts and markup."""
    words = " ".join(_word(chance, "abcdefghij") for _ in range(kilobytes * 115))
    text = "".join(f"<p>{clause}</p>" for clause in _CLAUSES * (kilobytes // 4))
    return (
        f"<!doctype html><html lang=en><head><title>Terms of use</title><script>{words}</script></head>"
        f'<body><nav><a href="/">Home</a></nav><main><h1>Terms of use</h1>{text}</main></body></html>'
    )


def _word(chance: random.Random, letters: str) -> str:
    return "".join(chance.choices(letters, k=chance.randint(2, 10)))
