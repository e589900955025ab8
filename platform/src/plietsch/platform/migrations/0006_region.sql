-- What a region's own pages need: levels above a gauge's zero and what the gauge calls them, rain in millimetres,
-- corrected series, and how a frame was heard - as far as that may leave the house.

-- The method whose series is meant where nobody names one.
ALTER TABLE observed_property ADD COLUMN default_method text NOT NULL DEFAULT 'raw';

INSERT INTO observed_property (code, name, definition, unit, unit_symbol, decimals, default_method) VALUES
    ('water_level', 'Water level above the gauge''s zero', 'http://vocab.nerc.ac.uk/standard_name/water_surface_height_above_reference_datum/', 'cm', 'cm', 1, 'gauge-zero/1');

-- How much rain makes the bucket of a rain gauge tip.
ALTER TABLE deployment ADD COLUMN rain_tip_mm double precision CHECK (rain_tip_mm > 0);

-- A station that is a gauge. `water` is what the water is called, as it follows "The water of".
CREATE TABLE gauge (
    station_id integer PRIMARY KEY REFERENCES station ON DELETE CASCADE,
    water jsonb NOT NULL,                       -- {"de": …, "da": …, "en": …}
    mean_level_cm double precision              -- above the gauge's zero, as water_level
);

-- The gauge's own levels. A level belongs to the highest one that it reaches.
CREATE TABLE gauge_level (
    station_id integer NOT NULL REFERENCES gauge ON DELETE CASCADE,
    rank smallint NOT NULL CHECK (rank BETWEEN 1 AND 4),
    level_cm double precision NOT NULL,
    name jsonb NOT NULL,                        -- {"de": …, "da": …, "en": …}
    source text NOT NULL,
    PRIMARY KEY (station_id, rank),
    UNIQUE (station_id, level_cm)
);

-- How a frame was heard ------------------------------------------------------------------------------------------

-- A number of a JSON document that may hold anything: null if it is none, or one that nothing was ever measured at.
CREATE FUNCTION json_number(value jsonb) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) <> 'number' THEN NULL
                WHEN abs(value::numeric) < 1e9 THEN value::double precision END
$$;

-- The elements of a JSON document that should be an array.
CREATE FUNCTION json_elements(value jsonb) RETURNS SETOF jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_array_elements(CASE WHEN jsonb_typeof(value) = 'array' THEN value ELSE '[]' END)
$$;

-- Which gateways heard a frame, from the network server's `rxInfo` and the public place of the station: signal in dBm,
-- its ratio to the noise in dB, and how far away in whole kilometres; the strongest first, and nobody's id. Many
-- gateways stand at somebody's home: their place is rounded to hundredths of a degree, half a kilometre and more.
--
-- ChirpStack leaves out what is zero, which a ratio to the noise often is. A gateway whose place nobody entered has
-- none, or zeros. Distances are those of places.distance_m: on the sphere of the mean Earth radius.
CREATE FUNCTION gateways_of(rx_info jsonb, station_longitude double precision, station_latitude double precision)
RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        jsonb_agg(jsonb_build_object('rssi', rssi, 'snr', snr, 'distance_km', distance_km)
                  ORDER BY rssi DESC NULLS LAST, snr DESC, distance_km),
        '[]')
    FROM (
        SELECT DISTINCT ON (coalesce(gateway ->> 'gatewayId', n::text))
               json_number(gateway -> 'rssi') AS rssi,
               CASE WHEN gateway ? 'rssi' OR gateway ? 'snr'
                    THEN coalesce(json_number(gateway -> 'snr'), 0) END AS snr,
               CASE WHEN place.longitude IS NOT NULL THEN round(2 * 6371.0088 * asin(least(1, sqrt(
                   sin(radians(place.latitude - station_latitude) / 2) ^ 2
                   + cos(radians(place.latitude)) * cos(radians(station_latitude))
                     * sin(radians(place.longitude - station_longitude) / 2) ^ 2
               )))) END AS distance_km
        FROM json_elements(rx_info) WITH ORDINALITY AS heard (gateway, n)
        LEFT JOIN LATERAL (
            SELECT round(json_number(gateway #> '{location,longitude}')::numeric, 2)::double precision,
                   round(json_number(gateway #> '{location,latitude}')::numeric, 2)::double precision
        ) AS place (longitude, latitude) ON abs(place.longitude) <= 180 AND abs(place.latitude) <= 90
                                            AND (place.longitude, place.latitude) <> (0, 0)
        ORDER BY coalesce(gateway ->> 'gatewayId', n::text), rssi DESC NULLS LAST
    ) gateway
$$;

-- The frames with readings of devices that were installed when they were heard: what was sent, and how it came in, but
-- not from which device, through whose gateway, nor where exactly. `event_time` is when the network heard it, the
-- `result_time` of the observations in it - but of a frame that the network dated more than an hour ahead of
-- `received_at`, that is theirs (plietsch.ingest.interpret.AHEAD). A copy is no frame of its own; its gateways are among
-- those of the first. A view has its owner's rights. The barrier keeps it from running a reader's own functions on rows
-- that it hides.
CREATE VIEW public_frame WITH (security_barrier) AS
SELECT d.station_id, u.event_time, u.received_at, u.f_port, u.payload, u.frequency_hz, u.spreading_factor, u.data_rate,
       u.clock,
       (SELECT gateways_of(
            (SELECT jsonb_agg(gateway) FROM uplink every, json_elements(every.rx_info) AS gateway
             WHERE every.device_id = u.device_id
               AND every.event_time BETWEEN u.event_time - INTERVAL '1 hour' AND u.event_time + INTERVAL '1 hour'
               AND u.event_id IN (every.event_id, every.repeats)),
            place.longitude, place.latitude)
        FROM historical_location h JOIN location place ON place.id = h.location_id
        WHERE h.station_id = d.station_id
        -- The place at that time: the newest one until then, or else the first one.
        ORDER BY h.since <= u.event_time DESC, abs(extract(epoch FROM h.since - u.event_time)) LIMIT 1) AS gateways
FROM uplink u
JOIN deployment d ON d.device_id = u.device_id AND d.phase = 'installed' AND d.during @> u.event_time
WHERE u.f_port = 1 AND u.repeats IS NULL;

-- How a region's network fared in a span: frames with readings of installed devices, how many gateways heard them, of
-- how many stations. With its owner's rights, for a gateway is told from another one by its id.
CREATE FUNCTION region_network(region integer, since timestamptz, until timestamptz)
RETURNS TABLE (frames bigint, gateways bigint, stations bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH heard AS (
        SELECT u.rx_info, u.repeats, d.station_id
        FROM uplink u
        JOIN deployment d ON d.device_id = u.device_id AND d.phase = 'installed' AND d.during @> u.event_time
        JOIN station s ON s.id = d.station_id
        WHERE u.event_time >= since AND u.event_time < until AND u.f_port = 1 AND s.region_id = region
    )
    SELECT count(*) FILTER (WHERE repeats IS NULL),
           (SELECT count(DISTINCT gateway ->> 'gatewayId') FROM heard, json_elements(rx_info) AS gateway),
           count(DISTINCT station_id)
    FROM heard;
END;
REVOKE ALL ON FUNCTION region_network FROM PUBLIC;
