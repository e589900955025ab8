-- plietsch: no transaction
-- How TimescaleDB stores what grows: in chunks by time, as columns after a fortnight. What comes later than that is
-- taken like anything else. docs/database.md has the figures behind the numbers here.

-- A month: few rows each, and a chunk costs every reader of a device's history the same, however little is in it.
SELECT create_hypertable('device_event', by_range('event_time', INTERVAL '28 days'),
    create_default_indexes => false, migrate_data => true, if_not_exists => true);
SELECT create_hypertable('observation_repeat', by_range('phenomenon_time', INTERVAL '28 days'),
    create_default_indexes => false, migrate_data => true, if_not_exists => true);

-- The indexes that create_hypertable made. Frames have their time at the head of the key already. Of observations the
-- refresh of the aggregates alone asks by time without a datastream: what is written nearly in the order of time needs
-- no more for that than a range for each megabyte, and the index would cost a third of the write rate.
DROP INDEX IF EXISTS uplink_event_time_idx;
DROP INDEX IF EXISTS observation_phenomenon_time_idx;
CREATE INDEX IF NOT EXISTS observation_time_range ON observation USING brin (phenomenon_time) WITH (autosummarize = on);

ALTER TABLE observation SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'datastream_id', timescaledb.orderby = 'phenomenon_time');
ALTER TABLE observation_repeat SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'datastream_id', timescaledb.orderby = 'phenomenon_time');
ALTER TABLE uplink SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'device_id', timescaledb.orderby = 'event_time');
ALTER TABLE device_event SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'device_id', timescaledb.orderby = 'event_time');

CALL add_columnstore_policy('observation', after => INTERVAL '14 days', if_not_exists => true);
CALL add_columnstore_policy('observation_repeat', after => INTERVAL '14 days', if_not_exists => true);
CALL add_columnstore_policy('uplink', after => INTERVAL '14 days', if_not_exists => true);
CALL add_columnstore_policy('device_event', after => INTERVAL '14 days', if_not_exists => true);

-- Hours are materialised a day after they are over, not an hour: until then a reader computes them from a day's raw
-- values, which is quick, and what comes up to a day late is in the answer at once instead of at the next refresh.
SELECT remove_continuous_aggregate_policy('observation_hour', if_exists => true);
SELECT add_continuous_aggregate_policy('observation_hour', start_offset => NULL, end_offset => INTERVAL '1 day',
    schedule_interval => INTERVAL '10 minutes', if_not_exists => true);

-- What was materialised long ago hardly ever changes. Hours in rows would be larger than what they were made of is in
-- columns.
ALTER MATERIALIZED VIEW observation_hour SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'datastream_id', timescaledb.orderby = 'bucket');
ALTER MATERIALIZED VIEW observation_day SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'datastream_id', timescaledb.orderby = 'bucket');
CALL add_columnstore_policy('observation_hour', after => INTERVAL '90 days', if_not_exists => true);
CALL add_columnstore_policy('observation_day', after => INTERVAL '90 days', if_not_exists => true);
