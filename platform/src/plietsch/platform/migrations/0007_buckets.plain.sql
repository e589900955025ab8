-- The hours and days of a datastream that begin in a span, in order: each one of them looked up in the key of the
-- observations, between the datastream's first and last one. The views do the same for all of history, before a
-- reader's bounds are looked at.

CREATE FUNCTION buckets_of(datastream integer, since timestamptz, until timestamptz, width text)
RETURNS TABLE (bucket timestamptz, count bigint, mean double precision, min double precision, max double precision,
               last double precision)
LANGUAGE sql STABLE AS $$
    SELECT b.bucket, a.count, a.mean, a.min, a.max, a.last
    -- 24 hours, for a session's own day may have 23 or 25.
    FROM (SELECT CASE width WHEN 'hour' THEN INTERVAL '1 hour' WHEN 'day' THEN INTERVAL '24 hours' END AS step) w
    CROSS JOIN LATERAL (
        SELECT min(phenomenon_time) AS first, max(phenomenon_time) AS last
        FROM observation WHERE datastream_id = datastream
        HAVING min(phenomenon_time) IS NOT NULL  -- greatest and least would leave out a null
    ) span
    CROSS JOIN LATERAL generate_series(
        date_trunc(width, greatest(since, span.first), 'UTC'), least(until, span.last), w.step, 'UTC'
    ) AS b (bucket)
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, avg(result) AS mean, min(result) AS min, max(result) AS max,
               (array_agg(result ORDER BY phenomenon_time DESC))[1] AS last
        FROM observation
        WHERE datastream_id = datastream AND phenomenon_time >= b.bucket AND phenomenon_time < b.bucket + w.step
          AND quality <= 2 AND result IS NOT NULL
        HAVING count(*) > 0
    ) a
    -- The first one may have begun before.
    WHERE b.bucket >= since AND b.bucket < until
    ORDER BY b.bucket
$$;

CREATE FUNCTION hours_of(datastream integer, since timestamptz, until timestamptz)
RETURNS TABLE (bucket timestamptz, count bigint, mean double precision, min double precision, max double precision,
               last double precision)
LANGUAGE sql STABLE AS $$
    SELECT * FROM buckets_of(datastream, since, until, 'hour')
$$;

CREATE FUNCTION days_of(datastream integer, since timestamptz, until timestamptz)
RETURNS TABLE (bucket timestamptz, count bigint, mean double precision, min double precision, max double precision,
               last double precision)
LANGUAGE sql STABLE AS $$
    SELECT * FROM buckets_of(datastream, since, until, 'day')
$$;
