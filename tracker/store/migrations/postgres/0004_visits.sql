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
