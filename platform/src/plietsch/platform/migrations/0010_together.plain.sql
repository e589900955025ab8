-- The hours and days of several datastreams that begin in a span, in no order.

CREATE FUNCTION hours_of_each(datastreams integer[], since timestamptz, until timestamptz)
RETURNS TABLE (datastream_id integer, bucket timestamptz, count bigint, mean double precision, min double precision,
               max double precision, last double precision)
LANGUAGE sql STABLE AS $$
    SELECT d.id, h.bucket, h.count, h.mean, h.min, h.max, h.last
    FROM unnest(datastreams) AS d (id) CROSS JOIN LATERAL hours_of(d.id, since, until) h
$$;

CREATE FUNCTION days_of_each(datastreams integer[], since timestamptz, until timestamptz)
RETURNS TABLE (datastream_id integer, bucket timestamptz, count bigint, mean double precision, min double precision,
               max double precision, last double precision)
LANGUAGE sql STABLE AS $$
    SELECT d.id, h.bucket, h.count, h.mean, h.min, h.max, h.last
    FROM unnest(datastreams) AS d (id) CROSS JOIN LATERAL days_of(d.id, since, until) h
$$;
