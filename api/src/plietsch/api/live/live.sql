-- name: server
-- What a server's places in its ledger are told apart from another's by.
SELECT left(md5(c.system_identifier || '/' || d.oid), 8)
FROM pg_control_system() c JOIN pg_database d ON d.datname = current_database()

-- name: listen_to_registry
-- Hear of devices that are registered, and of where, when and how they hang.
LISTEN plietsch_registry

-- name: shortly_before
-- A place in the ledger some seconds back: nothing that was written since then lies before it.
SELECT transaction_id::text, id FROM write_ledger
WHERE written_at < now() - make_interval(secs => %(seconds)s)
  -- What cannot be read yet is still to come, however long ago it was written.
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY id DESC LIMIT 1

-- name: newest
-- Of datastreams that were touched within a span: the newest result that did not fail, from what was measured while
-- installed, if it lies within the span. What is newer was told before. Where values were revised (`since` lies before
-- the span then), also an older one, with the time of the newest value that failed since it was told.
WITH newest AS (
    SELECT DISTINCT ON (ds.id)
           r.code AS region, s.code AS station, p.code AS property, ds.method, ds.by_default,
           p.spread_of IS NOT NULL AS is_spread, o.phenomenon_time, o.result, o.quality, touched.*
    FROM unnest(%(datastreams)s::integer[], %(since)s::timestamptz[], %(first)s::timestamptz[],
                %(last)s::timestamptz[], %(added)s::boolean[])
         AS touched (datastream_id, since, first_time, last_time, is_added)
    JOIN datastream ds ON ds.id = touched.datastream_id
    JOIN station s ON s.id = ds.station_id
    JOIN region r ON r.id = s.region_id
    JOIN observed_property p ON p.id = ds.observed_property_id
    CROSS JOIN LATERAL (
        SELECT unnest(range_agg(d.during)) AS during
        FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
        WHERE c.datastream_id = ds.id AND d.phase = 'installed'
    ) public
    CROSS JOIN LATERAL (
        -- Nothing before that is asked for: an instrument that always fails would otherwise cost all its history.
        SELECT phenomenon_time, result, quality FROM observation
        WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
          AND phenomenon_time >= greatest(touched.since, lower(public.during))
          AND phenomenon_time < coalesce(upper(public.during), 'infinity')
          AND phenomenon_time <= now() + interval '1 hour'  -- as for `latest`: a clock that is wrong
        ORDER BY phenomenon_time DESC LIMIT 1
    ) o
    ORDER BY ds.id, o.phenomenon_time DESC
)
SELECT region, station, property, method, by_default, is_spread, newest.phenomenon_time, result, quality,
       revised.failed_time
FROM newest
LEFT JOIN LATERAL (
    SELECT max(phenomenon_time) FILTER (WHERE quality_before <= 3 AND coalesce(quality_after, 9) > 3
                                        AND phenomenon_time > newest.phenomenon_time) AS failed_time,
           bool_or(phenomenon_time = newest.phenomenon_time) AS is_newest
    FROM observation_revision
    WHERE newest.since < newest.first_time AND datastream_id = newest.datastream_id
      AND phenomenon_time BETWEEN newest.first_time AND newest.last_time
) revised ON true
-- A row of the ledger is about several datastreams: where only others' values changed, there is no news.
WHERE newest.phenomenon_time <= newest.last_time
  AND (revised.failed_time IS NOT NULL
       OR newest.phenomenon_time >= newest.first_time AND (newest.is_added OR revised.is_newest))
