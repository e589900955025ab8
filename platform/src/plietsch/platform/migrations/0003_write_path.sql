-- What ingest learns besides the numbers: how a device fares, what became of a command, what came twice, what came late.

-- A frame of a known device, address, counter and content under a new id is a copy (LoRaWAN networks make them when a
-- gateway is late); a node's clock is judged by what the network heard when.
ALTER TABLE uplink
    ADD COLUMN repeats uuid,                    -- event_id of the frame of which this one is a copy
    ADD COLUMN clock text CHECK (clock IN ('unset', 'reset', 'ahead', 'wrong'));  -- null: right

-- The newest that is known of each device. A worker locks the rows of a batch's devices in the order of their ids:
-- of two workers that hold copies of the same frame, the second one sees what the first one has stored.
CREATE TABLE device_health (
    device_id integer PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    heard_at timestamptz,                       -- the newest frame, with its address and counter
    dev_addr text,
    f_cnt bigint,
    joined_at timestamptz,
    clock text,                                 -- as in uplink, of the newest frame
    clock_since timestamptz,
    status_at timestamptz,                      -- LoRaWAN DevStatusAns
    margin_db smallint,
    battery_percent real,                       -- null where the device cannot say
    external_power boolean
) WITH (fillfactor = 50);                       -- updated in place: room for the next version on the same page
CREATE FUNCTION begin_device_health() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO device_health (device_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER begin_device_health AFTER INSERT ON device FOR EACH ROW EXECUTE FUNCTION begin_device_health();
-- After the trigger: a device that is registered meanwhile has its row from one of the two.
INSERT INTO device_health (device_id) SELECT id FROM device ON CONFLICT DO NOTHING;

-- Commands to devices. One that was queued by other hands than ours gets its row from the first event that names it.
CREATE TABLE downlink (
    queue_item_id uuid PRIMARY KEY,
    device_id integer NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sent', 'acknowledged', 'unacknowledged', 'failed')),
    state_at timestamptz NOT NULL,
    f_cnt_down bigint,
    detail text                                 -- what the network said of one that failed
);
CREATE INDEX ON downlink (device_id, state_at DESC);

-- A device's own idea of where it is: offered to the operator, it moves nothing by itself. Exact, therefore not public.
CREATE VIEW location_offer AS
SELECT DISTINCT ON (device_id) device_id, event_time, event_id,
       (detail -> 'location' ->> 'longitude')::double precision AS longitude,
       (detail -> 'location' ->> 'latitude')::double precision AS latitude,
       (detail -> 'location' ->> 'altitude')::double precision AS elevation_m,
       (detail -> 'location' ->> 'accuracy')::double precision AS accuracy_m,
       detail -> 'location' ->> 'source' AS source
FROM device_event
WHERE kind = 'location' AND detail -> 'location' ?& ARRAY['longitude', 'latitude']
ORDER BY device_id, event_time DESC;

-- A reading that a new frame brought again: the first one stays. `differs` says that the second one was another number.
CREATE TABLE observation_repeat (
    datastream_id integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    event_time timestamptz NOT NULL,            -- of the frame that brought it again
    event_id uuid NOT NULL,
    result double precision,
    quality smallint NOT NULL,
    differs boolean NOT NULL,
    PRIMARY KEY (datastream_id, phenomenon_time, event_id)
);

ALTER TABLE write_ledger
    ADD COLUMN late integer NOT NULL DEFAULT 0, -- of `observations`, those heard more than an hour after they were measured
    ADD COLUMN repeated integer NOT NULL DEFAULT 0;  -- beside `observations`, those that were there before

-- The gaps of a datastream in an interval, one row each: between two observations of which at least one is missing in
-- between, from the beginning of a deployment to its first observation, from the last one to its end. gap_end is null
-- while a gap lasts. Something can be missing only while a device is deployed for the datastream (on a bench, too), up
-- to now, and at the device's present interval; where several are, at the shortest. `missing` is how many observations
-- a node that measures steadily would have made in there.
CREATE FUNCTION observation_gap(datastream integer, since timestamptz, until timestamptz)
RETURNS TABLE (gap_start timestamptz, gap_end timestamptz, missing bigint)
LANGUAGE sql STABLE AS $$
    WITH fed AS (
        -- When the datastream was fed at each interval: deployments that follow each other are one.
        SELECT d.interval_s, range_agg(p.during) AS during
        FROM deployment_channel c
        JOIN deployment p ON p.id = c.deployment_id AND p.phase <> 'removed'
        JOIN device d ON d.id = p.device_id
        WHERE c.datastream_id = datastream
        GROUP BY d.interval_s
    ),
    shortest AS (
        SELECT interval_s, during - coalesce(
            range_agg(during) OVER (ORDER BY interval_s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '{}'
        ) AS during
        FROM fed
    ),
    span AS (
        SELECT interval_s, lower(within) AS from_time, upper(within) AS to_time,
               until > now() AND upper(within) = now() AS lasts
        FROM shortest
        CROSS JOIN LATERAL unnest(
            during * tstzmultirange(tstzrange(since, greatest(since, least(until, now()))))
        ) AS within
    )
    SELECT gap.start_time, CASE WHEN NOT (gap.to_end AND span.lasts) THEN gap.end_time END, counted.missing
    FROM span
    CROSS JOIN LATERAL (
        SELECT lag(moment) OVER (ORDER BY moment, place) AS start_time, moment AS end_time,
               lag(place) OVER (ORDER BY moment, place) = 0 AS from_beginning, place = 2 AS to_end
        FROM (
            SELECT span.from_time AS moment, 0 AS place UNION ALL
            SELECT phenomenon_time, 1 FROM observation
            WHERE datastream_id = datastream
              AND phenomenon_time >= span.from_time AND phenomenon_time < span.to_time
            UNION ALL SELECT span.to_time, 2
        ) moments
    ) gap
    -- The observations at both ends of a gap are there; the beginning and the end of a span are none.
    CROSS JOIN LATERAL (SELECT extract(epoch FROM gap.end_time - gap.start_time) / span.interval_s AS steps) measured
    CROSS JOIN LATERAL (
        SELECT greatest(1, CASE
            WHEN gap.from_beginning THEN floor(measured.steps)
            WHEN gap.to_end THEN ceil(measured.steps) - 1
            ELSE round(measured.steps) - 1
        END)::bigint AS missing
    ) counted
    -- Half a step of patience: nodes do not measure on the dot.
    WHERE measured.steps > 1.5
    ORDER BY gap.start_time
$$;
