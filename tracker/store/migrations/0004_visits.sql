-- Rounds: a crawl and its parts (what went on after an interruption, what was asked again). What went over the wire.

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
