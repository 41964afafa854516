import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.outcomes import (
    FAILURE_CAUSES,
    Observation,
    Outcome,
    classify_file,
    classify_status,
    failure,
    foreign_kind,
    has_user_agent_line,
    is_content,
    one_line,
    redirect_limit,
)

RULES = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((s, "absent") for s in (400, 404, 405, 406, 408, 409, 410, 418, 421, 422, 425, 431, 444, 499)),
        *((s, "denied") for s in (401, 402, 403, 407, 429, 451)),
        *((s, "error") for s in (500, 501, 502, 503, 504, 508, 520, 521, 522, 525, 530, 599, 999, 101)),
    ],
)
def test_a_status_decides_alone(status: int, outcome: str) -> None:
    seen = classify_status(status, {}, b"")
    assert (seen.outcome, seen.cause) == (outcome, f"http_{status}")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_a_redirect_that_leads_nowhere_is_no_answer(status: int) -> None:
    seen = classify_status(status, {}, b"")
    assert (seen.outcome, seen.cause) == ("redirect_limit", "redirect_limit")
    assert str(status) in seen.detail


CHALLENGES = [
    ({"cf-mitigated": "challenge"}, b""),
    ({"x-amzn-waf-action": "captcha"}, b""),
    ({"x-dd-b": "1"}, b""),
    ({}, b"<html><head><title>Just a moment...</title>"),
    ({}, b"<HTML><TITLE lang=en>\n Attention Required! | Cloudflare</TITLE>"),
    ({}, b"<title>Pardon Our Interruption</title>"),
    ({}, b"<script src='https://ct.captcha-delivery.com/c.js'></script>"),
    ({}, b'{"url":"https://geo.captcha-delivery.com/captcha/?x"}'),
    ({}, b"<div id='px-captcha'></div>"),
    ({}, b"<script>window._pxAppId = 'PX1'</script>"),
    (
        {},
        b'<iframe src="/_Incapsula_Resource?CWUDNSAI=9">Incapsula incident ID: 1</iframe>',
    ),
    ({}, b'<div id="sec-if-cpt-container">'),
    ({}, b"<TITLE>Access Denied</TITLE>\n<P>Reference #18.1\n<P>https://errors.edgesuite.net/18.1"),
    ({}, b"<script>AwsWafIntegration.getToken()</script>"),
]


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize(("headers", "start"), CHALLENGES)
def test_challenge_pages(status: int, headers: dict[str, str], start: bytes) -> None:
    seen = classify_status(status, headers, start)
    assert (seen.outcome, seen.cause) == ("denied", "challenge")
    assert str(status) in seen.detail


@pytest.mark.parametrize(("status", "action"), [(405, "captcha"), (202, "challenge")])
def test_challenges_of_aws_have_statuses_of_their_own(status: int, action: str) -> None:
    headers = {"x-amzn-waf-action": action}
    assert not is_content(status, headers)
    assert (classify_status(status, headers).outcome, classify_status(status, headers).cause) == ("denied", "challenge")
    assert is_content(202, {}) is is_content(200, headers) is is_content(202, {"x-amzn-waf-action": "count"}) is True
    assert classify_status(405, {"x-amzn-waf-action": "count"}).cause == "http_405"


@pytest.mark.parametrize("status", [401, 404, 500, 502])
@pytest.mark.parametrize(("headers", "start"), CHALLENGES)
def test_challenge_markers_count_in_three_statuses_only(status: int, headers: dict[str, str], start: bytes) -> None:
    assert classify_status(status, headers, start).cause == f"http_{status}"


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"<title>403 Forbidden</title>",
        b"<title>News | 521: Web server is down</title>",
        b"<p>Just a moment...</p>",
        b"<TITLE>Error</TITLE>An error occurred. https://errors.edgesuite.net/9.1",
    ],
)
def test_plain_refusals_are_no_challenge(start: bytes) -> None:
    assert classify_status(403, {"server": "cloudflare"}, start).cause == "http_403"
    assert classify_status(503, {}, start).outcome is Outcome.ERROR


def test_a_price_is_a_cause_of_its_own() -> None:
    seen = classify_status(402, {"crawler-price": "USD 0.01"}, b"")
    assert (seen.outcome, seen.cause) == ("denied", "paid_402")
    assert "USD 0.01" in seen.detail


@pytest.mark.parametrize("cause", sorted(FAILURE_CAUSES))
def test_failures_are_errors(cause: str) -> None:
    seen = failure(cause, "why")
    assert (seen.outcome, seen.cause, seen.detail) == ("error", cause, "why")


