-- Placeholders in braces are written into the query as literals, for COPY takes no parameters: numbers and times only.

-- name: series
-- The datastreams that a device fed while installed, with the times of that within a span; by filters that are null where
-- not given; without methods, those of each property's default one.
SELECT ds.id, s.code AS station, s.name, s.simulated, s.licence, s.attribution,
       p.code AS property, ds.method, p.unit, p.unit_symbol, p.decimals,
       range_agg(d.during) * tstzmultirange(tstzrange(%(start)s, %(end)s)) AS installed
FROM datastream ds
JOIN station s ON s.id = ds.station_id
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
WHERE CASE WHEN %(methods)s::text[] IS NULL THEN ds.by_default ELSE ds.method = ANY(%(methods)s) END
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND (%(properties)s::text[] IS NULL OR p.code = ANY(%(properties)s))
  AND (%(regions)s::text[] IS NULL OR s.region_id IN (SELECT id FROM region WHERE code = ANY(%(regions)s)))
GROUP BY ds.id, s.id, p.id

-- name: further
-- Of some datastreams, those that have an earlier one beside them: of the same station, property and method or, where
-- methods are not told apart, of those that are meant by default. Whether anything of that is in a span does not matter.
SELECT ds.id FROM datastream ds
WHERE ds.id = ANY(%(ids)s) AND EXISTS (
    SELECT FROM datastream earlier
    WHERE earlier.station_id = ds.station_id AND earlier.observed_property_id = ds.observed_property_id
      AND earlier.id < ds.id
      AND CASE WHEN %(by_method)s THEN earlier.method = ds.method ELSE earlier.by_default END
)

-- name: raw
-- The first observations of some series, each between its own times, by time and the series' place in the list.
SELECT o.time, s.rank, o.value, o.quality
FROM unnest({ids}::integer[], {ranks}::integer[], {since}::timestamptz[], {until}::timestamptz[])
     AS s (id, rank, since, until)
CROSS JOIN LATERAL (
    SELECT phenomenon_time AS time, result AS value, quality FROM observation
    WHERE datastream_id = s.id AND phenomenon_time >= s.since AND phenomenon_time < s.until
      -- The same for all, so that chunks are left out before a plan is made.
      AND phenomenon_time >= {start}::timestamptz AND phenomenon_time < {stop}::timestamptz
      AND quality = ANY({flags}::smallint[])
    ORDER BY phenomenon_time LIMIT {limit}
) o
ORDER BY o.time, s.rank
LIMIT {limit}

-- name: first
-- When the first observation was made of some series, each between its own times.
SELECT min(o.time) AS time
FROM unnest({ids}::integer[], {since}::timestamptz[], {until}::timestamptz[]) AS s (id, since, until)
CROSS JOIN LATERAL (
    SELECT phenomenon_time AS time FROM observation
    WHERE datastream_id = s.id AND phenomenon_time >= s.since AND phenomenon_time < s.until
      AND quality = ANY({flags}::smallint[])
    ORDER BY phenomenon_time LIMIT 1
) o

-- name: final
-- When the newest observation was made of some series, each between its own times.
SELECT max(o.time) AS time
FROM unnest({ids}::integer[], {since}::timestamptz[], {until}::timestamptz[]) AS s (id, since, until)
CROSS JOIN LATERAL (
    SELECT phenomenon_time AS time FROM observation
    WHERE datastream_id = s.id AND phenomenon_time >= s.since AND phenomenon_time < s.until
      AND quality = ANY({flags}::smallint[])
    ORDER BY phenomenon_time DESC LIMIT 1
) o

-- name: newest_values
-- From when on a series has so many observations up to its end, or all that it has.
SELECT found.rank, min(found.time) AS time
FROM (
    SELECT s.rank, o.time, row_number() OVER (PARTITION BY s.rank ORDER BY o.time DESC) AS place
    FROM unnest({ids}::integer[], {ranks}::integer[], {since}::timestamptz[], {until}::timestamptz[])
         AS s (id, rank, since, until)
    CROSS JOIN LATERAL (
        SELECT phenomenon_time AS time FROM observation
        WHERE datastream_id = s.id AND phenomenon_time >= s.since AND phenomenon_time < s.until
          AND quality = ANY({flags}::smallint[])
        ORDER BY phenomenon_time DESC LIMIT {newest}
    ) o
) found
WHERE found.place <= {newest}
GROUP BY found.rank

