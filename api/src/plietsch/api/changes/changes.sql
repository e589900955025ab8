-- name: repeatable
-- One state of the database for all that a page asks.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ

-- name: standing
-- Which server and database positions are of; whether it has come as far as one of them; and up to which entry the
-- ledger was deleted, if it was.
SELECT left(md5(c.system_identifier || '/' || d.oid), 8),
       %(transaction_id)s::text::xid8 <= pg_snapshot_xmin(pg_current_snapshot()),
       pg_snapshot_xmin(pg_current_snapshot())::text,
       f.transaction_id::text, f.id
FROM pg_control_system() c
JOIN pg_database d ON d.datname = current_database()
LEFT JOIN ledger_reader f ON f.name = 'deleted up to here'

-- name: touched
-- The datastreams that the next entries of the ledger touched, in the order of entries and datastreams, from a place on;
-- an entry that touched none of those asked for has one row without. `is_whole` where all in its times is to be told, else
-- only what was revised. Where a deployment changed, also what was being written meanwhile: that the entry could not see.
-- Where only limits changed, nothing did yet: what is judged anew has entries of its own.
WITH entry AS MATERIALIZED (
    SELECT transaction_id, id, written_at, datastream_ids, first_time, last_time, observations, cause, revised
    FROM write_ledger
    WHERE transaction_id >= %(transaction_id)s::text::xid8
      AND (transaction_id > %(transaction_id)s::text::xid8 OR id > %(id)s)
      AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY write_ledger.transaction_id, id
    LIMIT %(most_entries)s
)
SELECT e.transaction_id::text, e.id, e.written_at, e.cause, e.first_time,
       CASE e.cause WHEN 'deployment' THEN greatest(e.last_time, e.written_at + interval '1 hour') ELSE e.last_time END,
       e.observations > 0 OR e.cause = 'deployment' AS is_whole, e.revised > 0 AS is_revised,
       t.datastream_id, t.region, t.station, t.is_public, t.property, t.method
FROM entry e
LEFT JOIN LATERAL (
    SELECT ds.id AS datastream_id, r.code AS region, s.code AS station, p.code AS property, ds.method,
           EXISTS (SELECT FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed') AS is_public
    FROM unnest(e.datastream_ids) AS touched (datastream_id)
    JOIN datastream ds ON ds.id = touched.datastream_id
    JOIN station s ON s.id = ds.station_id
    JOIN region r ON r.id = s.region_id
    JOIN observed_property p ON p.id = ds.observed_property_id
    WHERE e.cause <> 'limits'
      AND (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
      AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
      AND (%(properties)s::text[] IS NULL OR p.code = ANY(%(properties)s))
      AND (%(methods)s::text[] IS NULL OR ds.method = ANY(%(methods)s))
      AND (e.id IS DISTINCT FROM %(entry)s::bigint OR ds.id >= %(datastream)s::integer)
) t ON true
ORDER BY e.transaction_id, e.id, t.datastream_id
LIMIT %(most)s

-- name: sources
-- The stations that changes can be of, by filters that are null where not given: those of which anything ever was public.
SELECT s.code AS station, s.name, s.licence, s.attribution, s.simulated
FROM station s
JOIN region r ON r.id = s.region_id
WHERE (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND EXISTS (
      SELECT FROM datastream ds
      JOIN observed_property p ON p.id = ds.observed_property_id
      WHERE ds.station_id = s.id
        AND (%(properties)s::text[] IS NULL OR p.code = ANY(%(properties)s))
        AND (%(methods)s::text[] IS NULL OR ds.method = ANY(%(methods)s))
        AND EXISTS (SELECT FROM public_channel c WHERE c.datastream_id = ds.id)
  )
ORDER BY s.code

-- name: state
-- What is stored now, as far as it is public, of datastreams in the times that they were touched in; what is there no
-- longer, as deleted. Datastream by datastream, so that no more is read than is told.
SELECT t.place::integer - 1, o.time, o.result, o.quality, o.is_deleted
FROM unnest(%(datastreams)s::integer[], %(first)s::timestamptz[], %(last)s::timestamptz[], %(after)s::timestamptz[],
            %(whole)s::boolean[], %(revised)s::boolean[])
     WITH ORDINALITY AS t (datastream_id, first_time, last_time, after, is_whole, is_revised, place)
CROSS JOIN LATERAL (
    SELECT range_agg(d.during) AS during FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = t.datastream_id AND d.phase = 'installed'
) public
CROSS JOIN LATERAL (
    (SELECT stored.* FROM unnest(public.during) AS span
     CROSS JOIN LATERAL (
         -- Bounds that the primary key can be searched by: with the range's own operator, all history would be read.
         SELECT phenomenon_time AS time, result, quality, false AS is_deleted FROM observation
         WHERE t.is_whole AND datastream_id = t.datastream_id
           AND phenomenon_time >= greatest(t.first_time, lower(span)) AND phenomenon_time > t.after
           AND phenomenon_time <= t.last_time AND phenomenon_time < coalesce(upper(span), 'infinity')
         ORDER BY phenomenon_time LIMIT %(most)s
     ) stored
     ORDER BY stored.time LIMIT %(most)s)
    UNION ALL
    (SELECT DISTINCT ON (r.phenomenon_time) r.phenomenon_time, kept.result, kept.quality, kept.quality IS NULL
     FROM observation_revision r
     LEFT JOIN LATERAL (
         SELECT result, quality FROM observation
         WHERE datastream_id = r.datastream_id AND phenomenon_time = r.phenomenon_time
     ) kept ON true
     WHERE t.is_revised AND r.datastream_id = t.datastream_id
       AND r.phenomenon_time BETWEEN t.first_time AND t.last_time AND r.phenomenon_time > t.after
       AND (NOT t.is_whole OR kept.quality IS NULL) AND public.during @> r.phenomenon_time
     ORDER BY r.phenomenon_time LIMIT %(most)s)
    ORDER BY time LIMIT %(most)s
) o
ORDER BY t.place, o.time
LIMIT %(most)s

-- name: public_spans
-- When each of some datastreams is public.
SELECT c.datastream_id, NULLIF(lower(span), '-infinity'), NULLIF(upper(span), 'infinity')
FROM (
    SELECT c.datastream_id, range_agg(d.during) AS during
    FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = ANY(%(datastreams)s) AND d.phase = 'installed'
    GROUP BY c.datastream_id
) c
CROSS JOIN LATERAL unnest(c.during) AS span
ORDER BY c.datastream_id, span
