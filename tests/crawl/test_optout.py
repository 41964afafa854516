"""The list of sites that asked to be left alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.crawl.optout import OptOut
from tracker.errors import UsageError
from tracker.settings import load

LIST = """\
# asked us

Example.com   # by e-mail,  2026-11-20
*.blog.example
.Bücher.example. # all of it
.mil
"""


def optout(text: str, name: str = "optout.txt") -> OptOut:
    Path(name).write_text(text)
    return OptOut.load(Path(name))


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("example.com", "by e-mail, 2026-11-20 (optout.txt:3)"),
        ("www.example.com", None),
        ("example.com.other.example", None),
        ("blog.example", "on the opt-out list (optout.txt:4)"),
        ("a.b.blog.example", "on the opt-out list (optout.txt:4)"),
        ("myblog.example", None),
        ("xn--bcher-kva.example", "all of it (optout.txt:5)"),
        ("www.xn--bcher-kva.example", "all of it (optout.txt:5)"),
        ("army.mil", "on the opt-out list (optout.txt:6)"),
        ("example", None),
    ],
)
def test_who_is_left_alone_and_why(host: str, reason: str | None) -> None:
    assert optout(LIST).reason(host) == reason


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("https://example.com/", "holds a scheme"),
        ("example.com:80", "holds a port"),
        ("192.0.2.1", "IP address"),
        ("com", "has no dot"),
        ("*", "no host name"),
        ("*example.com", "no host name"),
        ("*.", "has no dot|empty label"),
        ("..example.com", "empty label"),
        ("one.example two.example", "no host name"),
    ],
)
def test_a_bad_line_stops_everything(line: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        optout(f"good.example\n{line} # x\n")
    assert str(caught.value).startswith("optout.txt:2: ")
    assert str(caught.value).endswith("; correct or delete the line")


def test_a_list_that_cannot_be_read_stops_everything() -> None:
    with pytest.raises(UsageError, match=r"none\.txt cannot be read"):
        OptOut.load(Path("none.txt"))
    Path("latin.txt").write_bytes(b"caf\xe9.example\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        OptOut.load(Path("latin.txt"))


def test_the_projects_list_stands_alone_or_under_the_users() -> None:
    ours = OptOut.load()
    assert ours.reason("example.com") is None
    assert len(optout("example.com\nexample.com\n.example.com\n")) == len(ours) + 2


LABELS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)


@given(st.lists(st.tuples(LABELS, st.sampled_from(["", ".", "*."])), max_size=6), LABELS)
def test_matches_as_a_walk_over_the_list_would(entries: list[tuple[list[str], str]], asked: list[str]) -> None:
    host = ".".join([*asked, "example"])
    names = [(mark, ".".join([*labels, "example"])) for labels, mark in entries]
    expected = any(host == name or (mark and host.endswith(f".{name}")) for mark, name in names)
    found = optout("\n".join(mark + name for mark, name in names)).reason(host)
    assert (found is not None) == expected


def test_a_look_up_takes_as_many_steps_as_the_host_has_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    big = optout("".join(f".site-{n}.example\n" for n in range(20_000)))
    calls = 0

    class Counted(dict):
        def get(self, key: str, default: object = None) -> object:
            nonlocal calls
            calls += 1
            return super().get(key, default)

    monkeypatch.setattr(big, "_domains", Counted(big._domains))
    assert big.reason("a.b.c.site-1.example")
    assert big.reason("a.b.c.other.example") is None
    assert calls == 4 + 5


def test_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load().opt_out_file is None
    Path("optout.txt").touch()
    assert load().opt_out_file == Path("optout.txt")
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("tracker.toml").write_text('opt_out = "~/mine.txt"\n')
    assert load().opt_out_file == tmp_path / "mine.txt"
    monkeypatch.setenv("TRACKER_OPT_OUT", "theirs.txt")
    assert load().opt_out_file == Path("theirs.txt")
    assert load(opt_out=Path("flag.txt")).opt_out_file == Path("flag.txt")
