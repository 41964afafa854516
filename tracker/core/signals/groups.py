"""The signals of a robots.txt, and whom they address: Content-Signal and Content-Usage belong to groups, License
to the whole file."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from tracker.core.naming import tokens_of
from tracker.core.patterns import matches
from tracker.core.robots import Group, Record, RobotsFile, parse
from tracker.core.signals.licences import licence_link
from tracker.core.signals.preferences import USAGE_KEYS, content_signal, content_usage, split_path
from tracker.core.signals.signal import CONTENT_USAGE, MAX_SIGNALS, Signal, clip, invalid, merge, printable
from tracker.core.verdict import Basis, allowed, select

SOURCE = "robots"
MAX_RECORDS = 500
MAX_LICENCES = 50
MAX_PER_GROUP = 100
MAX_PATH = 2_048
_FIELDS = frozenset({"content-signal", "content-usage", "license"})


def robots_signals(robots: RobotsFile | bytes, token: str | None = None) -> list[Signal]:
    """The signals of a robots.txt, in file order.

    Without a token: every statement as written, its agents being the tokens that its group names. With one
    (`*`: an agent that is not named): what applies to that agent, by the groups that `verdict.select` gives,
    merged as `merge` does, plus the licences, which are everybody's. An agent with groups of its own gets
    nothing from those for `*`.
    """
    robots = parse(robots) if isinstance(robots, bytes) else robots
    by_group, licences, orphans = _sorted_out(robots)
    if token is None:
        written = [
            *licences,
            *orphans,
            *(replace(signal, agents=names) for index, names in _names(robots, by_group) for signal in by_group[index]),
        ]
        return sorted(written, key=lambda signal: signal.line or 0)[:MAX_SIGNALS]
    basis, chosen, _ = select(robots, token)
    agents = (token.lower(),) if basis is Basis.NAMED else ("*",)
    return _applying((by_group.get(choice.group, []) for choice in chosen), licences, agents)


def signals_by_token(robots: RobotsFile) -> dict[str, list[Signal]]:
    """What applies to `*` and to each token that a group with signals names, as `robots_signals` gives it.

    A token that is not among them has no signal of a group if the file names it, and those of `*` if not.
    At most `MAX_SIGNALS` in all.
    """
    by_group, licences, _ = _sorted_out(robots)
    groups = {index: merge(signals)[:MAX_PER_GROUP] for index, signals in by_group.items()}
    addressed: dict[str, dict[int, None]] = {}
    for index, names in _names(robots, groups):
        for name in names:
            addressed.setdefault(name, {})[index] = None
    # The wildcard first: it speaks to the most agents, should the rest have to be cut.
    order = sorted(addressed.keys() | ({"*"} if licences else set()), key=lambda token: (token != "*", token))
    found: dict[str, list[Signal]] = {}
    room = MAX_SIGNALS
    for token in order:
        chosen = addressed.get(token, {})
        applying = _applying((groups[index] for index in chosen), licences, (token,))[:room]
        if not applying:
            break
        found[token] = applying
        room -= len(applying)
    return found


def usage(robots: RobotsFile, token: str, path: str) -> dict[str, str]:
    """The usage preferences (train-ai, search: y or n) that Content-Usage lines give an agent for a path.

    Empty if the path may not be crawled. The lines whose pattern is the longest to match decide as a whole, as
    with Allow and Disallow; where they disagree, n beats y. Source: draft-ietf-aipref-attach-05.
    """
    if not allowed(robots, token, path):
        return {}
    octets = path.encode("utf-8", "surrogatepass").partition(b"#")[0]
    octets = octets if octets.startswith(b"/") else b"/" + octets
    by_group, _, _ = _sorted_out(robots)
    statements = [
        (signal.path.encode() or b"/", signal)
        for choice in select(robots, token).chosen
        for signal in by_group.get(choice.group, [])
        if signal.kind == CONTENT_USAGE and "invalid" not in signal.flags
    ]
    fitting = [(len(pattern), signal) for pattern, signal in statements if matches(pattern, octets)]
    longest = max((length for length, _ in fitting), default=0)
    deciding = merge(replace(signal, path="") for length, signal in fitting if length == longest)
    return {signal.key: signal.value for signal in deciding if signal.value and signal.key in USAGE_KEYS}


_Sorted = tuple[dict[int, list[Signal]], list[Signal], list[Signal]]


def _sorted_out(robots: RobotsFile) -> _Sorted:
    """The signals of each group, the licences of the file, and the signals that stand before any group."""
    found: _Sorted | None = robots.memo.get(_sorted_out)
    if found is None:
        found = robots.memo[_sorted_out] = _sort_out(robots)
    return found


def _sort_out(robots: RobotsFile) -> _Sorted:
    by_group: dict[int, list[Signal]] = {}
    licences: list[Signal] = []
    orphans: list[Signal] = []
    for record in islice((record for record in robots.records if record.name in _FIELDS), MAX_RECORDS):
        signals = _of_record(record)
        if record.name == "license":
            licences += signals
        elif record.group is None:
            orphans += (replace(signal, agents=(), flags=signal.flags | {"orphan"}) for signal in signals)
        else:
            by_group.setdefault(record.group, []).extend(signals)
    return by_group, licences[:MAX_LICENCES], orphans


def _of_record(record: Record) -> list[Signal]:
    path = ""
    if record.name == "license":
        signals = [licence_link(record.value, SOURCE, absolute=True)]
    elif record.name == "content-signal":
        signals = content_signal(record.value, SOURCE)
    else:
        path, preference = split_path(record.value)
        # A shorter pattern would match more, and the same as other long ones.
        too_long = len(path) > MAX_PATH
        signals = [invalid(CONTENT_USAGE, SOURCE, record.value)] if too_long else content_usage(preference, SOURCE)
        path = "" if too_long else printable(path)
    raw = clip(record.value)
    return [replace(signal, path=path, line=record.line, raw=signal.raw or raw) for signal in signals]


def _names(robots: RobotsFile, indices: Iterable[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for index in indices:
        yield index, _tokens(robots.groups[index])


def _tokens(group: Group) -> tuple[str, ...]:
    """The tokens whom a group addresses, in file order."""
    found: dict[str, None] = {}
    for line in group.agents:
        found.update(dict.fromkeys(("*",) if line.is_star else tokens_of(line.value)[0]))
    return tuple(found)


def _applying(groups: Iterable[list[Signal]], licences: list[Signal], agents: tuple[str, ...]) -> list[Signal]:
    merged = merge(signal for signals in groups for signal in signals)
    addressed = [replace(signal, agents=agents) for signal in merged]
    found = merge([*licences, *addressed])
    return sorted(found, key=lambda signal: signal.line or 0)[:MAX_SIGNALS]
