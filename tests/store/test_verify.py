"""Each kind of damage is found by the check that is there for it, and named; a sound history passes, whatever it is."""

import hashlib
import json
import sqlite3
import zlib
from pathlib import Path

import pytest
import zstandard

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.conftest import AGENTS
from tests.store.damage import damaged, wrong
from tests.store.histories import FAIL, HOSTS, START, answer, content, panel
from tests.store.released import make
from tests.store.terms import SHUT
from tests.store.test_upgrades import RELEASED
from tracker.core.intervals import DAY
from tracker.store.captures import OWN
from tracker.store.verify import verify
from tracker.store.verify.repair import repair
from tracker.store.write import Writer


def test_a_sound_history_passes_every_check(history: Path) -> None:
    before = history.read_bytes()
    report = verify(history)
    assert report.ok
    assert [check.name for check in report.checks if check.skipped] == []
    assert all(check.checked for check in report.checks if check.name != "relabels")
    assert history.read_bytes() == before


def test_quick_leaves_the_parsing_out(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.store.verify.meaning.read", None)
    report = verify(history, quick=True)
    assert report.ok
    assert [check.name for check in report.checks if check.skipped] == ["policies"]


RULE = "UPDATE rule SET bits = bits + 1 WHERE policy_id = (SELECT MIN(policy_id) FROM rule)"
NEWEST = "(SELECT MAX(t.valid_from) FROM state t WHERE t.site_id = state.site_id)"
FORGED = "CREATE VIEW shares AS SELECT '2022-01-01' AS date, 'GPTBot' AS agent, 100 AS percent_blocked"
AGENTS_CHANGED = (
    "UPDATE agent SET valid_from_day = 99999 WHERE name = 'GPTBot'",
    "UPDATE agent SET valid_from_day = 99999 WHERE name = 'CCBot'",
    "UPDATE agent SET valid_from = '2099-01-01' WHERE name = 'GPTBot'",
    "UPDATE agent SET valid_from = '2021-01-01', valid_from_day = 18628 WHERE name = 'GPTBot'",
    "UPDATE agent SET name = 'ZBot' WHERE name = 'CCBot'",
    "UPDATE agent SET obeys_star = 1 - obeys_star WHERE name = 'CCBot'",
    "UPDATE agent SET tokens = '[\"gptbot\", \"x\"]' WHERE name = 'GPTBot'",
    "UPDATE agent SET purpose = 'none such' WHERE name = 'GPTBot'",
    "DELETE FROM agent_token WHERE token = '*' AND agent_id = 2",
    "DELETE FROM agent_token WHERE token = 'googlebot'",
    "UPDATE agent_token SET token = 'zzz' WHERE token = 'ccbot'",
    "UPDATE agent_token SET token = 'zzz' WHERE token = 'googlebot'",
    "DELETE FROM meta WHERE key = 'registry'",
)
RELABEL = "INSERT INTO relabel"
# What is done to the history -> the check that finds it, words of what it says
DAMAGE = {
    "DELETE FROM span WHERE site_id = 1 AND first_seen = (SELECT MIN(first_seen) FROM span)": ("spans", "a.example"),
    "UPDATE head SET checks = checks + 1 WHERE site_id = 2": ("spans", "b.example: its head"),
    "UPDATE head SET failed_after = 1 WHERE site_id = 3": ("spans", "c.example: its head"),
    "UPDATE span SET source_id = 99 WHERE site_id = 2": ("spans", "b.example: a span"),
    "DELETE FROM state WHERE site_id = 4": ("states", "d.example: 0 states"),
    f"UPDATE state SET valid_from = valid_from + 1 WHERE site_id = 1 AND valid_from = {NEWEST}": (
        "states",
        "a.example",
    ),
    "UPDATE state SET relayed = 1 - relayed WHERE site_id = 2": ("states", "b.example"),
    "UPDATE tally SET effective_full = effective_full + 1 WHERE rowid_of = 0": ("tally", "tally panel 1, agent"),
    "DELETE FROM tally WHERE agent_id = 2": ("tally", "is missing"),
    "UPDATE tally_sites SET members = 99 WHERE members > 0": ("tally", "tally_sites panel"),
    "INSERT INTO tally_sites (panel_id, day, members) VALUES (1, 3, 1)": ("tally", "day 3 is wrong"),
    "UPDATE ruling SET bits = bits + 1 WHERE policy_id = (SELECT MIN(policy_id) FROM ruling)": ("rulings", "body "),
    "DELETE FROM ruling": ("rulings", "policy"),
    "UPDATE agent SET tokens = '[' WHERE agent_id = 1": ("registry", "the agents cannot be read"),
    RULE: ("meanings", "is not what it was"),
    "UPDATE policy SET star = star + 1 WHERE policy_id = (SELECT MAX(policy_id) FROM policy)": ("meanings", "policy"),
    "DELETE FROM signal": ("meanings", "policy"),
    "UPDATE policy SET loose = 'nobody'": ("meanings", "policy"),
    "UPDATE body SET flags = 'made up' WHERE body_id = 1": ("policies", "'made up'"),
    "DELETE FROM body_data WHERE body_id = 2": ("bodies", "its bytes are missing"),
    "UPDATE body_data SET data = x'00' WHERE body_id = 2": ("bodies", "damaged"),
    "UPDATE body_data SET data = other() WHERE body_id = 2": ("bodies", "its bytes have the SHA-256"),
    "UPDATE body_data SET data = bomb() WHERE body_id = 2": ("bodies", "does not unpack to"),
    "UPDATE body SET size = size + 1 WHERE body_id = 2": ("bodies", "does not unpack to"),
    "UPDATE body SET size = 1 << 60 WHERE body_id = 2": ("bodies", "cannot be the size"),
    "UPDATE crawl SET answered_sites = 0 WHERE crawl_id = 1": ("crawls", "crawl 1 (all@1640995200): 0 answered"),
    "UPDATE crawl SET failed = x'00' WHERE crawl_id = 1": ("crawls", "its bitmap of failed sites cannot be read"),
    "UPDATE crawl SET answered = far() WHERE crawl_id = 1": ("crawls", "cannot be read"),
    "UPDATE crawl SET answered = flood() WHERE crawl_id = 1": ("crawls", "cannot be read"),
    "UPDATE crawl SET answered = zero() WHERE crawl_id = 1": ("crawls", "sites that are not there"),
    f"{RELABEL} SELECT 2, {START}, 1, 2, policy_id, 1 FROM body WHERE body_id = 2": (
        "relabels",
        "the newest reading did not give the policy",
    ),
    f"{RELABEL} SELECT 2, {START}, 1, 99, 1, policy_id FROM body WHERE body_id = 2": ("relabels", "by a ruleset"),
    f"{RELABEL} SELECT 2, {START}, 1, 2, 2, 3; {RELABEL} SELECT 2, {START + 1}, 2, 3, 2, policy_id FROM body "
    "WHERE body_id = 2": ("relabels", "does not begin where"),
    "UPDATE meta SET value = '[]' WHERE key = 'tokens'": ("registry", "were not searched for"),
    "UPDATE meta SET value = '{' WHERE key = 'tokens'": ("registry", "cannot be read"),
    "DROP VIEW shares": ("views", "view shares is missing"),
    f"DROP VIEW shares; {FORGED}": ("views", "view shares is not the one of this program"),
    "DROP VIEW access_state; CREATE VIEW access_state AS SELECT 1": ("views", "view access_state is not"),
    "DROP VIEW shares; CREATE VIEW SHARES AS SELECT 1": ("views", "view shares is not"),
    "CREATE TRIGGER t AFTER INSERT ON crawl BEGIN UPDATE state SET policy_id = 1; END": (
        "schema",
        "trigger t of crawl",
    ),
    "CREATE TRIGGER t INSTEAD OF INSERT ON shares BEGIN SELECT 1; END": ("schema", "trigger t of shares"),
    "DROP INDEX state_from": ("schema", "index state_from is missing"),
    "DROP INDEX state_open; CREATE INDEX state_open ON state (policy_id)": ("schema", "index state_open is not"),
    **dict.fromkeys(AGENTS_CHANGED, ("registry", "")),
    "UPDATE terms_text SET data = other() WHERE terms_text_id = 1": ("terms", "its words have the SHA-256"),
    "UPDATE terms_text SET data = bomb() WHERE terms_text_id = 1": ("terms", "does not unpack to"),
    "UPDATE terms_text SET blocks = x'00' WHERE terms_text_id = 1": ("terms", "has blocks that cannot be read"),
    "UPDATE terms_text SET wording = x'00' WHERE terms_text_id = 1": ("terms", "its wording or its length"),
    "UPDATE terms_finding SET quote = 'may'": ("terms", "its quote is not what stands there"),
    "UPDATE terms_finding SET start_char = 999": ("terms", "its quote is not in the text"),
    "UPDATE terms_finding SET score = 2": ("terms", "a score of 2"),
    "UPDATE terms_finding SET category = 'no_fun'": ("terms", "nothing that can be found"),
    "DELETE FROM terms_reading WHERE terms_text_id = 1": ("terms", "which has not read it"),
    "UPDATE terms_decision SET stance = 'loud'": ("terms", "ada decided what cannot be decided"),
    "UPDATE terms_fetch SET wording = x'00' WHERE state = 'ok'": ("terms", "words are not those of its text"),
    "UPDATE terms_fetch SET checks = checks + 1 WHERE checks = 2": ("terms", "a run of which"),
    "UPDATE terms_fetch SET state = 'fine' WHERE state <> 'ok'": ("terms", "a look of which nothing is known"),
    "UPDATE terms_standing SET dpi_class = 5": ("terms_changes", "one is wrong: dpi_class"),
    "DELETE FROM terms_standing": ("terms_changes", "0 texts over time"),
    "UPDATE terms_change SET confirmed_at = 1": ("terms_changes", "one is wrong: confirmed_at"),
    "DELETE FROM terms_change": ("terms_changes", "0 changes over time"),
    "DELETE FROM terms_decision": ("terms_changes", "one is wrong: no_compete"),
    "UPDATE state SET policy_id = 999 WHERE site_id = 1": ("references", "policy"),
    "DELETE FROM site WHERE site_id = 1": ("references", "site"),
}


@pytest.mark.parametrize("script", DAMAGE)
def test_damage_is_found_by_the_check_that_is_there_for_it(history: Path, script: str) -> None:
    name, says = DAMAGE[script]
    script = script.replace("WHERE rowid_of = 0", "WHERE day = (SELECT MIN(day) FROM tally) AND panel_id = 1")
    size = size_of(history, 2) if "terms" not in script else len(SHUT)
    damaged(history, script, other=zstandard.compress(b"x" * size), **BLOBS)
    report = verify(history)
    assert list(wrong(report)) == [name]
    assert says in " ".join(wrong(report)[name])
    assert len(wrong(report)[name]) <= 5


BLOBS = {
    "bomb": zstandard.compress(bytes(1 << 26)),
    "far": zlib.compress(bytes(1000) + b"\1"),
    "flood": zlib.compress(bytes(1 << 26)),
    "zero": zlib.compress(b"\1"),
}


def size_of(path: Path, body_id: int) -> int:
    connection = sqlite3.connect(path)
    (size,) = connection.execute("SELECT size FROM body WHERE body_id = ?", (body_id,)).fetchone()
    connection.close()
    return int(size)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE sighting SET body_id = 1 WHERE site_id = 2 AND body_id <> 1",
        "DELETE FROM sighting WHERE site_id = 2",
        "UPDATE trouble SET last_seen = last_seen + 5000000 WHERE site_id = 1",
    ],
)
def test_changed_evidence_disagrees_with_what_was_derived_from_it(history: Path, script: str) -> None:
    damaged(history, script)
    assert "spans" in wrong(verify(history))


