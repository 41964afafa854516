"""What a site does to its own connection is no other site's trouble."""

from itertools import chain

import pytest

from tests.net.hostile import Case, ask_all, door, hold, ok
from tests.web import RULES, Web, page

COUNT = 200
# uvloop lets go of the descriptor of such a connection too early: the next one got it, and lost it to the first.
BREAKING = ("reset-at-once", "reset-after-hello", "garbage")


@pytest.mark.parametrize("breaking", BREAKING)
def test_a_connection_that_breaks_off_takes_no_other_along(web: Web, transport: str, breaking: str) -> None:
    """One good site for each that breaks off at the start of TLS, on the loop that a crawl runs on."""
    cause = "tls_other" if breaking == "garbage" else "reset"
    good = {f"good-{n}": ok(page(RULES), https="web" if n < 40 else "closed") for n in range(COUNT)}
    bad = {f"{breaking}-{n}": door(breaking, "error", cause) for n in range(COUNT)}
    table: dict[str, Case] = dict(chain.from_iterable(zip(good.items(), bad.items(), strict=True)))
    for name, seen in ask_all(web, table, transport).items():
        hold(table[name], seen)
