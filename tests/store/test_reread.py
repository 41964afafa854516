"""Stored bodies read anew: an older history, and tokens that the registry gains, loses and gains again."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import AGENTS
from tests.store.histories import HOSTS, START, Look, content, dump, play
from tracker.core.agents import Agent
from tracker.core.intervals import DAY
from tracker.core.policy import RULESET
from tracker.store import bodies
from tracker.store.query import Reader
from tracker.store.write import Writer

SAW = ("in a comment and a path", "with a signal", "GPTBot shut", "allow-list", "absent", "open")
LOOKS = [Look("own", START + n * DAY, (*SAW[n:], *SAW[:n], *[None] * (len(HOSTS) - len(SAW)))) for n in range(4)]
# What the first schema did not have.
TO_SCHEMA_1 = """
UPDATE policy SET fingerprint = randomblob(32) WHERE loose <> '' OR policy_id IN (SELECT policy_id FROM signal);
DROP TABLE claim_agent;
DROP TABLE claim_figure;
DROP TABLE claim;
DROP TABLE terms_standing;
DROP TABLE terms_change;
DROP TABLE terms_decision;
DROP TABLE terms_finding;
DROP TABLE terms_reading;
DROP TABLE terms_fetch;
DROP TABLE terms_text;
DROP TABLE terms_source;
DROP TABLE signal;
DROP TABLE relabel;
DROP INDEX crawl_whole;
DROP TABLE exchange;
DROP TABLE site_signal;
DROP TABLE page;
DROP TABLE page_body;
DROP TABLE validator;
DROP TABLE probe;
DROP INDEX crawl_parent;
DROP INDEX crawl_panel_at;
DROP INDEX ix_crawl_at;
ALTER TABLE crawl RENAME TO newer;
CREATE TABLE crawl (
  crawl_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  panel_id INTEGER,
  at INTEGER NOT NULL,
  finished_at INTEGER,
  ref TEXT NOT NULL,
  vantage TEXT DEFAULT '' NOT NULL,
  ruleset INTEGER NOT NULL,
  asked INTEGER DEFAULT 0 NOT NULL,
  answered_sites INTEGER DEFAULT 0 NOT NULL,
  failed_sites INTEGER DEFAULT 0 NOT NULL,
  answered BLOB DEFAULT (x'') NOT NULL,
  failed BLOB DEFAULT (x'') NOT NULL,
  PRIMARY KEY (crawl_id),
  UNIQUE (source_id, ref)
) STRICT;
INSERT INTO crawl SELECT crawl_id, source_id, panel_id, at, finished_at, ref, vantage, ruleset, asked, answered_sites,
  failed_sites, answered, failed FROM newer;
