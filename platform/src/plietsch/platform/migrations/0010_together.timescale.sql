-- The hours and days of several datastreams that begin in a span, in no order: from the continuous aggregates.
--
-- They are planned anew each time, with the span as it is: then TimescaleDB looks neither at chunks outside of it, nor,
-- where all of it was materialised, at any of the observations. A plan for any span, as hours_of in a join gets it, looks
-- at every chunk of both, and takes longer to be made than a year of hours to be read (docs/database.md).

CREATE FUNCTION hours_of_each(datastreams integer[], since timestamptz, until timestamptz)
RETURNS TABLE (datastream_id integer, bucket timestamptz, count bigint, mean double precision, min double precision,
               max double precision, last double precision)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT h.datastream_id, h.bucket, h.count, h.mean, h.min, h.max, h.last FROM observation_hour h
         WHERE h.datastream_id = ANY($1) AND h.bucket >= $2 AND h.bucket < $3'
        USING datastreams, since, until;
END
$$;

CREATE FUNCTION days_of_each(datastreams integer[], since timestamptz, until timestamptz)
RETURNS TABLE (datastream_id integer, bucket timestamptz, count bigint, mean double precision, min double precision,
               max double precision, last double precision)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT d.datastream_id, d.bucket, d.count, d.mean, d.min, d.max, d.last FROM observation_day d
         WHERE d.datastream_id = ANY($1) AND d.bucket >= $2 AND d.bucket < $3'
        USING datastreams, since, until;
END
$$;
