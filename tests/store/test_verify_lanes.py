"""Bitmaps, sightings and failures say the same three times over: what was changed in one of them is found."""

import sqlite3
import zlib
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.damage import SAW, damaged, wrong
from tests.store.histories import FAIL, HOSTS, START, Look, answer, panel, play
from tracker.core.intervals import DAY
from tracker.store.captures import OWN
from tracker.store.thin import thin
from tracker.store.verify import verify
from tracker.store.write import Writer


def flipped(path: Path, crawl: str, *bits: int) -> None:
    """Change bits of the bitmap of a crawl's answers."""
    connection = sqlite3.connect(path)
    (blob,) = connection.execute(f"SELECT answered FROM crawl WHERE {crawl}").fetchone()
    data = bytearray(zlib.decompress(blob))
    for bit in bits:
        data[bit >> 3] ^= 1 << (bit & 7)
    connection.execute(f"UPDATE crawl SET answered = ? WHERE {crawl}", (zlib.compress(bytes(data)),))
    connection.commit()
    connection.close()


def test_a_flipped_bit_is_damage_and_nothing_is_derived_from_it(history: Path) -> None:
    """Whether the count is off or the bitmap nobody can tell."""
    flipped(history, "crawl_id = 1", 2)
    report = verify(history)
    assert "crawls" in wrong(report)
    assert not report.can_be_repaired


def test_a_site_did_not_answer_and_fail_in_one_crawl(history: Path) -> None:
    damaged(history, "UPDATE crawl SET failed = answered, failed_sites = answered_sites WHERE crawl_id = 3")
    assert "sites answered and failed at once" in wrong(verify(history))["crawls"][0]


def test_a_sighting_that_no_crawl_made_is_found(history: Path) -> None:
    damaged(
        history,
        f"INSERT INTO sighting SELECT 1, source_id, {START + 9}, 1, 'x' FROM source WHERE kind = 'own'",
    )
    (said,) = wrong(verify(history))["sightings"]
    assert said == f"a.example, source own: a sighting at {START + 9} (UTC seconds), when it did not answer"


def test_a_bit_moved_to_another_site_is_found(history: Path) -> None:
    flipped(history, "crawl_id = 1", 2, 8)  # b.example had answered, h.example (id 8) was not asked
    report = verify(history)
    assert "h.example, source own: answered at 1640995200" in " ".join(wrong(report)["sightings"])


# The failure lane: what is done to it -> what is said of it
OF_OWN = "WHERE source_id = (SELECT source_id FROM source WHERE kind = 'own')"
LANE = {
    f"DELETE FROM trouble {OF_OWN}": "f.example, source own: the attempt at 1640995200 (UTC seconds) failed",
    f"DELETE FROM trouble {OF_OWN} AND site_id = 6": "f.example, source own",
    f"UPDATE trouble SET checks = checks + 5 {OF_OWN} AND site_id = 6": "failed attempts in runs",
    f"UPDATE trouble SET checks = 1 << 62 {OF_OWN} AND site_id = 6": "failed attempts in runs",
    f"UPDATE trouble SET last_seen = last_seen + 1 {OF_OWN} AND site_id = 6": "a run ends at",
    f"UPDATE trouble SET first_seen = first_seen - 1 {OF_OWN} AND site_id = 6": "a run begins at",
    f"INSERT INTO trouble SELECT 1, source_id, {START + 9}, {START + 9}, 'x', 1, '' FROM source WHERE kind = 'own'": (
        "a.example, source own: a run begins at"
    ),
    "UPDATE trouble SET source_id = (SELECT source_id FROM source WHERE kind = 'own') "
    "WHERE source_id = (SELECT source_id FROM source WHERE kind = 'git')": "source own: a run begins at",
}


@pytest.mark.parametrize("thinned", [False, True])
@pytest.mark.parametrize("script", LANE)
def test_the_failure_lane_is_held_against_the_bitmaps(history: Path, script: str, thinned: bool) -> None:
    if thinned:
        play(history, [Look("own", START + n * DAY, (*SAW[n % 3 :], *SAW, *SAW[: n % 3])) for n in range(300, 340)])
        assert thin(history, START + 400 * DAY).months
        assert verify(history).ok
    damaged(history, script)
    report = verify(history)
    assert LANE[script] in " ".join(wrong(report)["failures"])
    assert not report.can_be_repaired


def test_two_crawls_in_one_second_may_fail_at_one_site(history: Path) -> None:
    at = START + 300 * DAY
    with Writer(history, AGENTS) as writer:
        for ref, step in (("one", 0), ("other", 0), ("third", 1), ("fourth", 1), ("late", 0)):
            crawl = writer.begin_crawl(writer.source(OWN), writer.panel(panel("all")), at + step, ref, len(HOSTS))
            writer.record(crawl, [answer(host, FAIL) for host in HOSTS])
            writer.finish_crawl(crawl, at + step)
    assert verify(history).ok
