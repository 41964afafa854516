-- Batches of past captures, each at its own time; and the record of what a better ruleset read anew.

ALTER TABLE crawl ADD COLUMN whole INTEGER DEFAULT 1 NOT NULL;

CREATE TABLE relabel (
  body_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  ruleset_before INTEGER NOT NULL,
  ruleset_after INTEGER NOT NULL,
  policy_before INTEGER NOT NULL,
  policy_after INTEGER NOT NULL,
  PRIMARY KEY (body_id, at),
  FOREIGN KEY(body_id) REFERENCES body (body_id),
  FOREIGN KEY(policy_before) REFERENCES policy (policy_id),
  FOREIGN KEY(policy_after) REFERENCES policy (policy_id)
) STRICT, WITHOUT ROWID;
