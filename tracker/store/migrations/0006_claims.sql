-- Published figures, carried over from data/reference/claims.toml, and whose block each of them is about.

CREATE TABLE claim (
  claim_id TEXT NOT NULL,
  publisher TEXT NOT NULL,
  day TEXT NOT NULL,
  precision TEXT NOT NULL,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  figure TEXT NOT NULL,
  population TEXT NOT NULL,
  definition TEXT NOT NULL,
  denominator TEXT NOT NULL,
  counted_as TEXT DEFAULT '' NOT NULL,
  counted_of TEXT NOT NULL,
  top INTEGER DEFAULT 0 NOT NULL,
  sector TEXT DEFAULT '' NOT NULL,
  obstacle TEXT DEFAULT '' NOT NULL,
  reading TEXT NOT NULL,
  source TEXT NOT NULL,
  checked TEXT NOT NULL,
  note TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (claim_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_figure (
  claim_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  percent REAL NOT NULL,
  PRIMARY KEY (claim_id, subject),
  FOREIGN KEY(claim_id) REFERENCES claim (claim_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_agent (
  claim_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  agent TEXT NOT NULL,
  PRIMARY KEY (claim_id, subject, agent),
  FOREIGN KEY(claim_id) REFERENCES claim (claim_id)
) STRICT, WITHOUT ROWID;