def test_a_body_given_another_policy_is_named(history: Path) -> None:
    damaged(history, "UPDATE body SET policy_id = (SELECT policy_id FROM policy WHERE absent = 1) WHERE body_id = 1")
    report = verify(history)
    (said,) = wrong(report)["policies"]
    assert "its policy is not what it says" in said
    assert hashlib.sha256(body_of(history, 1)).hexdigest() in said
    assert not report.can_be_repaired


def body_of(path: Path, body_id: int) -> bytes:
    connection = sqlite3.connect(path)
    (data,) = connection.execute("SELECT data FROM body_data WHERE body_id = ?", (body_id,)).fetchone()
    connection.close()
    return zstandard.decompress(data)


@pytest.mark.parametrize("script", ["UPDATE meta SET value = 'x' WHERE key = 'views'", "PRAGMA user_version = 2"])
def test_what_an_opening_would_change_is_checked_on_a_copy(history: Path, script: str) -> None:
    if "user" in script:
        make.load(next(path for path in RELEASED if "schema-2" in path.name), history.with_name("old.sqlite"))
        history = history.with_name("old.sqlite")
    else:
        damaged(history, script)
    before, folder = history.read_bytes(), sorted(history.parent.iterdir())
    report = verify(history)
    assert wrong(report) == {}
    assert not report.is_whole
    assert "a copy of it, brought from schema" in report.checks[1].note
    skipped = [check.name for check in report.checks if check.skipped.startswith("made by an older program")]
    assert skipped == (
        ["registry", "rulings", "spans", "states", "signals", "terms_changes", "tally"] if "user" in script else []
    )
    assert history.read_bytes() == before
    assert sorted(history.parent.iterdir()) == folder


