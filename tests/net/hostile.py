"""One row for each way to misbehave: what a site does, and what that counts as by the table of docs/method.md."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.web import RULES, Answer, Web, raw, settings_for
from tracker.core.outcomes import Observation
from tracker.net.fetch import Fetcher
from tracker.net.loop import run

AT_ONCE = 20
"""Sites of a table asked at a time: few enough for one thread that plays all of them, and asks."""


@dataclass(frozen=True)
class Case:
    """A site and what one look at it must see.

    likewise: another pair of outcome and cause that is as right, where RFC 9112 leaves it to the reader. fast: the pair
    that stands for it on the fast transport, where that cannot tell any better. flags and body: of an ok, body None for
    any. paths: what the host says elsewhere. hosts: what other hosts say,
    whatever they are asked. https, http: doors that the ports lead to. certificate: a fault of it.
    """

    answer: Answer
    outcome: str
    cause: str
    likewise: tuple[str, str] | None = None
    fast: tuple[str, str] | None = None
    flags: str = ""
    body: bytes | None = None
    paths: Mapping[str, Answer] = field(default_factory=dict)
    hosts: Mapping[str, Answer] = field(default_factory=dict)
    https: str = ""
    http: str = ""
    certificate: str = ""

    def on(self, transport: str) -> "Case":
        """The row as it is for a transport."""
        if transport != "fast" or self.fast is None:
            return self
        outcome, cause = self.fast
        return replace(self, outcome=outcome, cause=cause)

    def set_up(self, web: Web, host: str) -> None:
        web.on(host, self.answer)
        for path, answer in self.paths.items():
            web.on(host, answer, path)
        for other, answer in self.hosts.items():
            web.on(other, answer, "*")
        doors = {scheme: door for scheme, door in (("https", self.https), ("http", self.http)) if door}
        if doors:
            web.lead(host, **doors)
        if self.certificate:
            web.certificates[host] = self.certificate


def ok(answer: Answer, body: bytes | None = RULES, flags: str = "", **more: Any) -> Case:
    return Case(answer, "ok", "ok", flags=flags, body=body, **more)


def cut_off(answer: Answer, flags: str = "truncated", **more: Any) -> Case:
    """A robots.txt longer than the cap."""
    return ok(answer, None, flags, **more)


def absent(answer: Answer, cause: str = "http_404", **more: Any) -> Case:
    return Case(answer, "absent", cause, **more)


def denied(answer: Answer, cause: str, **more: Any) -> Case:
    return Case(answer, "denied", cause, **more)


def error(answer: Answer, cause: str, **more: Any) -> Case:
    return Case(answer, "error", cause, **more)


def no_redirect(answer: Answer, **more: Any) -> Case:
    return Case(answer, "redirect_limit", "redirect_limit", **more)


def foreign(answer: Answer, **more: Any) -> Case:
    return Case(answer, "not_robots", "not_robots", **more)


def door(name: str, outcome: str, cause: str, **more: Any) -> Case:
    """Behind the https port nothing but trouble, and http closed."""
    return Case(raw(b""), outcome, cause, https=name, **{"http": "closed", **more})


Seen = dict[str, Observation | BaseException]


def ask_all(web: Web, table: Mapping[str, Case], transport: str, **changes: Any) -> Seen:
    """What one Fetcher sees of all sites of a table, `AT_ONCE` at a time, by the name of the row."""
    for name, case in table.items():
        case.set_up(web, host_of(name))

    async def main() -> Seen:
        gate = asyncio.Semaphore(AT_ONCE)
        async with Fetcher(settings_for(web, transport=transport, **changes)) as fetcher:

            async def one(name: str) -> Observation:
                async with gate:
                    return await fetcher.robots(host_of(name))

            answers = await asyncio.gather(*(one(name) for name in table), return_exceptions=True)
            return dict(zip(table, answers, strict=True))

    return run(main())


def host_of(name: str) -> str:
    return f"{name}.example"


def hold(case: Case, seen: Observation | BaseException, within: float = 8.0) -> Observation:
    """Assert that a look saw what the row says, and no later than it may (seconds)."""
    assert isinstance(seen, Observation), f"a look raised {seen!r}"
    found = (str(seen.outcome), seen.cause)
    assert found in ((case.outcome, case.cause), case.likewise), seen.detail
    assert (seen.body is not None) == (seen.outcome == "ok")
    assert len(seen.detail) <= 200
    assert seen.detail.isprintable()
    assert seen.seconds < within
    if found == ("ok", "ok"):
        assert seen.flags == frozenset(case.flags.split())
        assert case.body is None or seen.body == case.body
        assert len(seen.body or b"") <= 512 * 1024
    return seen