-- name: newest_buckets
-- From when on a series has so many buckets that are not empty up to its end, or all that it has: from the newest value
-- to the newest one before its bucket, and so on.
SELECT found.rank, min(found.bucket) AS time
FROM (
    SELECT each.rank, each.bucket, row_number() OVER (PARTITION BY each.rank ORDER BY each.bucket DESC) AS place
    FROM (
        SELECT DISTINCT s.rank, step.bucket
        FROM unnest({ids}::integer[], {ranks}::integer[], {since}::timestamptz[], {until}::timestamptz[])
             AS s (id, rank, since, until)
        CROSS JOIN LATERAL (
            WITH RECURSIVE step AS (
                SELECT s.until AS bucket, 0 AS number
                UNION ALL
                SELECT o.bucket, step.number + 1
                FROM step
                CROSS JOIN LATERAL (
                    SELECT {bucket} AS bucket FROM observation
                    WHERE datastream_id = s.id AND phenomenon_time >= s.since AND phenomenon_time < step.bucket
                      AND quality = ANY({flags}::smallint[]) AND result IS NOT NULL
                    ORDER BY phenomenon_time DESC LIMIT 1
                ) o
                WHERE step.number < {newest}
            )
            SELECT bucket FROM step WHERE number > 0
        ) step
    ) each
) found
WHERE found.place <= {newest}
GROUP BY found.rank

-- name: aggregates
-- Buckets of some series.
SELECT time, rank, count, mean, min, max, last
FROM ({parts}) part

-- name: first_ones
-- Of those, the first by time and the series' place in the list.
ORDER BY time, rank
LIMIT {limit}

-- name: summed
-- Buckets, made of their parts.
SELECT part.time, part.rank, max(part.at) AS at, sum(part.count)::bigint AS count,
       sum(part.mean * part.count) / sum(part.count) AS mean, min(part.min) AS min, max(part.max) AS max,
       (array_agg(part.last ORDER BY part.at DESC))[1] AS last
FROM ({parts}) part
GROUP BY part.time, part.rank

-- name: observations_together
-- What observations of some series within one span make of each bucket.
SELECT {bucket} AS time, {rank} AS rank, max(o.phenomenon_time) AS at, count(*) AS count,
       avg(o.result) AS mean, min(o.result) AS min, max(o.result) AS max,
       (array_agg(o.result ORDER BY o.phenomenon_time DESC))[1] AS last
FROM observation o
WHERE o.datastream_id = ANY({ids}::integer[])
  AND o.phenomenon_time >= {since}::timestamptz AND o.phenomenon_time < {until}::timestamptz
  AND o.quality = ANY({flags}::smallint[]) AND o.result IS NOT NULL
GROUP BY 1, 2

-- name: observations_each
-- The same of some series, each between its own times.
SELECT {bucket} AS time, s.rank, max(o.phenomenon_time) AS at, count(*) AS count,
       avg(o.result) AS mean, min(o.result) AS min, max(o.result) AS max,
       (array_agg(o.result ORDER BY o.phenomenon_time DESC))[1] AS last
FROM unnest({ids}::integer[], {ranks}::integer[], {since}::timestamptz[], {until}::timestamptz[])
     AS s (id, rank, since, until)
CROSS JOIN LATERAL (
    SELECT phenomenon_time, result FROM observation
    WHERE datastream_id = s.id AND phenomenon_time >= s.since AND phenomenon_time < s.until
      AND phenomenon_time >= {start}::timestamptz AND phenomenon_time < {stop}::timestamptz
      AND quality = ANY({flags}::smallint[]) AND result IS NOT NULL
) o
GROUP BY 1, s.rank

-- name: hours_together
-- The hours that are kept of some series within one span.
SELECT {bucket} AS time, {rank} AS rank, h.bucket AS at, h.count, h.mean, h.min, h.max, h.last
FROM hours_of_each({ids}, {since}, {until}) h

-- name: hours_each
-- The same of some series, each between its own times.
SELECT {bucket} AS time, s.rank, h.bucket AS at, h.count, h.mean, h.min, h.max, h.last
FROM unnest({ids}::integer[], {ranks}::integer[], {since}::timestamptz[], {until}::timestamptz[])
     AS s (id, rank, since, until)
CROSS JOIN LATERAL hours_of(s.id, s.since, s.until) h
WHERE h.bucket >= {start}::timestamptz AND h.bucket < {stop}::timestamptz

-- name: days_together
-- The days (UTC) that are kept of some series within one span.
SELECT {bucket} AS time, {rank} AS rank, d.bucket AS at, d.count, d.mean, d.min, d.max, d.last
FROM days_of_each({ids}, {since}, {until}) d

-- name: days_each
-- The same of some series, each between its own times.
SELECT {bucket} AS time, s.rank, d.bucket AS at, d.count, d.mean, d.min, d.max, d.last
FROM unnest({ids}::integer[], {ranks}::integer[], {since}::timestamptz[], {until}::timestamptz[])
     AS s (id, rank, since, until)
CROSS JOIN LATERAL days_of(s.id, s.since, s.until) d
WHERE d.bucket >= {start}::timestamptz AND d.bucket < {stop}::timestamptz

-- name: rank
-- The place in the list of the series that a row is of; the ids are sorted.
({ranks}::integer[])[width_bucket({id}, {ids}::integer[])]

-- name: bucket_fixed
-- The bucket of a fixed length that a moment lies in.
date_bin({width}, {moment}, TIMESTAMPTZ 'epoch')

-- name: bucket_calendar
-- The bucket that a moment lies in, of those that begin at some moments.
({begins}::timestamptz[])[width_bucket({moment}, {begins}::timestamptz[])]