def test_a_damaged_page_ends_in_a_report_or_in_one_line(history: Path) -> None:
    connection = sqlite3.connect(history)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'state_from'").fetchone()
    connection.close()
    data = bytearray(history.read_bytes())
    data[(root - 1) * 4096 + 8 : root * 4096] = b"\xff" * 4088
    history.write_bytes(data)
    report = verify(history)
    assert list(wrong(report)) == ["file"]
    assert {check.skipped for check in report.checks[1:]} == {"file is wrong"}


def test_files_read_with_an_older_ruleset_are_said_to_be_unchecked(history: Path) -> None:
    damaged(history, "UPDATE meta SET value = '1' WHERE key = 'ruleset'")
    report = verify(history)
    assert report.ok
    skipped = {check.name: check.skipped.partition(";")[0] for check in report.checks if check.skipped}
    assert skipped.pop("policies") == "read with ruleset 1"
    assert skipped == dict.fromkeys(("registry", "meanings", "rulings", "signals", "tally"), "made by an older program")
    assert [check.name for check in report.checks if check.note] == ["pages"]


def test_agents_that_have_left_leave_words_that_nobody_asks_for(history: Path) -> None:
    Writer(history, AGENTS[1:]).close()
    assert verify(history).ok
    Writer(history, AGENTS).close()
    assert verify(history).ok