DROP TABLE newer;
CREATE INDEX crawl_panel_at ON crawl (panel_id, at);
CREATE INDEX ix_crawl_at ON crawl (at);
ALTER TABLE policy DROP COLUMN loose;
ALTER TABLE tally DROP COLUMN naive_substring;
ALTER TABLE tally DROP COLUMN naive_substring_named;
ALTER TABLE tally_sites DROP COLUMN star_effective_full;
ALTER TABLE tally_sites DROP COLUMN star_effective_root;
ALTER TABLE tally_sites DROP COLUMN star_any_restriction;
ALTER TABLE tally_sites DROP COLUMN star_every_path;
ALTER TABLE agent DROP COLUMN obeys_star;
DROP TABLE agent_token;
ALTER TABLE span DROP COLUMN source_id;
ALTER TABLE span DROP COLUMN last_source_id;
ALTER TABLE head DROP COLUMN source_id;
ALTER TABLE state RENAME TO newer;
CREATE TABLE state (
  site_id INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  policy_id INTEGER,
  prev_policy_id INTEGER,
  held INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (site_id, valid_from)
) WITHOUT ROWID, STRICT;
INSERT INTO state SELECT site_id, valid_from, valid_to, policy_id, prev_policy_id, held FROM newer;
DROP TABLE newer;
CREATE INDEX state_from ON state (valid_from);
CREATE INDEX state_open ON state (policy_id) WHERE valid_to IS NULL;
DELETE FROM meta WHERE key IN ('tokens', 'derivation');
UPDATE meta SET value = '1' WHERE key IN ('ruleset', 'schema_version');
UPDATE meta SET value = 'of another set of definitions' WHERE key IN ('registry', 'views');
PRAGMA user_version = 1;
"""


def make_old(path: Path) -> None:
    """Turn a history back into one of schema 1 with policies that know neither signals nor loose words."""
    connection = sqlite3.connect(path)
    views = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    for (view,) in views:
        connection.execute(f"DROP VIEW {view}")
    connection.executescript(TO_SCHEMA_1)
    # Bodies that say the same but for signals and loose words shared one policy.
    merged = (
        "(SELECT MIN(o.policy_id) FROM policy p JOIN policy o ON o.star = p.star AND o.absent = p.absent "
        "WHERE p.policy_id = {0}.policy_id AND o.policy_id NOT IN (SELECT policy_id FROM rule))"
    )
    for table in ("body", "state"):
        connection.execute(
            f"UPDATE {table} SET policy_id = {merged.format(table)} "
            "WHERE policy_id IS NOT NULL AND policy_id NOT IN (SELECT policy_id FROM rule)"
        )
    connection.commit()
    connection.close()


def test_a_history_of_schema_1_becomes_what_it_would_have_been(database: Path, fresh_history) -> None:
    play(database, LOOKS)
    make_old(database)
    Writer(database, AGENTS).close()
    assert content(database) == content(play(fresh_history(), LOOKS))
    with Reader(database) as reader:
        assert reader.about()["ruleset"] == str(RULESET)
        assert len(reader.sql("SELECT * FROM signals").rows) > 0
        unused = "SELECT COUNT(*) FROM policy WHERE absent = 0 AND policy_id NOT IN (SELECT policy_id FROM body "
        unused += "UNION SELECT policy_before FROM relabel)"
        assert reader.sql(unused).rows == [(0,)]
    assert database.with_name(f"{database.name}.schema-1.bak").exists()
    before = dump(database)
    Writer(database, AGENTS).close()
    assert dump(database) == before


def test_what_an_old_history_has_not_been_searched_for_is_unknown_and_not_zero(database: Path) -> None:
    play(database, LOOKS)
    make_old(database)
    with Reader(database) as reader:  # migrates the tables; only a writer knows the registry
        assert reader.sql("SELECT * FROM shares WHERE definition = 'naive_substring'").rows == []
        assert reader.sql("SELECT * FROM shares WHERE definition = 'mentioned'").rows != []
        assert not reader.is_read_anew()
    Writer(database, AGENTS).close()
    with Reader(database) as reader:
        assert reader.is_read_anew()


def naive(path: Path, agent: str) -> list[tuple[object, ...]]:
    with Reader(path) as reader:
        return reader.sql(
            "SELECT date, blocked, blocked_named FROM shares WHERE agent = :agent AND panel = 'all' "
            "AND definition = 'naive_substring' ORDER BY date",
            {"agent": agent},
        ).rows


def newcomer(token: str) -> Agent:
    return replace(AGENTS[1], name="Newcomer", tokens=(token,))


@pytest.mark.parametrize("token", ["about", "Not for", "GPTB", "nowhere"])
def test_a_token_that_the_registry_gains_is_searched_for_and_nothing_is_parsed(
    token: str, database: Path, fresh_history, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(database, LOOKS)
    agents = (*AGENTS, newcomer(token))
    with monkeypatch.context() as blind:
        blind.setattr(bodies, "read", None)
        Writer(database, agents).close()
    straight = fresh_history()
    Writer(straight, agents).close()
    play(straight, LOOKS, agents)
    assert naive(database, "Newcomer") == naive(straight, "Newcomer")
    assert any(blocked for _, blocked, _ in naive(database, "Newcomer")) == (token != "nowhere")
    assert content(database) == content(straight)


def test_a_token_that_left_is_searched_for_again_when_it_comes_back(database: Path) -> None:
    agents = (*AGENTS, newcomer("about"))
    play(database, LOOKS[:2], agents)
    play(database, LOOKS[2:])
    Writer(database, agents).close()
    assert [row[1] for row in naive(database, "Newcomer")] == [2, 2, 2, 2]
