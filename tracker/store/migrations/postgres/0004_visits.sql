-- As ../0004_visits.sql, in the words of PostgreSQL.

ALTER TABLE crawl ADD COLUMN targets TEXT COLLATE "C" DEFAULT 'robots' NOT NULL;
ALTER TABLE crawl ADD COLUMN parent BIGINT REFERENCES crawl (crawl_id);
ALTER TABLE crawl ADD COLUMN part TEXT COLLATE "C" DEFAULT '' NOT NULL;
ALTER TABLE crawl ADD COLUMN suspect TEXT COLLATE "C" DEFAULT '' NOT NULL;
CREATE INDEX crawl_parent ON crawl (parent) WHERE parent IS NOT NULL;

CREATE TABLE exchange (
  site_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  status BIGINT NOT NULL,
  address TEXT COLLATE "C" DEFAULT '' NOT NULL,
  headers TEXT COLLATE "C" DEFAULT '[]' NOT NULL,
  hops TEXT COLLATE "C" DEFAULT '[]' NOT NULL,
  PRIMARY KEY (site_id, source_id, seen_at),
  FOREIGN KEY(site_id, source_id, seen_at) REFERENCES sighting (site_id, source_id, seen_at)
);

CREATE TABLE validator (
  site_id BIGINT NOT NULL,
  body_id BIGINT NOT NULL,
  etag TEXT COLLATE "C" DEFAULT '' NOT NULL,
  last_modified TEXT COLLATE "C" DEFAULT '' NOT NULL,
  PRIMARY KEY (site_id),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(body_id) REFERENCES body (body_id)
);

CREATE TABLE page_body (
  page_body_id BIGSERIAL NOT NULL,
  sha256 BYTEA NOT NULL,
  size BIGINT NOT NULL,
  codec TEXT COLLATE "C" NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (page_body_id),
  CHECK (codec IN ('zstd')),
  UNIQUE (sha256)
);

CREATE TABLE page (
  site_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  checks BIGINT NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  status BIGINT,
  url TEXT COLLATE "C" DEFAULT '' NOT NULL,
  sha256 BYTEA,
  size BIGINT DEFAULT 0 NOT NULL,
  detail TEXT COLLATE "C" DEFAULT '' NOT NULL,
  said BYTEA DEFAULT '' NOT NULL,
  page_body_id BIGINT,
  headers TEXT COLLATE "C" DEFAULT '[]' NOT NULL,
  gaps BYTEA DEFAULT '' NOT NULL,
  PRIMARY KEY (site_id, source_id, target, first_seen),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id),
  FOREIGN KEY(page_body_id) REFERENCES page_body (page_body_id)
);
CREATE INDEX page_body_of ON page (page_body_id);

CREATE TABLE site_signal (
  site_signal_id BIGSERIAL NOT NULL,
  site_id BIGINT NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  token TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" DEFAULT '' NOT NULL,
  flags TEXT COLLATE "C" DEFAULT '' NOT NULL,
  raw TEXT COLLATE "C" DEFAULT '' NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (site_signal_id),
  FOREIGN KEY(site_id) REFERENCES site (site_id)
);
CREATE INDEX site_signal_of ON site_signal (site_id, target);
CREATE INDEX site_signal_open ON site_signal (last_seen) WHERE valid_to IS NULL;

CREATE TABLE probe (
  site_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  agent TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  status_agent BIGINT,
  status_neutral BIGINT,
  cause_agent TEXT COLLATE "C" NOT NULL,
  cause_neutral TEXT COLLATE "C" NOT NULL,
  method TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (site_id, source_id, agent, at),
  FOREIGN KEY(site_id) REFERENCES site (site_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id)
);
CREATE INDEX probe_at ON probe (at);
