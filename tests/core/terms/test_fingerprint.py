"""Whether a page shows the same words, told without reading it: what counts, what does not, and in which time."""

import time

import pytest

from tracker.core.terms.fingerprint import fingerprint

PAGE = b"<html><head><title>Terms</title></head><body><p>You may not scrape.</p></body></html>"


@pytest.mark.parametrize(
    "other",
    [
        PAGE.replace(b"<p>", b'<p class="a" data-token="77">'),
        PAGE.replace(b"<body>", b"<body><!-- served by web-7 --><script nonce=1>let a = 1;</script>"),
        PAGE.replace(b"<p>", b"\n  <div>\t<p>").replace(b"</p>", b"</p></div>"),
        PAGE.replace(b"</html>", b"</html><script>unclosed"),
    ],
)
def test_markup_does_not_count(other: bytes) -> None:
    assert fingerprint(other) == fingerprint(PAGE)


@pytest.mark.parametrize("other", [PAGE.replace(b"not ", b""), PAGE.replace(b"Terms", b"Legal"), b""])
def test_words_do(other: bytes) -> None:
    assert fingerprint(other) != fingerprint(PAGE)


def test_a_pdf_has_none() -> None:
    assert fingerprint(b"%PDF-1.7 words") == ""


@pytest.mark.parametrize("piece", [b"<", b"<script>", b"<!--", b"<script ", b"</script", b"<a<b", b"< >", b"<style/>"])
def test_hostile_pages_take_linear_time(piece: bytes) -> None:
    began = time.process_time()
    fingerprint(piece * (2 * 1024 * 1024 // len(piece)))
    assert time.process_time() - began < 2
