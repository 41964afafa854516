import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.hosts import normalise_host

LABEL = "a" * 63
LONGEST = ".".join([LABEL, LABEL, LABEL, "a" * 57, "com"])


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", "example.com"),
        ("WWW.Example.COM", "www.example.com"),
        ("  example.com \t", "example.com"),
        ("example.com.", "example.com"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("ＥＸＡＭＰＬＥ.com", "example.com"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("россия.рф", "xn--h1alffa9f.xn--p1ai"),
        ("my_site.example.com", "my_site.example.com"),
        ("1.example.com", "1.example.com"),
        ("a--b.example", "a--b.example"),
        ("x.localhost", "x.localhost"),
        (LONGEST, LONGEST),
    ],
)
def test_one_spelling(text: str, host: str) -> None:
    assert normalise_host(text) == host


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (".", "empty"),
        ("https://example.com", "a scheme"),
        ("https://example.com/", "a scheme"),
        ("example.com/", "a path"),
        ("example.com/robots.txt", "a path"),
        ("example.com:8443", "a port"),
        ("user:secret@example.com", "a user name"),
        ("example.com?x", "a query"),
        ("192.0.2.1", "IP address"),
        ("192.0.2.1:80", "IP address"),
        ("127.1", "IP address"),
        ("0x7f000001", "IP address"),
        ("2130706433", "IP address"),
        ("2001:db8::1", "IP address"),
        ("[2001:db8::1]", "IP address"),
        ("[2001:db8::1]:443", "IP address"),
        ("fe80::1%eth0", "IP address"),
        ("example..com", "empty label"),
        (".example.com", "empty label"),
        ("example.com..", "empty label"),
        ("localhost", "no dot"),
        ("-x.example.com", "no host name"),
        ("x-.example.com", "no host name"),
        ("exa mple.com", "no host name"),
        ("*.example.com", "no host name"),
        ("example.com # mine", "no host name"),
        ("exam\x00ple.com", "no host name"),
        ("example.c_m", "top-level domain"),
        ("example.4chan", "top-level domain"),
        (f"{LABEL}a.com", "at most 63"),
        (f"b{LONGEST}", "at most 63|at most 253"),
        (f"a.{LONGEST}", "at most 253"),
        ("ü" * 64 + ".example", "no international host name|at most 63"),
        ("-ü.example", "no international host name"),
        ("\u2603.example", "no international host name"),
    ],
)
def test_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        normalise_host(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["Example.com", "EXAMPLE.COM.", "ｅxample。com"])
def test_spellings_of_one_host_meet(text: str) -> None:
    assert normalise_host(text) == normalise_host("example.com")


@given(st.text(max_size=80) | st.from_regex(r"([\w-]{1,9}\.){1,3}[a-z]{2,5}", fullmatch=True))
def test_result_is_stable_ascii_or_refused(text: str) -> None:
    try:
        host = normalise_host(text)
    except ValueError:
        return
    assert host.isascii()
    assert host == host.lower()
    assert normalise_host(host) == host
