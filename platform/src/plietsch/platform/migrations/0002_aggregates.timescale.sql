-- plietsch: no transaction
-- Hypertables, and hourly and daily continuous aggregates: real-time, so that what was not yet materialised is still
-- in the answer, and refreshed as far back as late data goes. What comes later than the end_offset of its policy is in
-- the answer from the next refresh on: that is all in which they differ from plain views. What failed or is missing
-- does not count.

CREATE EXTENSION IF NOT EXISTS timescaledb;

SELECT create_hypertable('observation', by_range('phenomenon_time', INTERVAL '7 days'), migrate_data => true, if_not_exists => true);
SELECT create_hypertable('uplink', by_range('event_time', INTERVAL '7 days'), migrate_data => true, if_not_exists => true);

CREATE MATERIALIZED VIEW IF NOT EXISTS observation_hour
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT datastream_id,
       time_bucket(INTERVAL '1 hour', phenomenon_time) AS bucket,
       count(*) AS count,
       avg(result) AS mean,
       min(result) AS min,
       max(result) AS max,
       last(result, phenomenon_time) AS last
FROM observation
WHERE quality <= 2 AND result IS NOT NULL
GROUP BY datastream_id, time_bucket(INTERVAL '1 hour', phenomenon_time)
WITH NO DATA;

CREATE MATERIALIZED VIEW IF NOT EXISTS observation_day
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT datastream_id,
       time_bucket(INTERVAL '1 day', phenomenon_time) AS bucket,
       count(*) AS count,
       avg(result) AS mean,
       min(result) AS min,
       max(result) AS max,
       last(result, phenomenon_time) AS last
FROM observation
WHERE quality <= 2 AND result IS NOT NULL
GROUP BY datastream_id, time_bucket(INTERVAL '1 day', phenomenon_time)
WITH NO DATA;

SELECT add_continuous_aggregate_policy('observation_hour', start_offset => NULL, end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '10 minutes', if_not_exists => true);
SELECT add_continuous_aggregate_policy('observation_day', start_offset => NULL, end_offset => INTERVAL '1 day', schedule_interval => INTERVAL '1 hour', if_not_exists => true);
