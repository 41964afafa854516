-- As ../0006_claims.sql, in the words of PostgreSQL.

CREATE TABLE claim (
  claim_id TEXT COLLATE "C" NOT NULL,
  publisher TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  precision TEXT COLLATE "C" NOT NULL,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  figure TEXT COLLATE "C" NOT NULL,
  population TEXT COLLATE "C" NOT NULL,
  definition TEXT COLLATE "C" NOT NULL,
  denominator TEXT COLLATE "C" NOT NULL,
  counted_as TEXT COLLATE "C" DEFAULT '' NOT NULL,
  counted_of TEXT COLLATE "C" NOT NULL,
  top BIGINT DEFAULT 0 NOT NULL,
  sector TEXT COLLATE "C" DEFAULT '' NOT NULL,
  obstacle TEXT COLLATE "C" DEFAULT '' NOT NULL,
  reading TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  checked TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" DEFAULT '' NOT NULL,
  PRIMARY KEY (claim_id)
);

CREATE TABLE claim_figure (
  claim_id TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  percent DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (claim_id, subject),
  FOREIGN KEY(claim_id) REFERENCES claim (claim_id)
);

CREATE TABLE claim_agent (
  claim_id TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  agent TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (claim_id, subject, agent),
  FOREIGN KEY(claim_id) REFERENCES claim (claim_id)
);
