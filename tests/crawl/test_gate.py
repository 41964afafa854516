"""The gate of one address, by itself; with the engine around it: test_engine.py."""

import asyncio
from ipaddress import ip_network

import pytest

from tracker.crawl.gate import Gate, Limits
from tracker.errors import UsageError
from tracker.net.loop import run


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("8/20", Limits()), (" 4 / 10 ", Limits(4, 10)), ("2,5", Limits(2, 5)), ("off", None), ("OFF", None)],
)
def test_the_setting(setting: str, expected: Limits | None) -> None:
    assert Limits.of(setting) == expected


@pytest.mark.parametrize("setting", ["", "8", "0/20", "8/0", "-1/5", "8/20/3", "many", "8/1e9"])
def test_a_setting_that_is_none(setting: str) -> None:
    with pytest.raises(UsageError, match=r"gate: .*such as 8/20"):
        Limits.of(setting)


def test_addresses_of_one_64_are_one_and_those_of_two_are_not() -> None:
    begun: list[str] = []
    gate = Gate(begun.append, Limits(connections=1))
    for address in ("2001:4860:1:2::1", "2001:4860:1:2:3::9", "2001:4860:1:3::1", "198.51.100.1", "198.51.100.2"):
        gate.enter(address, address)
    assert begun == ["2001:4860:1:2::1", "2001:4860:1:3::1", "198.51.100.1", "198.51.100.2"]
    gate.leave("2001:4860:1:2::1")
    assert begun[-1] == "2001:4860:1:2:3::9"
    assert gate.parked == 0


def test_exempt_networks_and_no_limits_let_everything_pass() -> None:
    async def main() -> None:
        begun: list[int] = []
        for gate in (Gate(begun.append, Limits(1, 1), [ip_network("127.0.0.0/8")]), Gate(begun.append, None)):
            begun.clear()
            for job in range(50):
                gate.enter("127.0.0.1", job)
                assert gate.wait("127.0.0.1") == 0.0
            assert begun == list(range(50))

    run(main())


def test_a_request_more_than_the_rate_waits_for_its_turn() -> None:
    async def main() -> None:
        gate: Gate[int] = Gate(lambda job: None, Limits(8, 5))
        began = asyncio.get_running_loop().time()
        for _ in range(5):
            await gate.turn("198.51.100.1")
        assert asyncio.get_running_loop().time() - began < 0.5
        assert 0 < gate.wait("198.51.100.1") <= 1
        await gate.turn("198.51.100.1")
        assert asyncio.get_running_loop().time() - began >= 0.99

    run(main())


def test_idle_addresses_are_forgotten() -> None:
    async def main() -> None:
        gate: Gate[int] = Gate(lambda job: None, Limits())
        for number in range(50_000):
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            gate.enter(address, number)
            gate.leave(address)
        assert len(gate._addresses) <= 10_001

    run(main())
