"""Rankings from their publishers, asked on loopback."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.archives import asking
from tests.sources.rankings import FakeTranco, csv, packed
from tests.web import Answer, Web, page, reset
from tracker.errors import ArchiveUnavailable, DrywellError, PanelError, SourceError, UsageError
from tracker.reference.panels import Listed
from tracker.sources import lists
from tracker.sources.lists import Wanted, fetch_tranco

HOST = "tranco.example"
SERVER = f"https://{HOST}"
HOSTS = ["google.example", "b.example", "c.example", "d.example", "e.example"]
OLD = ("2026-10-01", ["b.example", "google.example", "x.example", "y.example", "z.example"])


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web() as opened:
        yield opened


@pytest.fixture
def tranco(web: Web) -> FakeTranco:
    fake = FakeTranco({"K25GW": ("2026-11-20", HOSTS), "6JZJX": OLD})
    web.on(HOST, fake, "*")
    return fake


def fetch(web: Web, waits: list[float] | None = None, categories: Path | None = None, **wanted: object) -> Listed:
    skip_bad = bool(wanted.pop("skip_bad", False))
    with asking(web, waits=waits) as archive:
        return fetch_tranco(
            archive,
            Wanted(**{"size": 3, **wanted}),
            skip_bad=skip_bad,
            categories=categories,
            server=SERVER,  # type: ignore[arg-type]
        )


def test_the_newest_list_with_its_permanent_id(web: Web, tranco: FakeTranco) -> None:
    panel = fetch(web).panel
    assert [(one.rank, one.host) for one in panel.members] == [
        (1, "google.example"),
        (2, "b.example"),
        (3, "c.example"),
    ]
    assert (panel.name, panel.title, panel.list_id) == ("tranco-3", "Tranco, the first 3", "K25GW")
    assert panel.source == "https://tranco-list.eu/list/K25GW/3"
    assert (panel.compiled, panel.is_sample) == ("2026-11-20", False)
    assert panel.population == "the 3 highest ranked sites of Tranco"
    assert tranco.asked == ["/api/lists/date/latest", "/download/K25GW/3"]


def test_a_list_by_its_id_and_by_its_day(web: Web, tranco: FakeTranco) -> None:
    by_id, by_day = fetch(web, list_id="6JZJX").panel, fetch(web, day="2026-10-01").panel
    assert by_id == by_day
    assert (by_id.list_id, by_id.compiled, by_id.members[0].host) == ("6JZJX", "2026-10-01", "b.example")
    assert tranco.asked[::2] == ["/api/lists/id/6JZJX", "/api/lists/date/2026-10-01"]


def test_a_long_list_comes_packed(web: Web, tranco: FakeTranco, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_UNPACKED", 2)
    tranco.packed.add("K25GW")
    assert [one.host for one in fetch(web).panel.members] == HOSTS[:3]
    assert tranco.asked[1:] == ["/download_daily/K25GW", "/download/daily/tranco_K25GW-1m.csv.zip"]
    # A list that a user had made is not.
    assert fetch(web, list_id="6JZJX").panel.members[0].host == "b.example"
    assert tranco.asked[-2:] == ["/download_daily/6JZJX", "/download/6JZJX/3"]


def test_categories_and_bad_lines(web: Web, tranco: FakeTranco, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("host,sector\nb.example,news\nz.example,x\n")
    tranco.lists["K25GW"] = ("2026-11-20", ["google.example", "com", "b.example"])
    with pytest.raises(PanelError, match=r"/download/K25GW/3:2: 'com' has no dot.*--skip-bad"):
        fetch(web)
    found = fetch(web, skip_bad=True, categories=more)
    assert [(one.rank, one.host, one.sector) for one in found.panel.members] == [
        (1, "google.example", ""),
        (3, "b.example", "news"),
    ]
    assert (list(found.skipped), found.labelled, found.strangers) == (["single_label"], 1, 1)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"list_id": "ZZZZZ"}, "Tranco has no list ZZZZZ: https://tranco.example/api/lists/id/ZZZZZ gives status 404"),
        ({"day": "2001-01-01"}, "Tranco has no list of 2001-01-01"),
        ({"size": 6}, "has 5 sites where 6 were asked for: give --size 5"),
    ],
)
def test_what_is_not_there(web: Web, tranco: FakeTranco, wanted: dict[str, object], says: str) -> None:
    with pytest.raises(PanelError, match=says):
        fetch(web, **wanted)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"available": False}, "newest list is not available"),
        ({"failed": True}, "newest list is not available"),
        ({"list_id": None}, "names no list: it is no longer Tranco's API"),
        ({"list_id": "../../etc"}, "names no list"),
        ({"created_on": "lately"}, "does not say when the list was made"),
    ],
)
def test_what_the_api_may_say(web: Web, tranco: FakeTranco, changes: dict[str, object], says: str) -> None:
    tranco.changes = changes
    with pytest.raises(DrywellError, match=says):
        fetch(web)
    assert len(tranco.asked) == 1


API, LIST = "/api/lists/date/latest", "/download/K25GW/3"
HTML = page(b"\n<!DOCTYPE html><title>Sorry</title>", Content_Type="text/html")


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        (API, HTML, "answers with an HTML page instead of JSON"),
        (API, page(b""), "answers with nothing instead of JSON"),
        (API, page(b"[" * 30_000), "instead of JSON"),
        (API, page(b"[1]"), "instead of JSON"),
        (API, page(b"", "403 Forbidden"), "gives status 403"),
        (LIST, HTML, "answers with an HTML page instead of a list"),
        (LIST, page(b""), "answers with nothing instead of a list"),
        (LIST, page(b"", "403 Forbidden"), "gives status 403"),
        (LIST, page(b"", "404 Not Found"), "gives status 404"),
        (LIST, page(b"1,google.example\n1,b.example\n7,c.example\n"), "b.example has rank 1 after 1"),
        (LIST, page(b"1,google.example\n2,b.example\n7,c.example\n"), "no list of the first 3: c.example has rank 7"),
        (LIST, page(b"google.example\nb.example\nc.example\n"), "no ranking: google.example has rank None"),
        (LIST, page(csv(HOSTS[:2])), "has 2 sites where 3 were asked for"),
        (LIST, page(packed(csv(HOSTS))[:-40]), "cannot be read"),
        (LIST, page(b"PK\x03\x04nonsense"), "cannot be read: File is not a zip file"),
        (LIST, page(zlib.compress(csv(HOSTS))), "K25GW/3:1: "),
    ],
)
def test_what_else_may_come(web: Web, tranco: FakeTranco, path: str, answer: Answer, says: str) -> None:
    tranco.instead[path] = answer
    with pytest.raises((PanelError, SourceError)) as caught:
        fetch(web)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bomb_ends_at_the_rows_asked_for(web: Web, tranco: FakeTranco, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.reference.panels.lines.MOST_BYTES", 1 << 20)
    tranco.instead[LIST] = page(packed(csv(HOSTS) + b"6,f.example\n" * 1_000_000))
    assert len(fetch(web).panel.members) == 3
    tranco.instead[LIST] = page(packed(b"\n" * 30_000_000))
    with pytest.raises(PanelError, match="more than 1 MB"):
        fetch(web)


def test_an_endless_list_is_cut(web: Web, tranco: FakeTranco, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_LIST_CAP", 1 << 20)
    tranco.instead[LIST] = page(b"1,a.example\n" * 200_000)
    with pytest.raises(PanelError, match="is longer than 1 MB: no list of 3 sites is"):
        fetch(web)


def test_a_busy_server_is_asked_again_and_then_left_alone(web: Web, tranco: FakeTranco) -> None:
    tranco.faults = [page(b"", "429 Too Many"), page(b"", "503 Busy"), reset()]
    assert len(fetch(web, waits=[]).panel.members) == 3
    tranco.faults = [page(b"", "429 Too Many")] * 4
    with pytest.raises(ArchiveUnavailable, match=r"gave no answer to 4 requests \(status 429\)"):
        fetch(web, waits=[])
    tranco.faults = [page(b"", "429 Too Many", Retry_After="3600")]
    with pytest.raises(ArchiveUnavailable, match="asks to be left alone for 3600 s"):
        fetch(web, waits=[])


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"size": 0}, "--size 0"),
        ({"size": 1_000_001}, "--size 1000001"),
        ({"list_id": "a/b"}, "--list 'a/b' is no ID"),
        ({"day": "yesterday"}, "--date 'yesterday' is no date"),
        ({"list_id": "K25GW", "day": "2026-11-20"}, "give --list or --date"),
    ],
)
def test_mistakes(wanted: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Wanted(**wanted)  # type: ignore[arg-type]
