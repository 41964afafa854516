"""Hostile ports: certificates that are wrong, and doors that break the rules before any request."""

import pytest

from tests.net.hostile import Case, Seen, door, error, hold, host_of, no_redirect, ok
from tests.web import RULES, Web, page, raw, redirect, reset

FAULTS = ("expired", "future", "stranger", "self-signed", "elsewhere", "wildcard")

# A certificate that cannot be verified is tried once over http, and stands where http is closed.
CERTIFICATES: dict[str, Case] = {
    **{f"{fault}-then-http": ok(page(RULES), certificate=fault) for fault in FAULTS},
    **{
        f"{fault}-alone": error(page(RULES), "tls_certificate", certificate=fault, https="web", http="closed")
        for fault in FAULTS
    },
    "expired-then-404": Case(page(b"", "404 No"), "absent", "http_404", certificate="expired"),
    "expired-then-reset": error(reset(), "tls_certificate", certificate="expired"),
    "redirect-to-expired": error(
        redirect("https://expired-then-http.example/robots.txt"), "tls_certificate", https="closed", http="web"
    ),
}

# cause: what stands where http is closed too.
DOORS = {
    "mute": "connect_timeout",
    "half-hello": "connect_timeout",
    "dripping-hello": "connect_timeout",
    "closed": "refused",
    "closed-at-once": "reset",
    "closed-after-hello": "reset",
    "reset-at-once": "reset",
    "reset-after-hello": "reset",
    "noise": "tls_other",
    "garbage": "tls_other",
    "banner": "tls_other",
    "alert": "tls_other",
    "endless-garbage": "tls_other",
    "old-tls": "tls_other",
    "no-such-name": "tls_other",
}

HANDSHAKES: dict[str, Case] = {
    **{f"{name}-alone": door(name, "error", cause) for name, cause in DOORS.items()},
    **{f"{name}-then-http": ok(page(RULES), https=name) for name in DOORS},
    # TLS 1.3 says so only once the request is on its way: too late to ask again over http.
    "client-certificate": error(page(RULES), "tls_other", https="client-certificate"),
}

# https is closed, and http answers with something that is no HTTP: what was seen there stands.
PLAIN: dict[str, Case] = {
    "http-mute": door("closed", "error", "read_timeout", http="mute"),
    "http-closed-at-once": door("closed", "error", "reset", http="closed-at-once"),
    "http-closed-after-request": door("closed", "error", "reset", http="closed-after-hello"),
    "http-reset-at-once": door("closed", "error", "reset", likewise=("error", "refused"), http="reset-at-once"),
    "http-reset-after-request": door("closed", "error", "reset", http="reset-after-hello"),
    "http-garbage": door("closed", "error", "reset", http="garbage"),
    "http-banner": door("closed", "error", "reset", http="banner"),
    "http-alert": door("closed", "error", "reset", http="alert"),
    "http-endless-garbage": door("closed", "error", "reset", http="endless-garbage"),
    "https-on-the-http-port": door("closed", "error", "reset", http="half-hello"),
    "both-closed": door("closed", "error", "refused"),
    "both-mute": door("mute", "error", "connect_timeout", http="mute"),
    "bad-request-over-http": Case(raw(b""), "absent", "http_400", https="closed", http="noise"),
}

# From one scheme to the other: a site that leads in circles has not answered.
BETWEEN: dict[str, Case] = {
    "to-http-and-back": no_redirect(
        redirect("http://to-http-and-back.example/x"), paths={"/x": redirect("https://to-http-and-back.example/x")}
    ),
    "to-http": ok(redirect("http://to-http.example/x"), paths={"/x": page(RULES)}),
    "to-dead-https": error(redirect("https://closed-alone.example/robots.txt"), "refused"),
    "to-garbage": error(redirect("https://garbage-alone.example/robots.txt"), "tls_other"),
}

TABLE = {**CERTIFICATES, **HANDSHAKES, **PLAIN, **BETWEEN}
CHANGES = {"connect_timeout": 0.5, "dns_timeout": 0.5, "read_timeout": 0.7, "total_timeout": 2.5}


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome(seen: Seen, name: str) -> None:
    hold(TABLE[name], seen[name], within=5.5)


@pytest.mark.parametrize("name", [name for name in TABLE if name.endswith("-then-http")])
def test_the_answer_over_http_is_named_as_such(seen: Seen, name: str) -> None:
    assert hold(TABLE[name], seen[name]).url == f"http://{host_of(name)}/robots.txt"


@pytest.mark.parametrize("name", [name for name in TABLE if name.endswith("-alone")])
def test_nothing_was_sent_to_a_host_that_could_not_prove_its_name(web: Web, seen: Seen, name: str) -> None:
    hold(TABLE[name], seen[name])
    assert web.asked(host_of(name)) == []
