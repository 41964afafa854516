-- Signals of a robots.txt beside its policy, and the definition `naive_substring`. What the stored bodies say of both is
-- read when the history is next opened for writing (tracker/store/reread.py).

ALTER TABLE policy ADD COLUMN loose TEXT DEFAULT '' NOT NULL;

CREATE TABLE signal (
  policy_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  token TEXT NOT NULL,
  path TEXT NOT NULL,
  value TEXT NOT NULL,
  flags TEXT DEFAULT '' NOT NULL,
  raw TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (policy_id, kind, key, token, path, value, flags, raw),
  FOREIGN KEY(policy_id) REFERENCES policy (policy_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE tally ADD COLUMN naive_substring INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE tally ADD COLUMN naive_substring_named INTEGER DEFAULT 0 NOT NULL;

-- What a closed wildcard alone would count, for days before an agent existed, when nobody could name it.
ALTER TABLE tally_sites ADD COLUMN star_effective_full INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE tally_sites ADD COLUMN star_effective_root INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE tally_sites ADD COLUMN star_any_restriction INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE tally_sites ADD COLUMN star_every_path INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE agent ADD COLUMN obeys TEXT DEFAULT '[]' NOT NULL;
