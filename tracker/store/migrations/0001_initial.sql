-- The initial schema, as declared in tracker/store/models.py (a test holds the two together).

CREATE TABLE agent (
  agent_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  operator TEXT NOT NULL,
  purpose TEXT NOT NULL,
  kind TEXT NOT NULL,
  tokens TEXT NOT NULL,
  valid_from TEXT,
  valid_from_day INTEGER,
  documentation TEXT NOT NULL,
  headline INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (agent_id),
  UNIQUE (name)
) STRICT;

CREATE TABLE meta (
  "key" TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY ("key")
) WITHOUT ROWID, STRICT;

CREATE TABLE panel (
  panel_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  list_id TEXT NOT NULL,
  population TEXT,
  is_sample INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (panel_id),
  UNIQUE (name)
) STRICT;

CREATE TABLE policy (
  policy_id INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  star INTEGER NOT NULL,
  absent INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (policy_id),
  UNIQUE (fingerprint)
) STRICT;

CREATE TABLE site (
  site_id INTEGER NOT NULL,
  host TEXT NOT NULL,
  sector TEXT,
  country TEXT,
  language TEXT,
  PRIMARY KEY (site_id),
  UNIQUE (host)
) STRICT;

CREATE TABLE token (
  token_id INTEGER NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (token_id),
  UNIQUE (token)
) STRICT;

CREATE TABLE body (
  body_id INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  policy_id INTEGER NOT NULL,
  flags TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (body_id),
  UNIQUE (sha256),
  FOREIGN KEY(policy_id) REFERENCES policy (policy_id)
) STRICT;
CREATE INDEX body_policy ON body (policy_id);

CREATE TABLE panel_member (
  panel_id INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  rank INTEGER,
  PRIMARY KEY (panel_id, site_id, since),
  FOREIGN KEY(panel_id) REFERENCES panel (panel_id),
  FOREIGN KEY(site_id) REFERENCES site (site_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX panel_member_site ON panel_member (site_id);

CREATE TABLE rule (
  policy_id INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  bits INTEGER NOT NULL,
  PRIMARY KEY (policy_id, token_id),
  FOREIGN KEY(policy_id) REFERENCES policy (policy_id),
  FOREIGN KEY(token_id) REFERENCES token (token_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX rule_token ON rule (token_id);

CREATE TABLE ruling (
  agent_id INTEGER NOT NULL,
  policy_id INTEGER NOT NULL,
  named INTEGER NOT NULL,
  bits INTEGER NOT NULL,
  PRIMARY KEY (agent_id, policy_id),
  FOREIGN KEY(agent_id) REFERENCES agent (agent_id),
  FOREIGN KEY(policy_id) REFERENCES policy (policy_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ruling_policy ON ruling (policy_id);

CREATE TABLE source (
  source_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  "key" TEXT NOT NULL,
  rank INTEGER NOT NULL,
  panel_id INTEGER,
  PRIMARY KEY (source_id),
  UNIQUE ("key"),
  FOREIGN KEY(panel_id) REFERENCES panel (panel_id)
) STRICT;

CREATE TABLE state (
  site_id INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  policy_id INTEGER,
  prev_policy_id INTEGER,
  held INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (site_id, valid_from),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(policy_id) REFERENCES policy (policy_id),
  FOREIGN KEY(prev_policy_id) REFERENCES policy (policy_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX state_from ON state (valid_from);
CREATE INDEX state_open ON state (policy_id) WHERE valid_to IS NULL;

CREATE TABLE tally (
  panel_id INTEGER NOT NULL,
  agent_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  effective_full INTEGER DEFAULT 0 NOT NULL,
  effective_full_named INTEGER DEFAULT 0 NOT NULL,
  effective_root INTEGER DEFAULT 0 NOT NULL,
  effective_root_named INTEGER DEFAULT 0 NOT NULL,
  any_restriction INTEGER DEFAULT 0 NOT NULL,
  any_restriction_named INTEGER DEFAULT 0 NOT NULL,
  every_path INTEGER DEFAULT 0 NOT NULL,
  every_path_named INTEGER DEFAULT 0 NOT NULL,
  mentioned INTEGER DEFAULT 0 NOT NULL,
  named_root INTEGER DEFAULT 0 NOT NULL,
  named_full INTEGER DEFAULT 0 NOT NULL,
  dpi_all INTEGER DEFAULT 0 NOT NULL,
  explicit_allow INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (panel_id, agent_id, day),
  FOREIGN KEY(panel_id) REFERENCES panel (panel_id),
  FOREIGN KEY(agent_id) REFERENCES agent (agent_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE tally_sites (
  panel_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  members INTEGER DEFAULT 0 NOT NULL,
  readable INTEGER DEFAULT 0 NOT NULL,
  absent INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (panel_id, day),
  FOREIGN KEY(panel_id) REFERENCES panel (panel_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE body_data (
  body_id INTEGER NOT NULL,
  codec TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (body_id),
  CHECK (codec IN ('zstd')),
  FOREIGN KEY(body_id) REFERENCES body (body_id)
) STRICT;

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
  UNIQUE (source_id, ref),
  FOREIGN KEY(source_id) REFERENCES source (source_id),
  FOREIGN KEY(panel_id) REFERENCES panel (panel_id)
) STRICT;
CREATE INDEX crawl_panel_at ON crawl (panel_id, at);
CREATE INDEX ix_crawl_at ON crawl (at);

CREATE TABLE head (
  site_id INTEGER NOT NULL,
  first_seen INTEGER,
  body_id INTEGER,
  last_ok INTEGER,
  checks INTEGER DEFAULT 0 NOT NULL,
  failed_after INTEGER,
  last_try INTEGER NOT NULL,
  PRIMARY KEY (site_id),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(body_id) REFERENCES body (body_id)
) STRICT;

CREATE TABLE sighting (
  site_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  body_id INTEGER,
  ref TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (site_id, source_id, seen_at),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id),
  FOREIGN KEY(body_id) REFERENCES body (body_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX sighting_body ON sighting (body_id);

CREATE TABLE span (
  site_id INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  checks INTEGER NOT NULL,
  body_id INTEGER,
  failed_after INTEGER,
  PRIMARY KEY (site_id, first_seen),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(body_id) REFERENCES body (body_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX span_body ON span (body_id);

CREATE TABLE trouble (
  site_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  kind TEXT NOT NULL,
  checks INTEGER NOT NULL,
  detail TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (site_id, source_id, first_seen),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id)
) WITHOUT ROWID, STRICT;
