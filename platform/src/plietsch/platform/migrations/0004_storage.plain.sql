-- Hourly and daily aggregates under their old names and columns, but so that a reader's bounds on `bucket` reach the
-- key of the observations: a day's hours then cost a day's values, not those of all the years. Each bucket between the
-- first and the last observation of a datastream is looked up by itself; what is empty is left out.

CREATE OR REPLACE VIEW observation_hour AS
SELECT d.id AS datastream_id, b.bucket, a.count, a.mean, a.min, a.max, a.last
FROM datastream d
CROSS JOIN LATERAL (
    SELECT min(phenomenon_time) AS first, max(phenomenon_time) AS last FROM observation WHERE datastream_id = d.id
) span
CROSS JOIN LATERAL
    generate_series(date_trunc('hour', span.first, 'UTC'), span.last, INTERVAL '1 hour', 'UTC') AS b (bucket)
CROSS JOIN LATERAL (
    SELECT count(*) AS count, avg(result) AS mean, min(result) AS min, max(result) AS max,
           (array_agg(result ORDER BY phenomenon_time DESC))[1] AS last
    FROM observation
    WHERE datastream_id = d.id AND phenomenon_time >= b.bucket AND phenomenon_time < b.bucket + INTERVAL '1 hour'
      AND quality <= 2 AND result IS NOT NULL
    HAVING count(*) > 0
) a;

-- 24 hours, for a session's own day may have 23 or 25.
CREATE OR REPLACE VIEW observation_day AS
SELECT d.id AS datastream_id, b.bucket, a.count, a.mean, a.min, a.max, a.last
FROM datastream d
CROSS JOIN LATERAL (
    SELECT min(phenomenon_time) AS first, max(phenomenon_time) AS last FROM observation WHERE datastream_id = d.id
) span
CROSS JOIN LATERAL
    generate_series(date_trunc('day', span.first, 'UTC'), span.last, INTERVAL '24 hours', 'UTC') AS b (bucket)
CROSS JOIN LATERAL (
    SELECT count(*) AS count, avg(result) AS mean, min(result) AS min, max(result) AS max,
           (array_agg(result ORDER BY phenomenon_time DESC))[1] AS last
    FROM observation
    WHERE datastream_id = d.id AND phenomenon_time >= b.bucket AND phenomenon_time < b.bucket + INTERVAL '24 hours'
      AND quality <= 2 AND result IS NOT NULL
    HAVING count(*) > 0
) a;
