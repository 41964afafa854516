"""Terms pages that are PDF files: lines joined, headers dropped, hostile ones bounded."""

import io
import zlib

import pypdf
import pytest

from tests.crawl.pdfs import pdf
from tracker.crawl.extract import pdf_text
from tracker.errors import DrywellError, PdfError

PAGES = [
    [
        "Courier Ltd - Terms of Use",
        "TERMS OF USE",
        "Last updated: May 12, 2026",
        "1. Use of the content",
        "You may not copy, scrape or republish any article of this website with-",
        "out our prior written permission, nor make any non-",
        "commercial or commercial use of it.",
        "You must not:",
        "• crawl the website by automated means, e.g.",
        "by robots of any kind, or",
        "• train artificial intelligence on it.",
        "These terms are governed by the laws of Ruritania, whose courts alone are",
        "Page 1 of 3",
    ],
    [
        "Courier Ltd - Terms of Use",
        "competent for all disputes that arise from the use of the website or these terms.",
        "2. Liability",
        "We are not liable for damage (of any kind).",
        "Page 2 of 3",
    ],
    ["Courier Ltd - Terms of Use", "3. Changes", "We may change these terms at any time.", "Page 3 of 3"],
]

COPYING = (
    "You may not copy, scrape or republish any article of this website without our prior written permission, nor make "
    "any non-commercial or commercial use of it."
)
LAW = (
    "These terms are governed by the laws of Ruritania, whose courts alone are competent for all disputes that arise "
    "from the use of the website or these terms."
)
PARAGRAPHS = [
    "TERMS OF USE",
    "Last updated: May 12, 2026",
    "1. Use of the content",
    COPYING,
    "You must not:",
    "crawl the website by automated means, e.g. by robots of any kind, or",
    "train artificial intelligence on it.",
    LAW,
    "2. Liability",
    "We are not liable for damage (of any kind).",
    "3. Changes",
    "We may change these terms at any time.",
]


def test_lines_become_paragraphs():
    text = pdf_text(pdf(PAGES))
    assert text.text.split("\n") == PARAGRAPHS
    assert (text.language, text.effective_date, text.flags) == ("en", "2026-05-12", frozenset())
    assert [block.kind for block in text.blocks].count("item") == 2


def encrypted(**more: str) -> bytes:
    writer, out = pypdf.PdfWriter(io.BytesIO(pdf(PAGES))), io.BytesIO()
    writer.encrypt(**more)
    writer.write(out)
    return out.getvalue()


def test_a_file_that_any_viewer_opens_is_read_though_it_is_encrypted():
    assert (
        pdf_text(encrypted(user_password="", owner_password="x", algorithm="AES-128")).text == pdf_text(pdf(PAGES)).text
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cannot be read"),
        (b"%PDF-1.7\n", "cannot be read"),
        (b"%PDF-1.7\n" + b"1 0 obj << /Kids [" * 10_000, "cannot be read"),
        (pdf(PAGES)[:1_500], "cannot be read|no text"),
        (encrypted(user_password="secret"), "encrypted"),
        (pdf([[]]), "no text"),
        (pdf([[]], stream=b"no zlib"), "no text|cannot be read"),
        (pdf([[]], stream=zlib.compress(bytes(300_000_000))), "no text|cannot be read"),
    ],
    ids=["empty", "head", "unclosed", "cut", "password", "blank", "broken", "bomb"],
)
def test_a_file_without_text_is_told(data: bytes, message: str):
    with pytest.raises(PdfError, match=message) as caught:
        pdf_text(data)
    assert isinstance(caught.value, DrywellError)
    assert "\n" not in str(caught.value)


def test_only_so_many_pages_are_read():
    text = pdf_text(pdf([[f"You may not copy article {'x' * number} at all."] for number in range(310)]))
    assert text.flags == {"truncated"}
    assert len(text.blocks) == 300