def test_what_people_made_for_themselves_is_no_damage(history: Path) -> None:
    damaged(
        history,
        "CREATE TABLE mine (site TEXT); CREATE INDEX mine_too ON state (policy_id, held);"
        "CREATE VIEW mine_as_well AS SELECT * FROM shares",
    )
    assert verify(history).ok


def test_a_table_of_another_making_is_named_and_nothing_is_built_on_it(history: Path) -> None:
    script = "ALTER TABLE trouble RENAME TO t; CREATE TABLE trouble AS SELECT * FROM t; DROP TABLE t"
    damaged(history, "PRAGMA legacy_alter_table = ON;" + script)
    report = verify(history)
    assert wrong(report) == {"schema": ["table trouble is not the one of this program: its SQL differs"]}
    assert {check.skipped for check in report.checks[2:]} == {"schema is wrong"}
    assert not report.can_be_repaired


def test_a_view_in_the_place_of_a_table_is_not_asked(history: Path) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS site_id FROM n"
    damaged(history, f"DROP TABLE trouble; CREATE VIEW trouble AS {endless}")
    assert wrong(verify(history)) == {"schema": ["table trouble is missing"]}


def test_a_table_in_the_place_of_a_view_is_named(history: Path) -> None:
    damaged(history, "DROP VIEW relabels; CREATE TABLE relabels AS SELECT 1 AS date")
    report = verify(history)
    assert wrong(report) == {"views": ["relabels is a table and not the view"]}
    assert not report.can_be_repaired


