-- The public views: stable names and columns, what people, notebooks and the dashboard query.
-- Times are TEXT, ISO 8601 UTC; valid_to is exclusive and NULL while still true. Bits of a verdict:
-- tracker/core/policy.py (bits & 3: 0 none, 1 partial, 2 full; 4: the home page is closed).
-- The same text runs on PostgreSQL, which gets the date functions and hex() from postgres.sql; so no truth values are
-- counted or compared as numbers, and NULLs are compared through COALESCE.

-- One row per site and panel that lists it.
CREATE VIEW sites AS
SELECT s.host AS site, s.sector AS category, s.language, s.country, m.rank, p.name AS list,
       CASE WHEN m.since > 0 THEN strftime('%Y-%m-%dT%H:%M:%SZ', m.since, 'unixepoch') END AS added
FROM panel_member m
JOIN site s ON s.site_id = m.site_id
JOIN panel p ON p.panel_id = m.panel_id
WHERE m.until IS NULL;

-- The registry: who crawls for AI, under which tokens, since when.
CREATE VIEW agents AS
SELECT name AS agent, operator, purpose, kind, tokens, valid_from AS since, documentation, headline
FROM agent;

-- Every known state of every site for every agent, not yet joined: the base of the access views.
CREATE VIEW access_state AS
SELECT t.site_id, s.host AS site, s.sector AS category, a.agent_id, a.name AS agent, t.valid_from, t.valid_to, t.held,
       t.policy_id,
       CASE WHEN t.policy_id IS NULL THEN 'unknown'
            WHEN COALESCE(r.bits, p.star) & 3 = 2 THEN 'blocked'
            WHEN COALESCE(r.bits, p.star) & 3 = 1 THEN 'partial'
            ELSE 'allowed' END AS verdict,
       CASE WHEN t.policy_id IS NULL THEN NULL ELSE COALESCE(r.named, 0) END AS named,
       CASE WHEN t.policy_id IS NULL THEN NULL ELSE (COALESCE(r.bits, p.star) & 4) / 4 END AS root_blocked
FROM state t
JOIN site s ON s.site_id = t.site_id
CROSS JOIN agent a
LEFT JOIN policy p ON p.policy_id = t.policy_id
LEFT JOIN ruling r ON r.policy_id = t.policy_id AND r.agent_id = a.agent_id;

-- What each site says to each agent now. A site that never answered is unknown; stale 1: held, the last attempt failed.
CREATE VIEW access_now AS
SELECT s.host AS site, s.sector AS category,
       (SELECT MIN(m.rank) FROM panel_member m WHERE m.site_id = s.site_id AND m.until IS NULL) AS rank,
       a.name AS agent,
       CASE WHEN t.policy_id IS NULL THEN 'unknown'
            WHEN COALESCE(r.bits, p.star) & 3 = 2 THEN 'blocked'
            WHEN COALESCE(r.bits, p.star) & 3 = 1 THEN 'partial'
            ELSE 'allowed' END AS verdict,
       CASE WHEN t.policy_id IS NULL THEN NULL ELSE COALESCE(r.named, 0) END AS named,
       CASE WHEN t.policy_id IS NULL THEN NULL ELSE (COALESCE(r.bits, p.star) & 4) / 4 END AS root_blocked,
       CASE WHEN t.policy_id IS NOT NULL AND h.failed_after IS NOT NULL THEN 1 ELSE 0 END AS stale,
       strftime('%Y-%m-%dT%H:%M:%SZ', COALESCE(
         (SELECT z.valid_to FROM state z
          LEFT JOIN policy zp ON zp.policy_id = z.policy_id
          LEFT JOIN ruling zr ON zr.policy_id = z.policy_id AND zr.agent_id = a.agent_id
          WHERE z.site_id = s.site_id AND z.valid_from < t.valid_from
            AND (COALESCE(COALESCE(zr.bits, zp.star) & 7, -1) <> COALESCE(COALESCE(r.bits, p.star) & 7, -1)
                 OR COALESCE(zr.named, 0) <> COALESCE(r.named, 0))
          ORDER BY z.valid_from DESC LIMIT 1),
         (SELECT MIN(y.valid_from) FROM state y WHERE y.site_id = s.site_id)), 'unixepoch') AS since,
       strftime('%Y-%m-%dT%H:%M:%SZ', h.last_try, 'unixepoch') AS last_checked
FROM site s
LEFT JOIN head h ON h.site_id = s.site_id
LEFT JOIN state t ON t.site_id = s.site_id AND t.valid_to IS NULL
LEFT JOIN policy p ON p.policy_id = t.policy_id
-- What is one for a site is found before its agents are gone through.
CROSS JOIN agent a
LEFT JOIN ruling r ON r.policy_id = t.policy_id AND r.agent_id = a.agent_id;

-- What each site said to each agent over time: one row per unchanged stretch of (verdict, named, root_blocked).
-- The states of a site follow each other without a gap, so a stretch ends where the next one starts.
CREATE VIEW access_history AS
WITH marked AS (
  SELECT site_id, site, agent, verdict, named, root_blocked, valid_from,
         LAG(held) OVER w AS held_before,
         CASE WHEN LAG(verdict) OVER w = verdict AND COALESCE(LAG(named) OVER w, -1) = COALESCE(named, -1)
           AND COALESCE(LAG(root_blocked) OVER w, -1) = COALESCE(root_blocked, -1) THEN 1 ELSE 0 END AS continues
  FROM access_state
  WINDOW w AS (PARTITION BY site, agent ORDER BY valid_from)
), stretches AS (
  SELECT site_id, site, agent, verdict, named, root_blocked, valid_from,
         LEAD(valid_from) OVER w AS valid_to, LEAD(held_before) OVER w AS held
  FROM marked WHERE continues = 0
  WINDOW w AS (PARTITION BY site, agent ORDER BY valid_from)
)
SELECT x.site, x.agent, x.verdict, x.named, x.root_blocked,
       strftime('%Y-%m-%dT%H:%M:%SZ', x.valid_from, 'unixepoch') AS valid_from,
       strftime('%Y-%m-%dT%H:%M:%SZ', x.valid_to, 'unixepoch') AS valid_to,
       CASE WHEN x.verdict = 'unknown' THEN 0
            WHEN x.valid_to IS NULL THEN CASE WHEN h.failed_after IS NOT NULL THEN 1 ELSE 0 END
            ELSE x.held END AS stale
FROM stretches x LEFT JOIN head h ON h.site_id = x.site_id;

-- Boundaries between two known states of a site for an agent. The true moment lies in (not_before, date].
-- cause: site; source, where another source had seen the answer before, so that who looked may be the cause; parser,
-- where the site changed nothing and a better ruleset read the same bytes differently on that day.
CREATE VIEW changes AS
SELECT date(t.valid_from, 'unixepoch') AS date,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.not_before, 'unixepoch') AS not_before,
       s.host AS site, a.name AS agent,
       CASE COALESCE(o.bits, po.star) & 3 WHEN 2 THEN 'blocked' WHEN 1 THEN 'partial' ELSE 'allowed' END AS before,
       CASE COALESCE(n.bits, pn.star) & 3 WHEN 2 THEN 'blocked' WHEN 1 THEN 'partial' ELSE 'allowed' END AS after,
       CASE WHEN COALESCE(n.bits, pn.star) & 3 = 2 THEN 'closed'
            WHEN COALESCE(n.bits, pn.star) & 3 = 0 THEN 'reopened'
            WHEN COALESCE(o.bits, po.star) & 3 = 2 THEN 'widened'
            ELSE 'narrowed' END AS kind,
       COALESCE(n.named, 0) AS named,
       NULLIF(lower(hex(bo.sha256)), '') AS body_before, NULLIF(lower(hex(bn.sha256)), '') AS body_after,
       CASE WHEN t.valid_from / 86400 < a.valid_from_day THEN 0 ELSE 1 END AS agent_existed,
       CASE WHEN t.relayed = 1 THEN 'source' ELSE 'site' END AS cause
