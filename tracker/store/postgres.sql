-- What SQLite has and PostgreSQL lacks: the functions that the views (views.sql) and people's questions use.

CREATE OR REPLACE FUNCTION strftime(format text, at bigint, unit text) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT to_char(to_timestamp(at) AT TIME ZONE 'UTC',
    replace(replace(replace(replace(replace(replace(replace(replace(format,
      'T', '"T"'), 'Z', '"Z"'), '%Y', 'YYYY'), '%m', 'MM'), '%d', 'DD'), '%H', 'HH24'), '%M', 'MI'), '%S', 'SS'))
$$;

CREATE OR REPLACE FUNCTION date(at bigint, unit text) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT to_char(to_timestamp(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
$$;

-- date('now', '-7 day'), date('2026-11-21T03:00:00Z', '-1 month')
CREATE OR REPLACE FUNCTION date(moment text, change text) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT to_char((CASE moment WHEN 'now' THEN now() AT TIME ZONE 'UTC' ELSE moment::timestamp END) + change::interval,
    'YYYY-MM-DD')
$$;

CREATE OR REPLACE FUNCTION unixepoch(moment text) RETURNS bigint
  LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT extract(epoch FROM moment::timestamp AT TIME ZONE 'UTC')::bigint
$$;

CREATE OR REPLACE FUNCTION hex(octets bytea) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT COALESCE(upper(encode(octets, 'hex')), '')
$$;

CREATE OR REPLACE FUNCTION round(number double precision, digits integer) RETURNS double precision
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT round(number::numeric, digits)::double precision
$$;
