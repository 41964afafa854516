-- As ../0005_terms.sql, in the words of PostgreSQL.

CREATE TABLE terms_source (
  terms_source_id BIGSERIAL NOT NULL,
  site_id BIGINT NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (terms_source_id),
  UNIQUE (site_id, url),
  FOREIGN KEY(site_id) REFERENCES site (site_id)
);

CREATE TABLE terms_text (
  terms_text_id BIGSERIAL NOT NULL,
  sha256 BYTEA NOT NULL,
  wording BYTEA NOT NULL,
  size BIGINT NOT NULL,
  chars BIGINT NOT NULL,
  language TEXT COLLATE "C",
  effective_date TEXT COLLATE "C",
  flags TEXT COLLATE "C" DEFAULT '' NOT NULL,
  extractor BIGINT NOT NULL,
  page_body_id BIGINT,
  data BYTEA NOT NULL,
  blocks BYTEA NOT NULL,
  PRIMARY KEY (terms_text_id),
  UNIQUE (sha256),
  FOREIGN KEY(page_body_id) REFERENCES page_body (page_body_id)
);
CREATE INDEX terms_text_page ON terms_text (page_body_id);

CREATE TABLE terms_fetch (
  terms_source_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  checks BIGINT NOT NULL,
  gaps BYTEA DEFAULT '' NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  wording BYTEA DEFAULT '' NOT NULL,
  terms_text_id BIGINT,
  status BIGINT,
  url TEXT COLLATE "C" DEFAULT '' NOT NULL,
  content_type TEXT COLLATE "C" DEFAULT '' NOT NULL,
  sha256 BYTEA,
  size BIGINT DEFAULT 0 NOT NULL,
  detail TEXT COLLATE "C" DEFAULT '' NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  found_by TEXT COLLATE "C" NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  link_text TEXT COLLATE "C" DEFAULT '' NOT NULL,
  effective_date TEXT COLLATE "C",
  etag TEXT COLLATE "C" DEFAULT '' NOT NULL,
  last_modified TEXT COLLATE "C" DEFAULT '' NOT NULL,
  fingerprint BYTEA DEFAULT '' NOT NULL,
  PRIMARY KEY (terms_source_id, source_id, first_seen),
  FOREIGN KEY(terms_source_id) REFERENCES terms_source (terms_source_id),
  FOREIGN KEY(source_id) REFERENCES source (source_id),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
);
CREATE INDEX terms_fetch_text ON terms_fetch (terms_text_id);

CREATE TABLE terms_reading (
  ruleset TEXT COLLATE "C" NOT NULL,
  terms_text_id BIGINT NOT NULL,
  PRIMARY KEY (ruleset, terms_text_id),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
);

CREATE TABLE terms_finding (
  terms_text_id BIGINT NOT NULL,
  ruleset TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  stance TEXT COLLATE "C" NOT NULL,
  start_char BIGINT NOT NULL,
  end_char BIGINT NOT NULL,
  quote TEXT COLLATE "C" NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  rule TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (terms_text_id, ruleset, number),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
);

CREATE TABLE terms_decision (
  sha256 BYTEA NOT NULL,
  site TEXT COLLATE "C" NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  stance TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  decided TEXT COLLATE "C" NOT NULL,
  why TEXT COLLATE "C" DEFAULT '' NOT NULL,
  quote TEXT COLLATE "C" DEFAULT '' NOT NULL,
  PRIMARY KEY (sha256, site, category)
);

CREATE TABLE terms_change (
  terms_source_id BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  confirmed_at BIGINT,
  kind TEXT COLLATE "C" NOT NULL,
  before_text_id BIGINT NOT NULL,
  after_text_id BIGINT NOT NULL,
  added TEXT COLLATE "C" DEFAULT '' NOT NULL,
  removed TEXT COLLATE "C" DEFAULT '' NOT NULL,
  PRIMARY KEY (terms_source_id, first_seen),
  FOREIGN KEY(terms_source_id) REFERENCES terms_source (terms_source_id),
  FOREIGN KEY(before_text_id) REFERENCES terms_text (terms_text_id),
  FOREIGN KEY(after_text_id) REFERENCES terms_text (terms_text_id)
);
CREATE INDEX terms_change_confirmed ON terms_change (confirmed_at);

CREATE TABLE terms_standing (
  terms_source_id BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT,
  last_seen BIGINT NOT NULL,
  terms_text_id BIGINT NOT NULL,
  ruleset TEXT COLLATE "C" DEFAULT '' NOT NULL,
  no_scraping TEXT COLLATE "C",
  no_ai_training TEXT COLLATE "C",
  tdm_reservation TEXT COLLATE "C",
  noncommercial_only TEXT COLLATE "C",
  no_redistribution TEXT COLLATE "C",
  permission_required TEXT COLLATE "C",
  conditional_allow TEXT COLLATE "C",
  no_compete TEXT COLLATE "C",
  dpi_class BIGINT,
  silent BIGINT DEFAULT 0 NOT NULL,
  unclear BIGINT DEFAULT 0 NOT NULL,
  PRIMARY KEY (terms_source_id, valid_from),
  FOREIGN KEY(terms_source_id) REFERENCES terms_source (terms_source_id),
  FOREIGN KEY(terms_text_id) REFERENCES terms_text (terms_text_id)
);
CREATE INDEX terms_standing_open ON terms_standing (last_seen) WHERE valid_to IS NULL;
CREATE INDEX terms_standing_text ON terms_standing (terms_text_id);
