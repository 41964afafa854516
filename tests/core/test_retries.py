import pytest

from tracker.core.retries import is_transient, wished_pause, with_wish


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        *((cause, True) for cause in ("dns_timeout", "connect_timeout", "read_timeout", "total_timeout", "reset")),
        *((cause, True) for cause in ("http_429", "http_500", "http_503", "http_599")),
        *((cause, False) for cause in ("dns_nxdomain", "refused", "tls_certificate", "tls_other", "bad_encoding")),
        *(
            (cause, False)
            for cause in ("guard", "opt_out", "http_403", "http_401", "challenge", "not_robots", "http_5")
        ),
    ],
)
def test_what_may_pass_is_asked_again_soon(cause: str, expected: bool) -> None:
    assert is_transient(cause) is expected


@pytest.mark.parametrize("detail", ["", "status 429, page of DataDome"])
def test_a_wish_to_be_left_alone_survives_the_way_into_the_history(detail: str) -> None:
    assert wished_pause(with_wish(detail, 3600)) == 3600
    assert with_wish(detail, 3600).startswith(detail)
    assert with_wish(detail, None) == detail
    assert wished_pause(detail) == 0