def test_a_fingerprint_of_an_older_program_is_said_to_be_unchecked(history: Path) -> None:
    damaged(history, "UPDATE meta SET value = 'abc' WHERE key = 'registry'")
    report = verify(history)
    assert report.ok
    assert [check.name for check in report.checks if check.note] == ["registry"]
    Writer(history, AGENTS).close()
    assert not any(check.note for check in verify(history).checks)


@pytest.mark.parametrize("script", AGENTS_CHANGED)
def test_the_next_writer_carries_the_agents_over_again(history: Path, sound: Path, script: str) -> None:
    damaged(history, script)
    Writer(history, AGENTS).close()
    assert verify(history).ok
    assert content(history) == content(sound)


# While a crawl writes


def test_a_crawl_under_way_is_no_damage(history: Path) -> None:
    with Writer(history, AGENTS) as writer:
        source, panel_id = writer.source(OWN), writer.panel(panel("all"))
        crawl = writer.begin_crawl(source, panel_id, START + 400 * DAY, "under way", len(HOSTS))
        writer.record(crawl, [answer(host, "shut") for host in HOSTS[:3]])
        report = verify(history)
        assert wrong(report) == {}
        writer.record(crawl, [answer(host, FAIL) for host in HOSTS[3:9]])
        assert verify(history).ok
        writer.finish_crawl(crawl, None)
        assert verify(history).ok


# Repair


@pytest.mark.parametrize(
    "script",
    [
        script
        for script, (name, _) in DAMAGE.items()
        if name in ("spans", "states", "tally", "rulings", "views", "schema") and " agent " not in script
    ],
)
def test_what_is_derived_is_derived_again(history: Path, sound: Path, script: str) -> None:
    script = script.replace("WHERE rowid_of = 0", "WHERE day = (SELECT MIN(day) FROM tally) AND panel_id = 1")
    damaged(history, script)
    assert verify(history).can_be_repaired
    repair(history)
    assert verify(history).ok
    assert content(history) == content(sound)


# The command


def test_the_command_reports_repairs_and_has_an_exit_code(run, history: Path) -> None:  # noqa: F811
    database = ("--database", str(history))
    assert run("verify", *database).code == 0
    damaged(history, "DELETE FROM state WHERE site_id = 4")
    result = run("verify", "--json", *database)
    assert result.code == 1
    found = {check["name"]: check for check in json.loads(result.out)["checks"]}
    assert found["states"]["wrong"] == 1
    assert "--repair" in found["states"]["mend"]
    assert "- d.example: 0 states" in run("verify", *database).out
    assert run("verify", "--repair", *database).code == 0
    damaged(history, "DELETE FROM body_data WHERE body_id = 2; DELETE FROM state WHERE site_id = 4")
    result = run("verify", "--repair", *database)
    assert result.code == 1
    assert "nothing was repaired" in result.err
