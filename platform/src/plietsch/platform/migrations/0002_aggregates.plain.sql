-- Hourly and daily aggregates on plain PostgreSQL: views, under the names and columns that TimescaleDB's continuous
-- aggregates have. What failed or is missing does not count.

CREATE VIEW observation_hour AS
SELECT datastream_id,
       date_trunc('hour', phenomenon_time, 'UTC') AS bucket,
       count(*) AS count,
       avg(result) AS mean,
       min(result) AS min,
       max(result) AS max,
       (array_agg(result ORDER BY phenomenon_time DESC))[1] AS last
FROM observation
WHERE quality <= 2 AND result IS NOT NULL
GROUP BY datastream_id, date_trunc('hour', phenomenon_time, 'UTC');

CREATE VIEW observation_day AS
SELECT datastream_id,
       date_trunc('day', phenomenon_time, 'UTC') AS bucket,
       count(*) AS count,
       avg(result) AS mean,
       min(result) AS min,
       max(result) AS max,
       (array_agg(result ORDER BY phenomenon_time DESC))[1] AS last
FROM observation
WHERE quality <= 2 AND result IS NOT NULL
GROUP BY datastream_id, date_trunc('day', phenomenon_time, 'UTC');
