-- Rounds: a crawl and its parts (what went on after an interruption, what was asked again). What went over the wire. Pages beside
-- robots.txt, and what they signal. Probes.

ALTER TABLE crawl ADD COLUMN targets TEXT DEFAULT 'robots' NOT NULL;
ALTER TABLE crawl ADD COLUMN parent INTEGER REFERENCES crawl (crawl_id);
ALTER TABLE crawl ADD COLUMN part TEXT DEFAULT '' NOT NULL;
ALTER TABLE crawl ADD COLUMN suspect TEXT DEFAULT '' NOT NULL;
CREATE INDEX crawl_parent ON crawl (parent) WHERE parent IS NOT NULL;

CREATE TABLE exchange (
  site_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  url TEXT NOT NULL,
  status INTEGER NOT NULL,
  address TEXT DEFAULT '' NOT NULL,
  headers TEXT DEFAULT '[]' NOT NULL,
  hops TEXT DEFAULT '[]' NOT NULL,
  PRIMARY KEY (site_id, source_id, seen_at),
  FOREIGN KEY(site_id, source_id, seen_at) REFERENCES sighting (site_id, source_id, seen_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE validator (
  site_id INTEGER NOT NULL,
  body_id INTEGER NOT NULL,
  etag TEXT DEFAULT '' NOT NULL,
  last_modified TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (site_id),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(body_id) REFERENCES body (body_id)
) STRICT;

CREATE TABLE page_body (
  page_body_id INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  codec TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (page_body_id),
  CHECK (codec IN ('zstd')),
  UNIQUE (sha256)
) STRICT;

CREATE TABLE page (
  site_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  target TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  checks INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  cause TEXT NOT NULL,
  status INTEGER,
  url TEXT DEFAULT '' NOT NULL,
  sha256 BLOB,
  size INTEGER DEFAULT 0 NOT NULL,
  detail TEXT DEFAULT '' NOT NULL,
  said BLOB DEFAULT (x'') NOT NULL,
  page_body_id INTEGER,
  headers TEXT DEFAULT '[]' NOT NULL,
  gaps BLOB DEFAULT (x'') NOT NULL,
  PRIMARY KEY (site_id, source_id, target, first_seen),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id),
  FOREIGN KEY(page_body_id) REFERENCES page_body (page_body_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_body_of ON page (page_body_id);

CREATE TABLE site_signal (
  site_signal_id INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  token TEXT NOT NULL,
  path TEXT DEFAULT '' NOT NULL,
  flags TEXT DEFAULT '' NOT NULL,
  raw TEXT DEFAULT '' NOT NULL,
  source TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (site_signal_id),
  FOREIGN KEY(site_id) REFERENCES site (site_id)
) STRICT;
CREATE INDEX site_signal_of ON site_signal (site_id, target);
CREATE INDEX site_signal_open ON site_signal (last_seen) WHERE valid_to IS NULL;

CREATE TABLE probe (
  site_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  agent TEXT NOT NULL,
  at INTEGER NOT NULL,
  status_agent INTEGER,
  status_neutral INTEGER,
  cause_agent TEXT NOT NULL,
  cause_neutral TEXT NOT NULL,
  method TEXT NOT NULL,
  PRIMARY KEY (site_id, source_id, agent, at),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX probe_at ON probe (at);
