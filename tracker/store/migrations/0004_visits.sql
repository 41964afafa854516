-- Rounds: a crawl and its parts (what went on after an interruption, what was asked again).

ALTER TABLE crawl ADD COLUMN targets TEXT DEFAULT 'robots' NOT NULL;
ALTER TABLE crawl ADD COLUMN parent INTEGER REFERENCES crawl (crawl_id);
ALTER TABLE crawl ADD COLUMN part TEXT DEFAULT '' NOT NULL;
ALTER TABLE crawl ADD COLUMN suspect TEXT DEFAULT '' NOT NULL;
CREATE INDEX crawl_parent ON crawl (parent) WHERE parent IS NOT NULL;