def test_no_cause_is_invented() -> None:
    with pytest.raises(ValueError, match="internal"):
        failure("internal")


@pytest.mark.parametrize(
    "data",
    [
        RULES,
        b"\xef\xbb\xbf" + RULES,
        b"user-agent:*",
        b"USERAGENT : x",
        b"User Agent: x",
        b"user-agent GPTBot",
        b"User-agent:",
        b"Sitemap: x\rUser-agent: *\rDisallow:",
        b"  \tUser-agent: a",
        b"<!doctype html><pre>\nUser-agent: *\nDisallow: /\n</pre>",
        b"<html>" + b" " * 5000 + b"\r\nuser-agent: *",
        b"\0\0\0\nUser-agent: *",
        b"User-agent-of-mine: x",
    ],
)
def test_one_user_agent_line_makes_a_robots_file(data: bytes) -> None:
    assert has_user_agent_line(data)
    assert (classify_file(data).outcome, classify_file(data).flags) == ("ok", frozenset())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"# nothing to say\n",
        b"Disallow: /\n",
        b"Sitemap: https://a.example/s.xml\n",
        b"# User-agent: *\n",
        b"x User-agent: *\n",
        b"user-agent\n",
        b"user-agent two words\n",
        b"user agent\n",
        b"user-agent # : x\n",
        b"Not found",
        "Zugriff für alle".encode("latin-1"),
        "日本語のテキスト".encode("shift-jis"),
        "User-agent: *\nDisallow: /".encode("utf-16"),
        b"[not json",
        b"{braces}",
    ],
)
def test_text_without_groups_is_an_answer(data: bytes) -> None:
    seen = classify_file(data)
    assert (seen.outcome, seen.cause, seen.flags) == ("ok", "ok", {"no_groups"})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<!doctype html><html><body>Welcome</body></html>", "html"),
        (b"\xef\xbb\xbf \r\n<HTML>", "html"),
        (b"<?xml version='1.0'?><Error/>", "html"),
        (b"<br />\n<b>Warning</b>: mysql", "html"),
        (b"Warning: x in y.php\n<!DOCTYPE html>", "html"),
        ("<html>Seite</html>".encode("utf-16"), "html"),
        (b'{"error": "not found"}', "json"),
        (b"{}", "json"),
        (b'[{"a": 1}]', "json"),
        (b"[]", "json"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary"),
        (b"%PDF-1.7\n", "binary"),
        (b"\x1f\x8b\x08", "binary"),
        (b"abc\0def", "binary"),
        (bytes(range(1, 9)) * 4, "binary"),
    ],
)
def test_what_is_no_robots_file(data: bytes, kind: str) -> None:
    seen = classify_file(data)
    assert (seen.outcome, seen.cause) == ("not_robots", "not_robots")
    assert seen.detail == f"sha256={hashlib.sha256(data).hexdigest()} size={len(data)} kind={kind}"


def test_a_truncated_file_is_flagged_and_still_must_look_like_one() -> None:
    assert classify_file(RULES, truncated=True).flags == {"truncated"}
    assert classify_file(b"#" * 100, truncated=True).flags == {"truncated", "no_groups"}
    assert classify_file(b"<html>", truncated=True).outcome is Outcome.NOT_ROBOTS


@given(st.binary(max_size=200))
def test_any_bytes_are_classified(data: bytes) -> None:
    seen = classify_file(data)
    assert seen.outcome in ("ok", "not_robots")
    assert (seen.outcome == "not_robots") == (foreign_kind(data) is not None and not has_user_agent_line(data))


FRAGMENTS = (
    b"User-agent: *",
    b"user-agent x",
    b"user agent : y",
    b"useragent",
    b"Disallow: /",
    b"\xef\xbb\xbf",
    *(b"\n", b"\r", b"\r\n", b" ", b"\t", b"\x0b", b"\x0c", b"\0", b"#", b":"),
)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8).map(b"".join))
def test_agrees_with_the_robots_engine_on_user_agent_lines(data: bytes) -> None:
    robots = pytest.importorskip("tracker.core.robots")
    assert has_user_agent_line(data) == ("no_groups" not in robots.parse(data).flags)


def test_detail_is_one_printable_line() -> None:
    assert one_line("a\r\n b\x1b[31m" + "x" * 500) == "a b\N{REPLACEMENT CHARACTER}[31m" + "x" * 192
    assert len(redirect_limit("y" * 500).detail) == 200


def test_only_a_body_or_its_absence_is_an_answer() -> None:
    answering = {o for o in Outcome if Observation("a.example", o, "x").answers}
    assert answering == {Outcome.OK, Outcome.ABSENT}
