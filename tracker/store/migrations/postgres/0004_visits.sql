-- As ../0004_visits.sql, in the words of PostgreSQL.

ALTER TABLE crawl ADD COLUMN targets TEXT COLLATE "C" DEFAULT 'robots' NOT NULL;
ALTER TABLE crawl ADD COLUMN parent BIGINT REFERENCES crawl (crawl_id);
ALTER TABLE crawl ADD COLUMN part TEXT COLLATE "C" DEFAULT '' NOT NULL;
ALTER TABLE crawl ADD COLUMN suspect TEXT COLLATE "C" DEFAULT '' NOT NULL;
CREATE INDEX crawl_parent ON crawl (parent) WHERE parent IS NOT NULL;
