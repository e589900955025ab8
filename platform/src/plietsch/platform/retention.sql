-- name: has_policies
-- Whether this database can delete by policy.
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')

-- name: policies
-- How long the rows of each table are kept that has a policy.
SELECT hypertable_name, (config ->> 'drop_after')::interval
FROM timescaledb_information.jobs
WHERE proc_name = 'policy_retention' AND hypertable_schema = current_schema()

-- name: looks_back
-- How far back the refresh of the aggregates looks at most; null for as far as there is something.
SELECT min((config ->> 'start_offset')::interval)
FROM timescaledb_information.jobs
WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_schema = current_schema()

-- name: look_back_no_further
-- Shorten how far back the refresh of the aggregates looks, where it looks further.
SELECT alter_job(job_id, config => jsonb_set(config, '{start_offset}', to_jsonb(%(within)s::interval::text)))
FROM timescaledb_information.jobs
WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_schema = current_schema()
  AND (config ->> 'start_offset' IS NULL OR (config ->> 'start_offset')::interval > %(within)s)

-- name: keep
-- Delete chunks once all of their rows are older, from tomorrow on.
SELECT add_retention_policy(%(table)s::regclass, drop_after => %(keep)s::interval,
    schedule_interval => INTERVAL '1 day', initial_start => now() + INTERVAL '1 day')

-- name: forever
-- Delete nothing any more.
SELECT remove_retention_policy(%(table)s::regclass, if_exists => true)
