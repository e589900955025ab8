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
INSERT INTO device_health (device_id) SELECT id FROM device;

CREATE FUNCTION begin_device_health() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO device_health (device_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER begin_device_health AFTER INSERT ON device FOR EACH ROW EXECUTE FUNCTION begin_device_health();

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

-- The gaps of a datastream in an interval: from one observation to the next where at least one is missing, from the
-- beginning to the first and from the last to the end (gap_end is null while it lasts). Only while a device is deployed
-- for it can something be missing.
CREATE FUNCTION observation_gap(datastream integer, since timestamptz, until timestamptz)
RETURNS TABLE (gap_start timestamptz, gap_end timestamptz, missing bigint)
LANGUAGE sql STABLE AS $$
    WITH deployed AS (
        SELECT greatest(lower(p.during), since) AS from_time, least(upper(p.during), until) AS to_time,
               make_interval(secs => d.interval_s) AS step
        FROM deployment_channel c
        JOIN deployment p ON p.id = c.deployment_id AND p.phase <> 'removed'
        JOIN device d ON d.id = p.device_id
        WHERE c.datastream_id = datastream AND p.during && tstzrange(since, least(until, now()))
    ),
    bounded AS (SELECT from_time, least(to_time, now()) AS to_time, step, to_time > now() AS lasts FROM deployed)
    SELECT gap.start_time, CASE WHEN gap.last AND bounded.lasts THEN NULL ELSE gap.end_time END,
           greatest(round(extract(epoch FROM gap.end_time - gap.start_time) / extract(epoch FROM step))::bigint - 1, 1)
    FROM bounded
    CROSS JOIN LATERAL (
        SELECT lag(moment, 1, moment) OVER (ORDER BY moment) AS start_time, moment AS end_time,
               moment = bounded.to_time AS last
        FROM (
            SELECT bounded.from_time AS moment UNION ALL
            SELECT phenomenon_time FROM observation
            WHERE datastream_id = datastream
              AND phenomenon_time >= bounded.from_time AND phenomenon_time < bounded.to_time
            UNION ALL SELECT bounded.to_time
        ) moments
    ) gap
    -- Half a step of patience: nodes do not measure on the dot.
    WHERE gap.end_time - gap.start_time > bounded.step * 1.5
    ORDER BY gap.start_time
$$;
