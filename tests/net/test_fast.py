"""What only the fast transport does: it ends without a noise, shares clients, and says when it is not there."""

import asyncio
import os
import subprocess
import sys
import textwrap
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.web import LOOPBACK, RULES, Dns, Web, drip, head, page, raw, redirect, settings_for
from tracker.errors import UsageError
from tracker.net.fetch import Fetcher, FetchSettings
from tracker.net.loop import run


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyreqwest", None)
    with pytest.raises(UsageError, match=r"transport: fast .*pip install 'drywell\[fast\]'"):
        Fetcher(FetchSettings(transport="fast"))


@pytest.fixture(scope="module")
def fast(web: Web) -> Web:
    pytest.importorskip("pyreqwest")
    for n in range(250):
        web.on(f"h{n}.batch.example", page(RULES))
    return web


def test_hosts_that_are_found_together_share_a_client(fast: Web) -> None:
    from tracker.net import fast as module

    async def main() -> None:
        async with Fetcher(settings_for(fast, transport="fast")) as fetcher:
            ways = await asyncio.gather(*(fetcher.way(f"h{n}.batch.example") for n in range(250)))
            sizes = Counter(id(way.line._batch) for way in ways)  # type: ignore[union-attr]
            assert sorted(sizes.values()) == [50, module.BATCH, module.BATCH]
            for way in ways:
                way.release()
                way.release()
            seen = await asyncio.gather(*(fetcher.robots(f"h{n}.batch.example") for n in range(0, 250, 25)))
            assert {each.body for each in seen} == {RULES}
            twice = await asyncio.gather(*(fetcher.robots("h1.batch.example") for _ in range(3)))
            assert {each.cause for each in twice} == {"ok"}

    run(main())


def test_a_cancelled_wait_for_a_batch_leaves_nothing_behind(fast: Web) -> None:
    async def main() -> None:
        async with Fetcher(settings_for(fast, transport="fast")) as fetcher:
            waiting = asyncio.create_task(fetcher.way("h1.batch.example"))
            await asyncio.sleep(0)
            waiting.cancel()
            assert (await fetcher.robots("h2.batch.example")).cause == "ok"

    run(main())


@pytest.mark.parametrize("host", ["Names.Example", "names.example.", "xn--bcher-kva.example"])
def test_odd_spellings_of_a_host_go_to_its_own_address(fast: Web, host: str) -> None:
    """A host that the client does not know by exactly this name would be looked up by the system."""
    for name in (host.lower(), host.lower().rstrip(".")):
        fast.on(name, page(RULES))
    with Dns({host.lower().rstrip("."): ["127.0.0.1"]}) as dns:
        settings = settings_for(fast, transport="fast", resolver=dns.address)

        async def main() -> str:
            async with Fetcher(settings) as fetcher:
                return (await fetcher.robots(f"{host}:{fast.https}")).cause

        assert run(main()) == "ok"


@pytest.mark.parametrize("host", ["0x7f.1", "0x", "a.0x7f", "127.1", "1.0.0.127.", "0x7f000001", "%31.example"])
def test_hosts_that_it_would_take_for_addresses_are_refused(fast: Web, host: str) -> None:
    fast.on("lure.example", redirect(f"http://{host}:{fast.http}/"))
    settings = settings_for(fast, transport="fast", allow_private=())
    settings_open = settings_for(fast, transport="fast", allow_private=LOOPBACK)

    async def main() -> set[str]:
        async with Fetcher(settings) as closed, Fetcher(settings_open) as opened:
            return {(await closed.robots(f"{host}:{fast.https}")).cause, (await opened.robots("lure.example")).cause}

    assert run(main()) <= {"guard", "dns_nxdomain", "redirect_limit", "refused"}


def test_a_header_that_is_not_ascii_is_left_out(fast: Web) -> None:
    odd = head("200 OK", {"Content-Length": str(len(RULES)), "X-A": "1"})[:-2] + b"X-B: caf\xe9\r\nx-a: 2\r\n\r\n"
    fast.on("accent.example", raw(odd + RULES))

    async def main() -> None:
        async with Fetcher(settings_for(fast, transport="fast")) as fetcher:
            seen = await fetcher.robots("accent.example")
            assert seen.body == RULES
            assert seen.exchange is not None
            assert [value for name, value in seen.exchange.headers if name.startswith("x-")] == ["1", "2"]

    run(main())


SHORT = """
    import asyncio
    from pathlib import Path
    from tests.web import LOOPBACK
    from tracker.net.fetch import Fetcher, FetchSettings
    from tracker.net.loop import run
    from tracker.net.resolve import FixedResolver

    settings = FetchSettings(
        resolver=FixedResolver({{80: {http}, 443: {https}}}), ca_file=Path({ca_file!r}), allow_private=LOOPBACK,
        transport="fast")

    async def main():
        async with Fetcher(settings) as fetcher:
            seen = await asyncio.gather(*(fetcher.robots(f"h{{n}}.batch.example") for n in range(40)))
            assert all(each.cause == "ok" for each in seen), seen[0]

    run(main())
"""


def ends_cleanly(web: Web, times: int) -> None:
    script = textwrap.dedent(SHORT).format(http=web.http, https=web.https, ca_file=str(web.ca_file))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def end(_: int) -> int:
        command = [sys.executable, "-c", script]
        return subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode

    with ThreadPoolExecutor(3) as threads:
        ends = Counter(threads.map(end, range(times)))
    assert ends == {0: times}


def test_a_time_out_is_not_lost_to_the_bytes_that_come_with_it(fast: Web) -> None:
    """pyreqwest forgets a cancellation when a result comes at the same moment: such a look would never end."""
    hosts = [f"drop{n}.example" for n in range(120)]
    for host in hosts:
        fast.on(host, drip(b"#", 0.001, head("200 OK", {})))

    async def main() -> list[str]:
        settings = settings_for(
            fast, transport="fast", total_timeout=0.6, resolver=fast.resolver(https=fast.closed_port)
        )
        async with Fetcher(settings) as fetcher:
            looks = [asyncio.create_task(fetcher.robots(host)) for host in hosts]
            ended, endless = await asyncio.wait(looks, timeout=6)
            for one in endless:
                one.cancel()
            return [one.result().cause for one in ended]

    assert run(main()) == ["total_timeout"] * len(hosts)


def test_short_processes_end_cleanly(fast: Web) -> None:
    """Without the pause at the end (net/fast.py) every fourth aborts."""
    ends_cleanly(fast, 5)


@pytest.mark.slow
def test_fifty_short_processes_end_cleanly(fast: Web) -> None:
    ends_cleanly(fast, 50)
