-- The hours and days of a datastream that begin in a span, in order: from the continuous aggregates.

CREATE FUNCTION hours_of(datastream integer, since timestamptz, until timestamptz)
RETURNS TABLE (bucket timestamptz, count bigint, mean double precision, min double precision, max double precision,
               last double precision)
LANGUAGE sql STABLE AS $$
    SELECT h.bucket, h.count, h.mean, h.min, h.max, h.last FROM observation_hour h
    WHERE h.datastream_id = datastream AND h.bucket >= since AND h.bucket < until
    ORDER BY h.bucket
$$;

CREATE FUNCTION days_of(datastream integer, since timestamptz, until timestamptz)
RETURNS TABLE (bucket timestamptz, count bigint, mean double precision, min double precision, max double precision,
               last double precision)
LANGUAGE sql STABLE AS $$
    SELECT d.bucket, d.count, d.mean, d.min, d.max, d.last FROM observation_day d
    WHERE d.datastream_id = datastream AND d.bucket >= since AND d.bucket < until
    ORDER BY d.bucket
$$;
