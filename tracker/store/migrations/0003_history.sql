-- Batches of past captures, each at its own time; the record of what a better ruleset read anew; who saw an answer, and
-- which answers a change lies between. The new columns of derived tables are filled when the history is next opened for
-- writing (tracker/store/derive.py, DERIVATION).

ALTER TABLE crawl ADD COLUMN whole INTEGER DEFAULT 1 NOT NULL;
CREATE INDEX crawl_whole ON crawl (panel_id, at) WHERE whole = 1;

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

CREATE TABLE agent_token (
  agent_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (agent_id, position),
  FOREIGN KEY(agent_id) REFERENCES agent (agent_id)
) STRICT, WITHOUT ROWID;

-- What schema 1 did not know: then its own tokens, and what is said to everybody.
INSERT INTO agent_token
  SELECT a.agent_id, j.key, lower(j.value)
  FROM agent a, json_each(CASE a.obeys WHEN '[]' THEN json_insert(a.tokens, '$[#]', '*') ELSE a.obeys END) j;

ALTER TABLE agent DROP COLUMN obeys;
ALTER TABLE agent ADD COLUMN obeys_star INTEGER DEFAULT 1 NOT NULL;
UPDATE agent SET obeys_star =
  EXISTS (SELECT 1 FROM agent_token t WHERE t.agent_id = agent.agent_id AND t.token = '*');

ALTER TABLE span ADD COLUMN source_id INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE span ADD COLUMN last_source_id INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE head ADD COLUMN source_id INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE state ADD COLUMN body_id INTEGER REFERENCES body (body_id);
ALTER TABLE state ADD COLUMN prev_body_id INTEGER REFERENCES body (body_id);
ALTER TABLE state ADD COLUMN not_before INTEGER;
ALTER TABLE state ADD COLUMN relayed INTEGER DEFAULT 0 NOT NULL;