FROM state t
JOIN policy po ON po.policy_id = t.prev_policy_id
JOIN policy pn ON pn.policy_id = t.policy_id
JOIN site s ON s.site_id = t.site_id
CROSS JOIN agent a
LEFT JOIN ruling o ON o.policy_id = t.prev_policy_id AND o.agent_id = a.agent_id
LEFT JOIN ruling n ON n.policy_id = t.policy_id AND n.agent_id = a.agent_id
LEFT JOIN body bo ON bo.body_id = t.prev_body_id
LEFT JOIN body bn ON bn.body_id = t.body_id
WHERE t.prev_policy_id <> t.policy_id
  AND COALESCE(o.bits, po.star) & 3 <> COALESCE(n.bits, pn.star) & 3
UNION ALL
SELECT date(l.at, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', l.at, 'unixepoch'), s.host, a.name,
       CASE COALESCE(o.bits, po.star) & 3 WHEN 2 THEN 'blocked' WHEN 1 THEN 'partial' ELSE 'allowed' END,
       CASE COALESCE(n.bits, pn.star) & 3 WHEN 2 THEN 'blocked' WHEN 1 THEN 'partial' ELSE 'allowed' END,
       CASE WHEN COALESCE(n.bits, pn.star) & 3 = 2 THEN 'closed'
            WHEN COALESCE(n.bits, pn.star) & 3 = 0 THEN 'reopened'
            WHEN COALESCE(o.bits, po.star) & 3 = 2 THEN 'widened'
            ELSE 'narrowed' END,
       COALESCE(n.named, 0), lower(hex(b.sha256)), lower(hex(b.sha256)),
       CASE WHEN l.at / 86400 < a.valid_from_day THEN 0 ELSE 1 END, 'parser'
FROM relabel l
-- The sites whose answer it was on that day; that of others in the past was relabelled too: view relabels.
-- CROSS JOIN: SQLite is to begin with the few relabels, not with all spans.
CROSS JOIN span x
JOIN body b ON b.body_id = l.body_id
JOIN policy po ON po.policy_id = l.policy_before
JOIN policy pn ON pn.policy_id = l.policy_after
JOIN site s ON s.site_id = x.site_id
CROSS JOIN agent a
LEFT JOIN ruling o ON o.policy_id = l.policy_before AND o.agent_id = a.agent_id
LEFT JOIN ruling n ON n.policy_id = l.policy_after AND n.agent_id = a.agent_id
WHERE x.body_id = l.body_id AND x.first_seen <= l.at
  AND NOT EXISTS (SELECT 1 FROM span y
    WHERE y.site_id = x.site_id AND y.first_seen > x.first_seen AND y.first_seen <= l.at)
  AND COALESCE(o.bits, po.star) & 3 <> COALESCE(n.bits, pn.star) & 3;

-- What a better ruleset read differently in the same bytes: the whole history of these files follows the new reading.
CREATE VIEW relabels AS
SELECT date(l.at, 'unixepoch') AS date, lower(hex(b.sha256)) AS body_sha256, a.name AS agent,
       CASE COALESCE(o.bits, po.star) & 3 WHEN 2 THEN 'blocked' WHEN 1 THEN 'partial' ELSE 'allowed' END AS before,
       CASE COALESCE(n.bits, pn.star) & 3 WHEN 2 THEN 'blocked' WHEN 1 THEN 'partial' ELSE 'allowed' END AS after,
       l.ruleset_before, l.ruleset_after,
       (SELECT COUNT(DISTINCT x.site_id) FROM span x WHERE x.body_id = l.body_id) AS sites
FROM relabel l
JOIN body b ON b.body_id = l.body_id
JOIN policy po ON po.policy_id = l.policy_before
JOIN policy pn ON pn.policy_id = l.policy_after
CROSS JOIN agent a
LEFT JOIN ruling o ON o.policy_id = l.policy_before AND o.agent_id = a.agent_id
LEFT JOIN ruling n ON n.policy_id = l.policy_after AND n.agent_id = a.agent_id
WHERE COALESCE(o.bits, po.star) & 3 <> COALESCE(n.bits, pn.star) & 3
   OR COALESCE(o.named, 0) <> COALESCE(n.named, 0);

-- Per day: how many sites of a panel are known, and how many of them block an agent under each definition.
-- A day on which nothing is known has no row. percent_blocked is of readable + absent.
CREATE VIEW shares AS
WITH RECURSIVE bound AS (
  SELECT panel_id, MIN(day) AS first_day,
         (SELECT MAX(at) / 86400 FROM crawl) AS last_day
  FROM tally_sites WHERE readable <> 0 OR absent <> 0 GROUP BY panel_id
), calendar(panel_id, first_day, day, last_day) AS (
  SELECT panel_id, first_day, first_day, last_day FROM bound
  UNION ALL
  SELECT panel_id, first_day, day + 1, last_day FROM calendar WHERE day < last_day
), known AS MATERIALIZED (
  SELECT c.panel_id, c.day,
         (SELECT COALESCE(SUM(members), 0) FROM tally_sites e WHERE e.panel_id = c.panel_id AND e.day < c.first_day)
           + SUM(COALESCE(t.members, 0)) OVER w AS members,
         SUM(COALESCE(t.readable, 0)) OVER w AS readable,
         SUM(COALESCE(t.absent, 0)) OVER w AS absent,
         SUM(COALESCE(t.star_effective_full, 0)) OVER w AS star_effective_full,
         SUM(COALESCE(t.star_effective_root, 0)) OVER w AS star_effective_root,
         SUM(COALESCE(t.star_any_restriction, 0)) OVER w AS star_any_restriction,
         SUM(COALESCE(t.star_every_path, 0)) OVER w AS star_every_path,
         -- Of the newest round. Its parts ask only sites that had not answered before, save a second look.
         (SELECT k.answered_sites + COALESCE((SELECT SUM(x.answered_sites) FROM crawl x
             WHERE x.parent = k.crawl_id AND x.part NOT IN ('recheck', 'confirm') AND x.at < (c.day + 1) * 86400), 0)
           FROM crawl k
           WHERE k.panel_id = c.panel_id AND k.whole = 1 AND k.part = '' AND k.at < (c.day + 1) * 86400
           ORDER BY k.at DESC, k.crawl_id DESC LIMIT 1) AS answered
  FROM calendar c
  LEFT JOIN tally_sites t ON t.panel_id = c.panel_id AND t.day = c.day
  WINDOW w AS (PARTITION BY c.panel_id ORDER BY c.day)
), level AS (
  SELECT c.day, a.name AS agent, p.name AS panel, c.panel_id, a.valid_from_day, a.obeys_star,
         SUM(COALESCE(t.effective_full, 0)) OVER w AS effective_full,
         SUM(COALESCE(t.effective_full_named, 0)) OVER w AS effective_full_named,
         SUM(COALESCE(t.effective_root, 0)) OVER w AS effective_root,
         SUM(COALESCE(t.effective_root_named, 0)) OVER w AS effective_root_named,
         SUM(COALESCE(t.any_restriction, 0)) OVER w AS any_restriction,
         SUM(COALESCE(t.any_restriction_named, 0)) OVER w AS any_restriction_named,
         SUM(COALESCE(t.every_path, 0)) OVER w AS every_path,
         SUM(COALESCE(t.every_path_named, 0)) OVER w AS every_path_named,
         SUM(COALESCE(t.mentioned, 0)) OVER w AS mentioned,
         SUM(COALESCE(t.named_root, 0)) OVER w AS named_root,
         SUM(COALESCE(t.named_full, 0)) OVER w AS named_full,
         SUM(COALESCE(t.dpi_all, 0)) OVER w AS dpi_all,
         SUM(COALESCE(t.explicit_allow, 0)) OVER w AS explicit_allow,
         SUM(COALESCE(t.naive_substring, 0)) OVER w AS naive_substring,
         SUM(COALESCE(t.naive_substring_named, 0)) OVER w AS naive_substring_named
  FROM agent a
  CROSS JOIN calendar c
  JOIN panel p ON p.panel_id = c.panel_id
  LEFT JOIN tally t ON t.panel_id = c.panel_id AND t.agent_id = a.agent_id AND t.day = c.day
  WINDOW w AS (PARTITION BY a.name, p.name ORDER BY c.day)
), definition(name) AS (
  VALUES ('effective_full'), ('effective_root'), ('any_restriction'), ('every_path'), ('mentioned'),
         ('named_root'), ('named_full'), ('dpi_all'), ('explicit_allow'), ('naive_substring')
), counted AS (
  SELECT l.day, l.agent, l.panel, l.panel_id, d.name AS definition,
         CASE WHEN l.day < l.valid_from_day THEN 0 ELSE 1 END AS agent_existed, l.obeys_star,
         l.any_restriction - l.effective_full AS partial,
         CASE d.name
           WHEN 'effective_full' THEN l.effective_full WHEN 'effective_root' THEN l.effective_root
           WHEN 'any_restriction' THEN l.any_restriction WHEN 'every_path' THEN l.every_path
           WHEN 'mentioned' THEN l.mentioned WHEN 'named_root' THEN l.named_root
           WHEN 'named_full' THEN l.named_full WHEN 'dpi_all' THEN l.dpi_all
           WHEN 'explicit_allow' THEN l.explicit_allow ELSE l.naive_substring END AS blocked,
         CASE d.name
           WHEN 'effective_full' THEN l.effective_full_named WHEN 'effective_root' THEN l.effective_root_named
           WHEN 'any_restriction' THEN l.any_restriction_named WHEN 'every_path' THEN l.every_path_named
           WHEN 'mentioned' THEN l.mentioned WHEN 'named_root' THEN l.named_root
           WHEN 'named_full' THEN l.named_full WHEN 'dpi_all' THEN l.dpi_all
           WHEN 'explicit_allow' THEN l.explicit_allow ELSE l.naive_substring_named END AS blocked_named
  FROM level l CROSS JOIN definition d
), dated AS (
  -- Before an agent existed nobody can have named it: then what * says is counted, whoever is named beside it.
  SELECT c.*, k.members, k.answered, k.readable, k.absent,
         CASE WHEN c.agent_existed = 1 THEN c.blocked WHEN c.obeys_star = 0 THEN 0
              ELSE CASE c.definition
                WHEN 'effective_full' THEN k.star_effective_full WHEN 'effective_root' THEN k.star_effective_root
                WHEN 'any_restriction' THEN k.star_any_restriction WHEN 'every_path' THEN k.star_every_path
                WHEN 'naive_substring' THEN c.blocked - c.blocked_named ELSE 0 END END AS counted,
         CASE WHEN c.agent_existed = 1 THEN c.partial WHEN c.obeys_star = 0 THEN 0
              ELSE k.star_any_restriction - k.star_effective_full END AS partly,
         c.blocked_named * c.agent_existed AS by_name
  FROM counted c JOIN known k ON k.panel_id = c.panel_id AND k.day = c.day
  WHERE k.readable + k.absent > 0
    -- A history of an older schema has not searched its bodies yet: unknown, not zero.
    AND (c.definition <> 'naive_substring'
         OR (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'ruleset') >= 2)
)
SELECT date(day * 86400, 'unixepoch') AS date, agent, panel, definition,
       members, answered, readable, absent, members - readable - absent AS unknown,
       counted AS blocked, by_name AS blocked_named, counted - by_name AS blocked_wildcard, partly AS partial,
       CAST(ROUND(100.0 * counted / (readable + absent), 3) AS DOUBLE PRECISION) AS percent_blocked, agent_existed
FROM dated;

-- Per day the same counts for the sectors and rank bands of a panel, under the headline definition (effective_full).
-- It goes through the sites of each day asked for: narrow it by date and agent.
CREATE VIEW shares_by_group AS
WITH RECURSIVE bound AS (
  SELECT panel_id, MIN(day) AS first_day, (SELECT MAX(at) / 86400 FROM crawl) AS last_day
  FROM tally_sites WHERE readable <> 0 OR absent <> 0 GROUP BY panel_id
), calendar(panel_id, day, last_day) AS (
  SELECT panel_id, first_day, last_day FROM bound
  UNION ALL
  SELECT panel_id, day + 1, last_day FROM calendar WHERE day < last_day
), member AS (
  SELECT c.day, a.name AS agent, p.name AS panel, s.sector AS category,
         CASE WHEN m.rank IS NULL THEN 'unranked' WHEN m.rank <= 100 THEN '1-100' WHEN m.rank <= 1000 THEN '101-1k'
              WHEN m.rank <= 10000 THEN '1k-10k' WHEN m.rank <= 100000 THEN '10k-100k'
              WHEN m.rank <= 1000000 THEN '100k-1M' ELSE 'over 1M' END AS rank_bucket,
         CASE WHEN t.policy_id IS NULL THEN NULL
              -- As in shares: before an agent existed nobody can have named it, and what * says is counted.
              WHEN c.day < a.valid_from_day THEN CASE a.obeys_star WHEN 1 THEN q.star & 3 ELSE 0 END
              ELSE COALESCE(r.bits, q.star) & 3 END AS degree
  FROM calendar c
  CROSS JOIN agent a
  JOIN panel p ON p.panel_id = c.panel_id
  JOIN panel_member m ON m.panel_id = c.panel_id
    AND m.since < (c.day + 1) * 86400 AND (m.until IS NULL OR m.until >= (c.day + 1) * 86400)
  JOIN site s ON s.site_id = m.site_id
  LEFT JOIN state t ON t.site_id = m.site_id
    AND t.valid_from < (c.day + 1) * 86400 AND (t.valid_to IS NULL OR t.valid_to >= (c.day + 1) * 86400)
  LEFT JOIN policy q ON q.policy_id = t.policy_id
  LEFT JOIN ruling r ON r.policy_id = t.policy_id AND r.agent_id = a.agent_id
)
SELECT date(day * 86400, 'unixepoch') AS date, agent, panel, category, rank_bucket, COUNT(degree) AS sites_known,
       SUM(CASE WHEN degree = 2 THEN 1 ELSE 0 END) AS sites_blocked,
       SUM(CASE WHEN degree = 1 THEN 1 ELSE 0 END) AS sites_partial,
       COUNT(*) - COUNT(degree) AS sites_unknown,
       CAST(ROUND(100.0 * SUM(CASE WHEN degree = 2 THEN 1 ELSE 0 END) / NULLIF(COUNT(degree), 0), 3)
         AS DOUBLE PRECISION) AS percent_blocked
FROM member
GROUP BY day, agent, panel, category, rank_bucket;

-- What each site signals beside its rules, over [valid_from, valid_to): in its robots.txt, in the header and the text of
-- its home page, in files at well-known places. agent: the token addressed, '*' for all that are not named. value '':
-- words that mean nothing, kept in raw.
CREATE VIEW signals AS
WITH marked AS (
  SELECT s.host AS site, g.kind, g.key, g.value, g.token AS agent, g.path, g.flags, g.raw, t.valid_from, t.valid_to,
         CASE WHEN LAG(t.valid_to) OVER w = t.valid_from THEN 1 ELSE 0 END AS continues
  FROM state t
  JOIN site s ON s.site_id = t.site_id
  JOIN signal g ON g.policy_id = t.policy_id
  WINDOW w AS (PARTITION BY s.host, g.kind, g.key, g.value, g.token, g.path, g.flags, g.raw ORDER BY t.valid_from)
), numbered AS (
  SELECT *, SUM(1 - continues) OVER w AS stretch
  FROM marked
  WINDOW w AS (PARTITION BY site, kind, key, value, agent, path, flags, raw ORDER BY valid_from)
)
SELECT site, kind, key, value, agent, path, flags, raw, 'robots' AS source,
       strftime('%Y-%m-%dT%H:%M:%SZ', MIN(valid_from), 'unixepoch') AS valid_from,
       -- MAX alone would pass over the NULL of what is still true.
       CASE WHEN COUNT(*) = COUNT(valid_to) THEN strftime('%Y-%m-%dT%H:%M:%SZ', MAX(valid_to), 'unixepoch') END
         AS valid_to
FROM numbered
GROUP BY site, kind, key, value, agent, path, flags, raw, stretch
UNION ALL
SELECT s.host, x.kind, x.key, x.value, x.token, x.path, x.flags, x.raw, x.source,
       strftime('%Y-%m-%dT%H:%M:%SZ', x.valid_from, 'unixepoch'),
       strftime('%Y-%m-%dT%H:%M:%SZ', x.valid_to, 'unixepoch')
FROM site_signal x
JOIN site s ON s.site_id = x.site_id;

-- Where words and rules disagree now: a signal about AI training or input, and a verdict that says the opposite.
-- ai-train and train-ai are held against agents that train or feed datasets and against control tokens, ai-input
-- against those that fetch for a user or an AI search. Partial verdicts and path-scoped signals are left out.
CREATE VIEW signal_conflicts AS
WITH stance AS (
  SELECT t.site_id, g.kind, g.key, g.value, a.name AS agent, a.purpose,
         COALESCE(r.bits, p.star) & 3 AS degree, COALESCE(r.named, 0) AS named
  FROM state t
  JOIN signal g ON g.policy_id = t.policy_id AND g.path = '' AND g.value IN ('yes', 'no', 'y', 'n')
  JOIN agent a ON (g.key IN ('ai-train', 'train-ai') AND a.purpose IN ('training', 'dataset', 'control'))
               OR (g.key = 'ai-input' AND a.purpose IN ('user', 'search'))
  JOIN policy p ON p.policy_id = t.policy_id
  LEFT JOIN ruling r ON r.policy_id = t.policy_id AND r.agent_id = a.agent_id
  WHERE t.valid_to IS NULL
    -- Words hold for the token whose rules the agent obeys: the first of its list that the file names, or *.
    AND g.token = (
      SELECT j.token FROM agent_token j
      LEFT JOIN token k ON k.token = j.token
      LEFT JOIN rule u ON u.token_id = k.token_id AND u.policy_id = t.policy_id
      WHERE j.agent_id = a.agent_id AND (j.token = '*' OR u.policy_id IS NOT NULL)
      ORDER BY j.position LIMIT 1)
)
SELECT s.host AS site, c.agent, c.purpose, c.kind, c.key, c.value,
       CASE c.degree WHEN 2 THEN 'blocked' ELSE 'allowed' END AS verdict, c.named,
       CASE c.degree WHEN 2 THEN 'open in words, closed by rule' ELSE 'closed in words, open by rule' END AS conflict
FROM stance c
JOIN site s ON s.site_id = c.site_id
WHERE c.degree = CASE WHEN c.value IN ('no', 'n') THEN 0 ELSE 2 END;

-- Runs of equal answers, with the evidence. body_sha256 NULL: there was no robots.txt (404, 410 or another 4xx).
CREATE VIEW captures AS
SELECT s.host AS site, 'robots' AS target,
       strftime('%Y-%m-%dT%H:%M:%SZ', x.first_seen, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', COALESCE(h.last_ok, x.last_seen), 'unixepoch') AS last_seen,
       COALESCE(h.checks, x.checks) AS checks,
       NULLIF(lower(hex(b.sha256)), '') AS body_sha256, b.size AS body_bytes,
       c.name AS source,
       -- Of our own crawls only what is not the usual address is kept.
       (SELECT CASE WHEN g.ref = '' AND c.kind = 'own' THEN 'https://' || s.host || '/robots.txt' ELSE g.ref END
         FROM sighting g WHERE g.site_id = x.site_id AND g.source_id = x.source_id AND g.seen_at <= x.first_seen
         ORDER BY g.seen_at DESC LIMIT 1) AS ref
FROM span x
JOIN site s ON s.site_id = x.site_id
LEFT JOIN source c ON c.source_id = x.source_id
LEFT JOIN head h ON h.site_id = x.site_id AND h.first_seen = x.first_seen
LEFT JOIN body b ON b.body_id = x.body_id;

-- The HTTP answers in which our own crawls first saw an answer, with the way to them. headers and hops are JSON.
CREATE VIEW exchanges AS
SELECT s.host AS site, strftime('%Y-%m-%dT%H:%M:%SZ', x.seen_at, 'unixepoch') AS seen_at, x.url, x.status, x.address,
       x.headers, x.hops, c.name AS source
FROM exchange x
JOIN site s ON s.site_id = x.site_id
JOIN source c ON c.source_id = x.source_id;

-- Runs of equal looks at pages beside robots.txt, answers and failures. url, sha256, bytes: of the newest look.
CREATE VIEW pages AS
SELECT s.host AS site, p.target, p.cause,
       strftime('%Y-%m-%dT%H:%M:%SZ', p.first_seen, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', p.last_seen, 'unixepoch') AS last_seen,
       p.checks, p.status, NULLIF(p.url, '') AS url, NULLIF(lower(hex(p.sha256)), '') AS sha256, p.size AS bytes,
       p.detail, c.name AS source
FROM page p
JOIN site s ON s.site_id = p.site_id
JOIN source c ON c.source_id = p.source_id;

-- Every page of terms with its newest look, by any source: the base of the terms views.
CREATE VIEW terms_page AS
SELECT p.terms_source_id, p.site_id, s.host AS site, p.url, n.kind, n.found_by, n.score, n.link_text, n.state, n.cause,
       n.last_seen
FROM terms_source p
JOIN site s ON s.site_id = p.site_id
JOIN terms_fetch n ON n.terms_source_id = p.terms_source_id
WHERE NOT EXISTS (SELECT 1 FROM terms_fetch y
  WHERE y.terms_source_id = n.terms_source_id AND (y.last_seen > n.last_seen OR (y.last_seen = n.last_seen
    AND (y.source_id < n.source_id OR (y.source_id = n.source_id AND y.first_seen < n.first_seen)))));

-- What each page of terms of a site says now. url '': the site links to none, or state says why
-- its home page could not be seen (as long as no page is looked at later).
-- text_sha256 NULL: unknown, because it could not be read or nobody has looked. A category's column holds its strictest
-- stance; dpi_class and all of these are NULL, silent and unclear 0, while nobody has read the text.
CREATE VIEW terms_now AS
SELECT p.site, p.url, p.kind, p.found_by, p.state, p.cause,
       strftime('%Y-%m-%dT%H:%M:%SZ', g.valid_from, 'unixepoch') AS since,
       strftime('%Y-%m-%dT%H:%M:%SZ', p.last_seen, 'unixepoch') AS last_checked,
       strftime('%Y-%m-%dT%H:%M:%SZ', (SELECT MAX(y.last_seen) FROM terms_fetch y
         WHERE y.terms_source_id = p.terms_source_id AND y.state = 'ok'), 'unixepoch') AS last_ok,
       NULLIF(lower(hex(t.sha256)), '') AS text_sha256, t.language,
       (SELECT y.effective_date FROM terms_fetch y WHERE y.terms_source_id = p.terms_source_id AND y.wording = t.wording
         ORDER BY y.last_seen DESC, y.source_id LIMIT 1) AS effective_date, t.flags,
       CASE WHEN EXISTS (SELECT 1 FROM terms_change c WHERE c.terms_source_id = p.terms_source_id AND c.kind = 'flap'
         AND c.first_seen >= p.last_seen - 15552000) THEN 1 ELSE 0 END AS flapping,
       g.no_scraping, g.no_ai_training, g.tdm_reservation, g.noncommercial_only, g.no_redistribution,
       g.permission_required, g.conditional_allow, g.no_compete, g.dpi_class,
       COALESCE(g.silent, 0) AS silent, COALESCE(g.unclear, 0) AS unclear, NULLIF(g.ruleset, '') AS ruleset
FROM terms_page p
LEFT JOIN terms_standing g ON g.terms_source_id = p.terms_source_id AND g.valid_to IS NULL
LEFT JOIN terms_text t ON t.terms_text_id = g.terms_text_id
WHERE p.url <> '' OR NOT EXISTS (SELECT 1 FROM terms_source o
  JOIN terms_fetch f ON f.terms_source_id = o.terms_source_id
  WHERE o.site_id = p.site_id AND o.url <> '' AND f.last_seen > p.last_seen);

-- Which text each page of terms showed over [valid_from, valid_to), and what it says. Words that only passed, as those
-- of a page that serves two variants in turn, have no row.
CREATE VIEW terms_history AS
SELECT p.site, p.url, p.kind, lower(hex(t.sha256)) AS text_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', g.valid_from, 'unixepoch') AS valid_from,
       strftime('%Y-%m-%dT%H:%M:%SZ', g.valid_to, 'unixepoch') AS valid_to,
       strftime('%Y-%m-%dT%H:%M:%SZ', g.last_seen, 'unixepoch') AS last_seen,
       t.language, t.effective_date, t.flags,
       g.no_scraping, g.no_ai_training, g.tdm_reservation, g.noncommercial_only, g.no_redistribution,
       g.permission_required, g.conditional_allow, g.no_compete, g.dpi_class,
       g.silent, g.unclear, NULLIF(g.ruleset, '') AS ruleset
FROM terms_standing g
JOIN terms_page p ON p.terms_source_id = g.terms_source_id
JOIN terms_text t ON t.terms_text_id = g.terms_text_id;

-- Every text with each page that ever showed it, and since when: the base of terms_findings.
CREATE VIEW terms_shown AS
SELECT f.terms_source_id, f.terms_text_id, f.wording, f.first_seen, s.host AS site, p.url, t.sha256, t.language,
       CASE WHEN g.terms_source_id IS NULL THEN 0 ELSE 1 END AS current
FROM terms_fetch f
JOIN terms_source p ON p.terms_source_id = f.terms_source_id
JOIN site s ON s.site_id = p.site_id
JOIN terms_text t ON t.terms_text_id = f.terms_text_id
LEFT JOIN terms_standing g ON g.terms_source_id = f.terms_source_id AND g.valid_to IS NULL
  AND g.terms_text_id = f.terms_text_id
WHERE NOT EXISTS (SELECT 1 FROM terms_fetch e
  WHERE e.terms_source_id = f.terms_source_id AND e.terms_text_id = f.terms_text_id
    AND (e.first_seen < f.first_seen OR (e.first_seen = f.first_seen AND e.source_id < f.source_id)));

-- The decision that counts of each category, for each text that a page showed: one about this text or another of its
-- words that the page showed, for they may differ in a date alone. The site's own goes before that of every site.
CREATE VIEW terms_decided AS
SELECT terms_source_id, terms_text_id, category, stance, who, quote
FROM (
  SELECT x.terms_source_id, x.terms_text_id, d.category, d.stance, d.who, d.quote,
         ROW_NUMBER() OVER (PARTITION BY x.terms_source_id, x.terms_text_id, d.category
           ORDER BY CASE d.site WHEN '*' THEN 1 ELSE 0 END, CASE d.sha256 WHEN x.sha256 THEN 0 ELSE 1 END,
             d.decided DESC, d.sha256) AS place
  FROM terms_decision d
  JOIN terms_text t ON t.sha256 = d.sha256
  JOIN terms_fetch f ON f.terms_text_id = t.terms_text_id
  JOIN terms_shown x ON x.terms_source_id = f.terms_source_id AND x.wording = f.wording AND d.site IN ('*', x.site)
) ranked
WHERE place = 1;

-- What was found in the texts of terms, with the words that say so: by the classifier that counts (terms_ruleset in the
-- view about), except in categories of which a person decided (rule 'person:…', number 0). asserted 0: doubtful,
-- to be reviewed.
CREATE VIEW terms_findings AS
SELECT x.site, x.url, lower(hex(x.sha256)) AS text_sha256, f.number, f.category, f.stance, f.start_char, f.end_char,
       f.quote, f.score, f.rule, CASE WHEN f.score >= 0.6 THEN 1 ELSE 0 END AS asserted, x.current, x.language,
       strftime('%Y-%m-%dT%H:%M:%SZ', x.first_seen, 'unixepoch') AS first_seen, f.ruleset
FROM terms_shown x
JOIN terms_finding f ON f.terms_text_id = x.terms_text_id
  AND f.ruleset = (SELECT value FROM meta WHERE key = 'terms_ruleset')
LEFT JOIN terms_decided d ON d.terms_source_id = x.terms_source_id AND d.terms_text_id = x.terms_text_id
  AND d.category = f.category
WHERE d.category IS NULL AND (f.category <> 'silent' OR NOT EXISTS (SELECT 1 FROM terms_decided e
  WHERE e.terms_source_id = x.terms_source_id AND e.terms_text_id = x.terms_text_id AND e.stance <> 'none'
    AND e.category IN ('no_scraping', 'no_ai_training', 'tdm_reservation', 'conditional_allow')))
UNION ALL
SELECT x.site, x.url, lower(hex(x.sha256)), 0, d.category, d.stance, NULL, NULL, NULLIF(d.quote, ''), 1.0,
       'person:' || d.who, 1, x.current, x.language, strftime('%Y-%m-%dT%H:%M:%SZ', x.first_seen, 'unixepoch'), NULL
FROM terms_decided d
JOIN terms_shown x ON x.terms_source_id = d.terms_source_id AND x.terms_text_id = d.terms_text_id
WHERE d.stance <> 'none' OR d.category = 'silent';

-- Pages of terms that showed other words than before. Only those with a confirmed_at are events: flaps never are, and
-- what was seen once waits. added and removed: `category:stance` of what the text after says and the one before not.
CREATE VIEW terms_changes AS
SELECT date(c.first_seen, 'unixepoch') AS date, s.host AS site, p.url, c.kind,
       CASE WHEN c.confirmed_at IS NULL THEN 0 ELSE 1 END AS confirmed,
       strftime('%Y-%m-%dT%H:%M:%SZ', c.not_before, 'unixepoch') AS not_before,
       strftime('%Y-%m-%dT%H:%M:%SZ', c.first_seen, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', c.confirmed_at, 'unixepoch') AS confirmed_at,
       lower(hex(b.sha256)) AS text_before, lower(hex(a.sha256)) AS text_after, c.added, c.removed
FROM terms_change c
JOIN terms_source p ON p.terms_source_id = c.terms_source_id
JOIN site s ON s.site_id = p.site_id
JOIN terms_text b ON b.terms_text_id = c.before_text_id
JOIN terms_text a ON a.terms_text_id = c.after_text_id;

-- Runs of equal looks at pages of terms, read or not, by each source. url '': as in terms_now. answered_url,
-- status, content_type, sha256 and bytes are of the newest look.
CREATE VIEW terms_captures AS
SELECT s.host AS site, p.url, f.state, f.cause,
       strftime('%Y-%m-%dT%H:%M:%SZ', f.first_seen, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', f.last_seen, 'unixepoch') AS last_seen, f.checks,
       NULLIF(lower(hex(t.sha256)), '') AS text_sha256, f.status, NULLIF(f.url, '') AS answered_url, f.content_type,
       NULLIF(lower(hex(f.sha256)), '') AS sha256, f.size AS bytes, f.kind, f.found_by, f.score, f.link_text, f.detail,
       c.name AS source
FROM terms_fetch f
JOIN terms_source p ON p.terms_source_id = f.terms_source_id
JOIN site s ON s.site_id = p.site_id
JOIN source c ON c.source_id = f.source_id
LEFT JOIN terms_text t ON t.terms_text_id = f.terms_text_id;

-- Distinct texts of terms. The words: tracker.store.query.Reader.terms_text(sha256). page_sha256: of the bytes that it
-- was read from; NULL once these are thinned.
CREATE VIEW terms_texts AS
SELECT lower(hex(t.sha256)) AS text_sha256, lower(hex(t.wording)) AS wording, t.chars, t.language, t.effective_date,
       t.flags, t.extractor, NULLIF(lower(hex(b.sha256)), '') AS page_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', MIN(f.first_seen), 'unixepoch') AS first_seen,
       COUNT(DISTINCT f.terms_source_id) AS pages,
       CASE WHEN EXISTS (SELECT 1 FROM terms_reading r WHERE r.terms_text_id = t.terms_text_id
         AND r.ruleset = (SELECT value FROM meta WHERE key = 'terms_ruleset')) THEN 1 ELSE 0 END AS is_read
FROM terms_text t
LEFT JOIN page_body b ON b.page_body_id = t.page_body_id
LEFT JOIN terms_fetch f ON f.terms_text_id = t.terms_text_id
GROUP BY t.terms_text_id, b.sha256;

-- What persons decided about texts of terms, as the last writing command carried it over. stance 'none': the category
-- does not apply (of silent: the text is silent). site '*': wherever the text stands.
CREATE VIEW terms_decisions AS
SELECT site, lower(hex(sha256)) AS text_sha256, category, stance, who, decided, why, NULLIF(quote, '') AS quote
FROM terms_decision;

-- Where robots.txt and terms of a site contradict each other now: allowed to fetch every page, and forbidden in prose;
-- or closed, and allowed in prose while no page of the site's forbids such a thing. For agents that train or feed
-- datasets, control tokens, and the headline agents; clauses about AI training and text and data mining are held
-- against the former.
CREATE VIEW contradictions AS
WITH deferring AS (
  -- Clauses that leave it to robots.txt who may: whatever that says, they agree. wholly 1: all of this category do.
  SELECT f.terms_text_id, f.category, MIN(CASE WHEN lower(f.quote) LIKE '%robots%txt%' THEN 1 ELSE 0 END) AS wholly
  FROM terms_finding f
  WHERE f.category IN ('no_scraping', 'conditional_allow') AND f.score >= 0.6
    AND f.ruleset = (SELECT value FROM meta WHERE key = 'terms_ruleset')
  GROUP BY f.terms_text_id, f.category
  HAVING MAX(CASE WHEN lower(f.quote) LIKE '%robots%txt%' THEN 1 ELSE 0 END) = 1
), stance AS (
  SELECT p.terms_source_id, p.site_id, p.site, p.url, g.valid_from, g.terms_text_id, 'no_scraping' AS category, g.no_scraping AS stance
  FROM terms_standing g JOIN terms_page p ON p.terms_source_id = g.terms_source_id
  WHERE g.valid_to IS NULL AND g.no_scraping IN ('prohibit', 'needs_permission', 'reserve')
    AND g.terms_text_id NOT IN (SELECT terms_text_id FROM deferring WHERE wholly = 1 OR category = 'conditional_allow')
  UNION ALL
  SELECT p.terms_source_id, p.site_id, p.site, p.url, g.valid_from, g.terms_text_id, 'no_ai_training', g.no_ai_training
  FROM terms_standing g JOIN terms_page p ON p.terms_source_id = g.terms_source_id
  WHERE g.valid_to IS NULL AND g.no_ai_training IN ('prohibit', 'needs_permission', 'reserve')
  UNION ALL
  SELECT p.terms_source_id, p.site_id, p.site, p.url, g.valid_from, g.terms_text_id, 'tdm_reservation', g.tdm_reservation
  FROM terms_standing g JOIN terms_page p ON p.terms_source_id = g.terms_source_id
  WHERE g.valid_to IS NULL AND g.tdm_reservation IN ('prohibit', 'needs_permission', 'reserve')
  UNION ALL
  SELECT p.terms_source_id, p.site_id, p.site, p.url, g.valid_from, g.terms_text_id, 'conditional_allow', g.conditional_allow
  FROM terms_standing g JOIN terms_page p ON p.terms_source_id = g.terms_source_id
  WHERE g.valid_to IS NULL AND g.conditional_allow IN ('allow', 'conditional')
    AND NOT EXISTS (SELECT 1 FROM terms_source q JOIN terms_standing o ON o.terms_source_id = q.terms_source_id
      WHERE q.site_id = p.site_id AND o.valid_to IS NULL
        AND COALESCE(o.no_scraping, o.no_ai_training, o.tdm_reservation) IS NOT NULL)
    AND g.terms_text_id NOT IN (SELECT terms_text_id FROM deferring WHERE wholly = 1 AND category = 'conditional_allow')
)
SELECT x.site, a.name AS agent, CASE COALESCE(r.bits, o.star) & 3 WHEN 2 THEN 'blocked' ELSE 'allowed' END
         AS robots_verdict,
       CASE x.category WHEN 'conditional_allow' THEN 'robots_block_terms_allow' ELSE 'robots_allow_terms_forbid' END
         AS direction,
       x.category, x.stance,
       COALESCE(
         (SELECT NULLIF(d.quote, '') FROM terms_decided d
          WHERE d.terms_source_id = x.terms_source_id AND d.terms_text_id = x.terms_text_id AND d.category = x.category),
         (SELECT f.quote FROM terms_finding f
          WHERE f.terms_text_id = x.terms_text_id AND f.category = x.category AND f.stance = x.stance AND f.score >= 0.6
            AND f.ruleset = (SELECT value FROM meta WHERE key = 'terms_ruleset')
          ORDER BY CASE WHEN lower(f.quote) LIKE '%robots%txt%' THEN 1 ELSE 0 END,
            f.score DESC, f.number LIMIT 1)) AS quote,
       x.url AS terms_url, lower(hex(t.sha256)) AS text_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', CASE WHEN x.valid_from > h.valid_from THEN x.valid_from ELSE h.valid_from END,
         'unixepoch') AS since
FROM stance x
JOIN state h ON h.site_id = x.site_id AND h.valid_to IS NULL
JOIN policy o ON o.policy_id = h.policy_id
JOIN terms_text t ON t.terms_text_id = x.terms_text_id
JOIN agent a ON a.purpose IN ('training', 'dataset', 'control')
  OR (a.headline = 1 AND x.category IN ('no_scraping', 'conditional_allow'))
LEFT JOIN ruling r ON r.policy_id = h.policy_id AND r.agent_id = a.agent_id
WHERE COALESCE(r.bits, o.star) & 3 = CASE x.category WHEN 'conditional_allow' THEN 2 ELSE 0 END;

-- Published figures counted again, per panel, on the day with data that is nearest to theirs: under their definition
-- (blocked of n, counted_as and counted_of) and under ours (effective_full of the sites readable or without a file).
-- top and category: the part of the panel that was counted. panel NULL: nothing is counted, obstacle says why.
CREATE VIEW claims_check AS
WITH step AS (
  SELECT panel_id, day, LEAD(day) OVER w AS following, SUM(readable + absent) OVER w AS known
  FROM tally_sites
  WINDOW w AS (PARTITION BY panel_id ORDER BY day)
), stretch AS (
  SELECT s.panel_id, s.day AS first_day,
         CASE WHEN s.following <= h.day THEN s.following - 1 ELSE h.day END AS last_day
  FROM step s CROSS JOIN (SELECT MAX(at) / 86400 AS day FROM crawl) h
  WHERE s.known > 0 AND s.day <= h.day
), candidate AS (
  -- Of a month or a year its end is looked for; a day within it is 0 days away.
  SELECT c.claim_id, s.panel_id, c.top, c.sector, c.first_day, c.last_day,
         CASE WHEN c.last_day < s.first_day THEN s.first_day WHEN c.last_day > s.last_day THEN s.last_day
              ELSE c.last_day END AS day
  FROM claim c CROSS JOIN stretch s
  WHERE c.obstacle = ''
), placed AS (
  SELECT n.*, ROW_NUMBER() OVER (PARTITION BY claim_id, panel_id ORDER BY ABS(day - last_day), day) AS place
  FROM candidate n
), extent AS (
  SELECT panel_id, COALESCE(MAX(rank), 0) AS length FROM panel_member GROUP BY panel_id
), nearest AS (
  SELECT n.claim_id, n.panel_id, n.day,
         CASE WHEN n.day > n.last_day THEN n.day - n.last_day WHEN n.day < n.first_day THEN n.day - n.first_day ELSE 0 END
           AS days,
         -- Of a panel that is no longer than the list, or without ranks or that sector, all is counted.
         CASE WHEN e.length > n.top THEN n.top ELSE 0 END AS top,
         CASE WHEN n.sector <> '' AND EXISTS (SELECT 1 FROM panel_member m JOIN site s ON s.site_id = m.site_id
           WHERE m.panel_id = n.panel_id AND s.sector = n.sector) THEN n.sector ELSE '' END AS sector
  FROM placed n JOIN extent e ON e.panel_id = n.panel_id
  WHERE n.place = 1
), slice AS (
  SELECT DISTINCT panel_id, day, top, sector FROM nearest
), in_force AS MATERIALIZED (
  SELECT l.panel_id, l.day, l.top, l.sector, t.policy_id, COUNT(*) AS sites
  FROM slice l
  JOIN panel_member m ON m.panel_id = l.panel_id
    AND m.since < (l.day + 1) * 86400 AND (m.until IS NULL OR m.until >= (l.day + 1) * 86400)
    AND (l.top = 0 OR m.rank <= l.top)
  JOIN site s ON s.site_id = m.site_id AND (l.sector = '' OR s.sector = l.sector)
  LEFT JOIN state t ON t.site_id = m.site_id
    AND t.valid_from < (l.day + 1) * 86400 AND (t.valid_to IS NULL OR t.valid_to >= (l.day + 1) * 86400)
  GROUP BY l.panel_id, l.day, l.top, l.sector, t.policy_id
), base AS (
  SELECT i.panel_id, i.day, i.top, i.sector, SUM(i.sites) AS members,
         SUM(CASE WHEN p.absent = 0 THEN i.sites ELSE 0 END) AS readable,
         SUM(CASE WHEN p.absent = 1 THEN i.sites ELSE 0 END) AS absent,
         SUM(CASE WHEN i.policy_id IS NULL THEN i.sites ELSE 0 END) AS unknown
  FROM in_force i LEFT JOIN policy p ON p.policy_id = i.policy_id
  GROUP BY i.panel_id, i.day, i.top, i.sector
), said AS (
  -- As in shares: before an agent existed nobody can have named it, and what * says is counted.
  SELECT n.claim_id, x.subject, n.panel_id, i.policy_id, i.sites, c.counted_as,
         CASE WHEN n.day < a.valid_from_day THEN 0 ELSE COALESCE(r.named, 0) END AS named,
         CASE WHEN n.day >= COALESCE(a.valid_from_day, n.day) THEN COALESCE(r.bits, p.star)
              WHEN a.obeys_star = 0 THEN 0
              WHEN COALESCE(r.named, 0) = 1 THEN p.star ELSE COALESCE(r.bits, p.star) END AS bits
  FROM nearest n
  JOIN claim c ON c.claim_id = n.claim_id
  JOIN claim_agent x ON x.claim_id = n.claim_id
  JOIN agent a ON a.name = x.agent
  JOIN in_force i ON i.panel_id = n.panel_id AND i.day = n.day AND i.top = n.top AND i.sector = n.sector
  JOIN policy p ON p.policy_id = i.policy_id
  LEFT JOIN ruling r ON r.policy_id = i.policy_id AND r.agent_id = a.agent_id
), counting AS (
  SELECT claim_id, subject, panel_id, policy_id, sites,
         MAX(CASE counted_as
           WHEN 'effective_full' THEN CASE WHEN bits & 3 = 2 THEN 1 ELSE 0 END
           WHEN 'effective_root' THEN CASE WHEN bits & 4 <> 0 THEN 1 ELSE 0 END
           WHEN 'any_restriction' THEN CASE WHEN bits & 3 <> 0 THEN 1 ELSE 0 END
           WHEN 'every_path' THEN CASE WHEN bits & 64 <> 0 THEN 1 ELSE 0 END
           WHEN 'mentioned' THEN named
           WHEN 'named_root' THEN CASE WHEN named = 1 AND bits & 4 <> 0 THEN 1 ELSE 0 END
           WHEN 'named_full' THEN CASE WHEN named = 1 AND bits & 3 = 2 THEN 1 ELSE 0 END
           WHEN 'dpi_all' THEN CASE WHEN named = 1 AND bits & 48 = 32 THEN 1 ELSE 0 END
           WHEN 'explicit_allow' THEN CASE WHEN named = 1 AND bits & 3 = 0 THEN 1 ELSE 0 END
           WHEN 'naive_substring' THEN CASE WHEN bits & 32768 <> 0 THEN 1 ELSE 0 END END) AS theirs,
         MAX(CASE WHEN bits & 3 = 2 THEN 1 ELSE 0 END) AS ours
  FROM said
  GROUP BY claim_id, subject, panel_id, policy_id, sites
), counted AS (
  SELECT claim_id, subject, panel_id, SUM(theirs * sites) AS theirs, SUM(ours * sites) AS ours
  FROM counting
  GROUP BY claim_id, subject, panel_id
), figured AS (
  SELECT c.*, f.subject, f.percent, n.panel_id, n.day AS seen, n.days, n.top AS part, n.sector AS of_sector,
         b.members, b.readable, b.absent, b.unknown, k.theirs, k.ours,
         CASE c.counted_of WHEN 'members' THEN b.members WHEN 'readable' THEN b.readable
           ELSE b.readable + b.absent END AS n
  FROM claim c
  LEFT JOIN claim_figure f ON f.claim_id = c.claim_id
  LEFT JOIN nearest n ON n.claim_id = c.claim_id
  LEFT JOIN base b ON b.panel_id = n.panel_id AND b.day = n.day AND b.top = n.top AND b.sector = n.sector
  LEFT JOIN counted k ON k.claim_id = c.claim_id AND k.subject = f.subject AND k.panel_id = n.panel_id
)
SELECT g.claim_id AS claim, g.publisher, g.day AS claimed_on, g.precision, g.subject AS agent, g.percent AS claimed,
       g.figure, g.population, g.definition, g.denominator, NULLIF(g.counted_as, '') AS counted_as, g.counted_of,
       NULLIF(g.top, 0) AS claimed_top, NULLIF(g.sector, '') AS claimed_category,
       NULLIF(g.obstacle, '') AS obstacle, p.name AS panel, NULLIF(g.part, 0) AS top, NULLIF(g.of_sector, '') AS category,
       date(g.seen * 86400, 'unixepoch') AS date, g.days, g.members, g.readable, g.absent, g.unknown,
       g.theirs AS blocked, CASE WHEN g.theirs IS NOT NULL THEN g.n END AS n,
       CAST(ROUND(100.0 * g.theirs / NULLIF(g.n, 0), 3) AS DOUBLE PRECISION) AS percent,
       CAST(ROUND(100.0 * g.theirs / NULLIF(g.n, 0) - g.percent, 3) AS DOUBLE PRECISION) AS difference,
       g.ours AS blocked_ours,
       CAST(ROUND(100.0 * g.ours / NULLIF(g.readable + g.absent, 0), 3) AS DOUBLE PRECISION) AS percent_ours,
       g.reading, g.source, g.checked, NULLIF(g.note, '') AS note
FROM figured g
LEFT JOIN panel p ON p.panel_id = g.panel_id;

-- Probes (docs/probe.md): the home page asked for under an agent's name and under ours. They enter no verdict.
CREATE VIEW probes AS
SELECT s.host AS site, b.agent, strftime('%Y-%m-%dT%H:%M:%SZ', b.at, 'unixepoch') AS asked_at,
       CASE WHEN b.cause_agent = 'ok' THEN 'served'
            WHEN b.cause_neutral = 'ok' AND b.cause_agent IN
              ('http_401', 'http_402', 'paid_402', 'http_403', 'http_429', 'http_451', 'challenge') THEN 'refused'
            ELSE 'unknown' END AS reading,
       b.cause_agent, b.status_agent, b.cause_neutral, b.status_neutral, b.method, c.name AS source
FROM probe b
JOIN site s ON s.site_id = b.site_id
JOIN source c ON c.source_id = b.source_id;

-- Distinct robots.txt files. The bytes: tracker.store.query.Reader.body(sha256), or table body_data (zstd).
CREATE VIEW bodies AS
SELECT lower(hex(b.sha256)) AS body_sha256, b.size AS bytes,
       strftime('%Y-%m-%dT%H:%M:%SZ', MIN(x.first_seen), 'unixepoch') AS first_seen,
       COUNT(DISTINCT x.site_id) AS sites, b.flags
FROM body b LEFT JOIN span x ON x.body_id = b.body_id
GROUP BY b.body_id;

-- Runs of failed attempts with one cause (DESIGN section 4). They never end an answer.
CREATE VIEW failures AS
SELECT s.host AS site, 'robots' AS target, t.kind,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.first_seen, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.last_seen, 'unixepoch') AS last_seen, t.checks, c.name AS source, t.detail
FROM trouble t
JOIN site s ON s.site_id = t.site_id
JOIN source c ON c.source_id = t.source_id;

-- Passes over a panel, our own and imported. whole 0: a batch of captures, each at its own time, counted as captures.
-- A round is the crawl that began it (part '') and its parts: each asks only the sites that it must.
CREATE VIEW crawls AS
SELECT k.crawl_id, strftime('%Y-%m-%dT%H:%M:%SZ', k.at, 'unixepoch') AS started,
       strftime('%Y-%m-%dT%H:%M:%SZ', k.finished_at, 'unixepoch') AS finished,
       p.name AS panel, p.list_id, k.vantage, c.name AS source, c.kind AS source_kind, k.ref, k.ruleset,
       k.asked AS sites, k.answered_sites AS answered, k.failed_sites AS failed, k.whole,
       COALESCE(k.parent, k.crawl_id) AS round, k.part, k.targets, k.suspect
FROM crawl k
JOIN source c ON c.source_id = k.source_id
LEFT JOIN panel p ON p.panel_id = k.panel_id;

-- Facts about this file.
CREATE VIEW about AS
SELECT key, value FROM meta WHERE key <> 'tokens'
UNION ALL SELECT 'horizon', strftime('%Y-%m-%dT%H:%M:%SZ', MAX(at), 'unixepoch') FROM crawl
UNION ALL SELECT 'sites', CAST(COUNT(*) AS TEXT) FROM site
UNION ALL SELECT 'bodies', CAST(COUNT(*) AS TEXT) FROM body;
