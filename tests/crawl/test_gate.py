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
        gate.enter([address], address)
    assert begun == ["2001:4860:1:2::1", "2001:4860:1:3::1", "198.51.100.1", "198.51.100.2"]
    gate.leave(["2001:4860:1:2::1"])
    assert begun[-1] == "2001:4860:1:2:3::9"
    assert gate.parked == 0


def test_exempt_networks_and_no_limits_let_everything_pass() -> None:
    async def main() -> None:
        begun: list[int] = []
        for gate in (Gate(begun.append, Limits(1, 1), [ip_network("127.0.0.0/8")]), Gate(begun.append, None)):
            begun.clear()
            for job in range(50):
                gate.enter(["127.0.0.1"], job)
                assert gate.wait(["127.0.0.1"]) == 0.0
            assert begun == list(range(50))

    run(main())


def test_a_request_more_than_the_rate_waits_for_its_turn() -> None:
    async def main() -> None:
        gate: Gate[int] = Gate(lambda job: None, Limits(8, 5))
        began = asyncio.get_running_loop().time()
        for _ in range(5):
            await gate.turn(["198.51.100.1"])
        assert asyncio.get_running_loop().time() - began < 0.5
        assert 0 < gate.wait(["198.51.100.1"]) <= 1
        await gate.turn(["198.51.100.1"])
        assert asyncio.get_running_loop().time() - began >= 0.99

    run(main())


def test_idle_addresses_are_forgotten() -> None:
    async def main() -> None:
        gate: Gate[int] = Gate(lambda job: None, Limits())
        for number in range(50_000):
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            gate.enter([address], number)
            gate.leave([address])
        assert len(gate._addresses) <= 10_001

    run(main())


def test_a_job_for_several_addresses_takes_its_place_at_all_of_them() -> None:
    begun: list[str] = []
    gate = Gate(begun.append, Limits(connections=1))
    gate.enter(["198.51.100.1", "198.51.100.9"], "a")
    gate.enter(["198.51.100.2", "198.51.100.9"], "b")
    gate.enter(["198.51.100.2"], "c")
    gate.enter(["198.51.100.3", "198.51.100.2"], "d")
    assert (begun, gate.parked) == (["a", "c"], 2)
    gate.leave(["198.51.100.1", "198.51.100.9"])
    assert begun == ["a", "c"], "the other address of b is full still"
    gate.leave(["198.51.100.2"])
    gate.leave(["198.51.100.3", "198.51.100.2"] if begun[-1] == "d" else ["198.51.100.2", "198.51.100.9"])
    assert (sorted(begun), gate.parked) == (["a", "b", "c", "d"], 0)


def test_a_request_counts_at_every_address_of_its_job() -> None:
    async def main() -> None:
        gate: Gate[int] = Gate(lambda job: None, Limits(8, 2))
        for first in ("198.51.100.1", "198.51.100.2"):
            assert gate.wait([first, "198.51.100.9"]) == 0.0
        assert 0 < gate.wait(["198.51.100.3", "198.51.100.9"]) <= 1
        assert gate.wait(["198.51.100.3"]) == 0.0

    run(main())
