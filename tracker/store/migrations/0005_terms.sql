-- Pages of terms: their looks, their texts, what these say, and what of it changed.

CREATE TABLE terms_source (
  terms_source_id INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  url TEXT NOT NULL,
  PRIMARY KEY (terms_source_id),
  UNIQUE (site_id, url),
  FOREIGN KEY(site_id) REFERENCES site (site_id)
) STRICT;

CREATE TABLE terms_text (
  terms_text_id INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  wording BLOB NOT NULL,
  size INTEGER NOT NULL,
  chars INTEGER NOT NULL,
  language TEXT,
  effective_date TEXT,
  flags TEXT DEFAULT '' NOT NULL,
  extractor INTEGER NOT NULL,
  page_body_id INTEGER,
  data BLOB NOT NULL,
  blocks BLOB NOT NULL,
  PRIMARY KEY (terms_text_id),
  UNIQUE (sha256),
  FOREIGN KEY(page_body_id) REFERENCES page_body (page_body_id)
) STRICT;
CREATE INDEX terms_text_page ON terms_text (page_body_id);

CREATE TABLE terms_fetch (
  terms_source_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  checks INTEGER NOT NULL,
  gaps BLOB DEFAULT (x'') NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  wording BLOB DEFAULT (x'') NOT NULL,
  terms_text_id INTEGER,
  status INTEGER,
  url TEXT DEFAULT '' NOT NULL,
  content_type TEXT DEFAULT '' NOT NULL,
  sha256 BLOB,
  size INTEGER DEFAULT 0 NOT NULL,
  detail TEXT DEFAULT '' NOT NULL,
  kind TEXT NOT NULL,
  found_by TEXT NOT NULL,
  score REAL NOT NULL,
  link_text TEXT DEFAULT '' NOT NULL,
  effective_date TEXT,
  etag TEXT DEFAULT '' NOT NULL,
  last_modified TEXT DEFAULT '' NOT NULL,
  fingerprint BLOB DEFAULT (x'') NOT NULL,
  PRIMARY KEY (terms_source_id, source_id, first_seen),
  FOREIGN KEY(terms_source_id) REFERENCES terms_source (terms_source_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_fetch_text ON terms_fetch (terms_text_id);

CREATE TABLE terms_reading (
  ruleset TEXT NOT NULL,
  terms_text_id INTEGER NOT NULL,
  PRIMARY KEY (ruleset, terms_text_id),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms_finding (
  terms_text_id INTEGER NOT NULL,
  ruleset TEXT NOT NULL,
  number INTEGER NOT NULL,
  category TEXT NOT NULL,
  stance TEXT NOT NULL,
  start_char INTEGER NOT NULL,
  end_char INTEGER NOT NULL,
  quote TEXT NOT NULL,
  score REAL NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY (terms_text_id, ruleset, number),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms_decision (
  sha256 BLOB NOT NULL,
  site TEXT NOT NULL,
  category TEXT NOT NULL,
  stance TEXT NOT NULL,
  who TEXT NOT NULL,
  decided TEXT NOT NULL,
  why TEXT DEFAULT '' NOT NULL,
  quote TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (sha256, site, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms_change (
  terms_source_id INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  confirmed_at INTEGER,
  kind TEXT NOT NULL,
  before_text_id INTEGER NOT NULL,
  after_text_id INTEGER NOT NULL,
  added TEXT DEFAULT '' NOT NULL,
  removed TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (terms_source_id, first_seen),
  FOREIGN KEY(terms_source_id) REFERENCES terms_source (terms_source_id),
  FOREIGN KEY(before_text_id) REFERENCES terms_text (terms_text_id),
  FOREIGN KEY(after_text_id) REFERENCES terms_text (terms_text_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_change_confirmed ON terms_change (confirmed_at);

CREATE TABLE terms_standing (
  terms_source_id INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  last_seen INTEGER NOT NULL,
  terms_text_id INTEGER NOT NULL,
  ruleset TEXT DEFAULT '' NOT NULL,
  no_scraping TEXT,
  no_ai_training TEXT,
  tdm_reservation TEXT,
  noncommercial_only TEXT,
  no_redistribution TEXT,
  permission_required TEXT,
  conditional_allow TEXT,
  no_compete TEXT,
  dpi_class INTEGER,
  silent INTEGER DEFAULT 0 NOT NULL,
  unclear INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (terms_source_id, valid_from),
  FOREIGN KEY(terms_source_id) REFERENCES terms_source (terms_source_id),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_standing_open ON terms_standing (last_seen) WHERE valid_to IS NULL;
CREATE INDEX terms_standing_text ON terms_standing (terms_text_id);
