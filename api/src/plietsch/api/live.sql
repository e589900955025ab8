-- name: shortly_before
-- A place in the ledger some seconds back: nothing that was written since then lies before it.
SELECT transaction_id::text, id FROM write_ledger
WHERE written_at < now() - make_interval(secs => %(seconds)s)
  -- What cannot be read yet is still to come, however long ago it was written.
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY id DESC LIMIT 1

-- name: newest
-- Of datastreams that were touched within a span: the newest result that did not fail, from what was measured while
-- installed, if it lies within the span. What is newer was told before.
SELECT DISTINCT ON (ds.id)
       r.code AS region, s.code AS station, p.code AS property, ds.method, ds.by_default,
       p.spread_of IS NOT NULL AS is_spread, o.phenomenon_time, o.result, o.quality, touched.last_time
FROM unnest(%(datastreams)s::integer[], %(first)s::timestamptz[], %(last)s::timestamptz[])
     AS touched (datastream_id, first_time, last_time)
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
    -- Nothing before the span is asked for: an instrument that always fails would otherwise cost all its history.
    SELECT phenomenon_time, result, quality FROM observation
    WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
      AND phenomenon_time >= greatest(touched.first_time, lower(public.during))
      AND phenomenon_time < coalesce(upper(public.during), 'infinity')
      AND phenomenon_time <= now() + interval '1 hour'  -- as for `latest`: a clock that is wrong
    ORDER BY phenomenon_time DESC LIMIT 1
) o
ORDER BY ds.id, o.phenomenon_time DESC
