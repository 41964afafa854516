"""How hard one address may be pressed, whoever's sites are behind it: so many connections, so many requests a second.

Hosting companies put ten thousand sites on one address, and a crawl that is polite to each of them would not be to the
machine. A job whose address is full waits here, and no worker waits with it.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Generic, TypeVar

from tracker.errors import UsageError

WINDOW = 1.0
_IDLE = 10_000  # addresses remembered after their last connection, so that a million of them are not
_SETTING = re.compile(r"(\d{1,5})\s*[/, ]\s*(\d{1,5}(?:\.\d+)?)")

Network = IPv4Network | IPv6Network
Job = TypeVar("Job")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one address bears: connections at a time, and requests in any second."""

    connections: int = 8
    per_second: int = 20

    @classmethod
    def of(cls, setting: str) -> "Limits | None":
        """Read the setting `gate`: "CONNECTIONS/REQUESTS_PER_SECOND", or "off" for None. Raises UsageError."""
        if setting.strip().lower() == "off":
            return None
        found = _SETTING.fullmatch(setting.strip())
        if found is None or int(found[1]) < 1 or float(found[2]) < 1:
            raise UsageError(f'gate: {setting!r} is not CONNECTIONS/REQUESTS_PER_SECOND, such as 8/20, nor "off"')
        return cls(int(found[1]), int(float(found[2])))


@dataclass(slots=True)
class _Address(Generic[Job]):
    """One address: its open connections, when it was asked, and who waits for it, with all addresses they need."""

    asked: list[float] = field(default_factory=list)
    open: int = 0
    # Few addresses are ever full, and a deque takes ten times what a list of one moment does.
    parked: deque[tuple[Sequence[str], Job]] | None = None


class Gate(Generic[Job]):
    """Lets jobs through to addresses. `begin` is called with each job whose turn has come.

    A job may be for several addresses: where the first does not connect another is tried, so that it takes its place at
    all of them. limits None: everything passes. exempt: networks that are not counted, as those of tests. An IPv6
    address stands for its /64, which is what one customer gets (RFC 6177).
    """

    def __init__(self, begin: Callable[[Job], None], limits: Limits | None, exempt: Iterable[Network] = ()) -> None:
        self._begin = begin
        self._limits = limits
        self._exempt = tuple(exempt)
        self._addresses: dict[str, _Address[Job]] = {}
        self._most = _IDLE
        self.parked = 0

    def enter(self, addresses: Sequence[str], job: Job) -> None:
        """Begin a job at addresses (IP, text), or park it until there is room for it at each."""
        if keys := self._keys(addresses):
            self._admit(keys, job)
        else:
            self._begin(job)

    def leave(self, addresses: Sequence[str]) -> None:
        """A job that had entered has ended its connection: the next one's turn."""
        keys = self._keys(addresses)
        for key in keys:
            self._addresses[key].open -= 1
        for key in keys:
            self._unpark(key)
        if len(self._addresses) > self._most:
            self._forget_idle()

    def _admit(self, keys: Sequence[str], job: Job) -> None:
        assert self._limits is not None
        there = [self._at(key) for key in keys]
        full = next((here for here in there if here.open >= self._limits.connections), None)
        if full is not None:
            full.parked = full.parked or deque()
            full.parked.append((keys, job))
            self.parked += 1
            return
        for here in there:
            here.open += 1
        self._begin(job)

    def _unpark(self, key: str) -> None:
        """Let in whom there is room for here; who finds another of its addresses full waits there from now on."""
        assert self._limits is not None
        here = self._addresses[key]
        while here.parked and here.open < self._limits.connections:
            self.parked -= 1
            self._admit(*here.parked.popleft())

    def wait(self, addresses: Sequence[str]) -> float:
        """Seconds until a request to these addresses may be made; 0.0 says now, and counts it."""
        keys = self._keys(addresses)
        if not keys or self._limits is None:
            return 0.0
        there = [self._at(key).asked for key in keys]
        now = asyncio.get_running_loop().time()
        full = [asked for asked in there if len(asked) == self._limits.per_second]
        if (left := max((asked[0] + WINDOW - now for asked in full), default=0.0)) > 0:
            return left
        for asked in full:
            del asked[0]
        for asked in there:
            asked.append(now)
        return 0.0

    async def turn(self, addresses: Sequence[str]) -> None:
        """Wait until one more request to these addresses may be made, and count it."""
        while left := self.wait(addresses):
            await asyncio.sleep(left)

    def drop(self) -> list[Job]:
        """All that is parked, taken out: a crawl that stops begins nothing more."""
        dropped = [job for here in self._addresses.values() for _, job in here.parked or ()]
        for here in self._addresses.values():
            here.parked = None
        self.parked = 0
        return dropped

    def _at(self, key: str) -> _Address[Job]:
        here = self._addresses.get(key)
        if here is None:
            here = self._addresses[key] = _Address()
        return here

    def _forget_idle(self) -> None:
        before = asyncio.get_running_loop().time() - WINDOW
        self._addresses = {
            key: here
            for key, here in self._addresses.items()
            if here.open or here.parked or (here.asked and here.asked[-1] >= before)
        }
        # Twice what is in use, or a busy crawl would look through all of them every time.
        self._most = max(_IDLE, 2 * len(self._addresses))

    def _keys(self, addresses: Sequence[str]) -> Sequence[str]:
        """What these addresses are counted as, each once; nothing for those that are not."""
        if self._limits is None:
            return ()
        keys = [key for address in addresses if (key := _key(address, self._exempt)) is not None]
        return keys if len(keys) < 2 else tuple(dict.fromkeys(keys))


@lru_cache(maxsize=_IDLE)  # each address is asked about several times in a visit
def _key(address: str, exempt: tuple[Network, ...]) -> str | None:
    """What an address is counted as; None for one that is not."""
    if not exempt and ":" not in address:
        return address
    parsed = ip_address(address)
    if any(parsed.version == network.version and parsed in network for network in exempt):
        return None
    return address if parsed.version == 4 else str(ip_network((parsed, 64), strict=False))
