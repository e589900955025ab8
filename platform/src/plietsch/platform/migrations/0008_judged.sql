-- What judges values after they were stored, and what is known of every device: types as data, tests that follow from
-- the ledger, limits of one's own, and each change of an observation kept.

-- Device types are files (plietsch.platform.device_types); here stands what a worker decodes by: the file's content.
ALTER TABLE device_type
    ADD COLUMN definition jsonb,                -- null: a type of an older version that nobody knows any more
    ADD COLUMN built_in boolean NOT NULL DEFAULT true;  -- false: added by an operator
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON device_type
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();

ALTER TABLE observed_property ADD COLUMN description text NOT NULL DEFAULT '';

-- Whether a series is meant where nobody names a method: the one by the property's default method or, at a station that
-- has none by that, any other (a level by the speed of sound, or one that the instrument computes itself).
ALTER TABLE datastream ADD COLUMN by_default boolean NOT NULL DEFAULT true;

CREATE FUNCTION is_by_default(ds datastream) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT ds.method = p.default_method OR NOT EXISTS (
        SELECT FROM datastream other
        WHERE other.station_id = ds.station_id AND other.observed_property_id = ds.observed_property_id
          AND other.method = p.default_method
    )
    FROM observed_property p WHERE p.id = ds.observed_property_id
$$;

UPDATE datastream SET by_default = is_by_default(datastream) WHERE by_default <> is_by_default(datastream);

CREATE FUNCTION mark_default() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE datastream ds SET by_default = is_by_default(ds)
    WHERE (ds.station_id, ds.observed_property_id) IN (
              (OLD.station_id, OLD.observed_property_id), (NEW.station_id, NEW.observed_property_id))
      AND ds.by_default <> is_by_default(ds);
    RETURN NULL;
END $$;
CREATE TRIGGER mark_default AFTER INSERT OR DELETE ON datastream FOR EACH ROW EXECUTE FUNCTION mark_default();

-- A newer version may mean another method.
CREATE FUNCTION mark_defaults() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE datastream ds SET by_default = is_by_default(ds)
    WHERE ds.observed_property_id = NEW.id AND ds.by_default <> is_by_default(ds);
    RETURN NULL;
END $$;
CREATE TRIGGER mark_defaults AFTER UPDATE OF default_method ON observed_property FOR EACH ROW
    WHEN (OLD.default_method <> NEW.default_method) EXECUTE FUNCTION mark_defaults();

-- What the network server's codec made of a frame, as it came; null where our own decoder reads the payload. Not jsonb:
-- that refuses characters which JSON allows.
ALTER TABLE uplink ADD COLUMN object json;

ALTER TABLE deployment
    ADD COLUMN photo_url text,
    ADD COLUMN note text;

-- Whether an installed device is the one that was installed at its station before, mounted anew: which one it is stays
-- untold.
CREATE VIEW public_mounting WITH (security_barrier) AS
SELECT id AS deployment_id,
       coalesce(device_id = lag(device_id) OVER (PARTITION BY station_id ORDER BY lower(during), id), false)
           AS is_remounted
FROM deployment
WHERE phase = 'installed';

-- Why a transaction wrote observations, and how many that were there before it changed. One that changed what others are
-- computed from or judged by (a mounting, limits) touches datastreams and times without an observation of its own.
ALTER TABLE write_ledger
    ADD COLUMN cause text NOT NULL DEFAULT 'ingest'
        CHECK (cause IN ('ingest', 'judge', 'reprocess', 'deployment', 'limits')),
    ADD COLUMN revised integer NOT NULL DEFAULT 0;

-- How far a reader of the ledger has come that goes on where it stopped.
CREATE TABLE ledger_reader (
    name text PRIMARY KEY,
    transaction_id xid8 NOT NULL,
    id bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Limits of one datastream that take the place of its device type's, for what was measured from `since` on. Nothing is
-- overwritten: of two entries for the same time the one with the higher id holds.
CREATE TABLE datastream_limit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    datastream_id integer NOT NULL REFERENCES datastream ON DELETE CASCADE,
    since timestamptz NOT NULL,
    limits jsonb NOT NULL,                      -- as a channel's in a device type; a test that is null is not run
    reason text NOT NULL CHECK (reason <> ''),
    entered_at timestamptz NOT NULL DEFAULT now(),
    entered_by text NOT NULL DEFAULT session_user
);
CREATE INDEX ON datastream_limit (datastream_id, since, id);

-- The judge keeps limits, and whose neighbour a station is; that a device feeds another datastream it hears already.
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON datastream_limit
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON historical_location
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER UPDATE OR DELETE ON location
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();

-- The QARTOD tests that a value did not pass, with the flag of each. What passed all has no row. `arrival` is the flag
-- it was stored with; `observation.quality` is the worst of all.
CREATE TABLE observation_test (
    datastream_id integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    arrival smallint NOT NULL,
    tests jsonb NOT NULL,                       -- {"spike": 4, "flat_line": 3}
    judged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (datastream_id, phenomenon_time)
);

-- What an observation was before somebody changed it.
CREATE TABLE observation_revision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    datastream_id integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    result_before double precision,
    quality_before smallint NOT NULL,
    result_after double precision,
    quality_after smallint,                     -- null: deleted
    cause text NOT NULL,                        -- as in write_ledger
    reason text NOT NULL,                       -- which test, which mounting, which version of a method
    revised_at timestamptz NOT NULL DEFAULT now(),
    revised_by text NOT NULL DEFAULT session_user
);
CREATE INDEX ON observation_revision (datastream_id, phenomenon_time);

-- No observation changes without a trace: whoever changes one says why, for the transaction, with set_config of
-- plietsch.cause and plietsch.reason.
CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text := nullif(current_setting('plietsch.cause', true), '');
BEGIN
    IF why IS NULL THEN
        RAISE EXCEPTION 'An observation is not changed without a cause.'
            USING HINT = 'SET LOCAL plietsch.cause and plietsch.reason first.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        INSERT INTO observation_revision
            (datastream_id, phenomenon_time, result_before, quality_before, cause, reason)
        VALUES (OLD.datastream_id, OLD.phenomenon_time, OLD.result, OLD.quality, why,
                coalesce(current_setting('plietsch.reason', true), ''));
    ELSIF (OLD.result, OLD.quality) IS DISTINCT FROM (NEW.result, NEW.quality) THEN
        INSERT INTO observation_revision
            (datastream_id, phenomenon_time, result_before, quality_before, result_after, quality_after, cause, reason)
        VALUES (OLD.datastream_id, OLD.phenomenon_time, OLD.result, OLD.quality, NEW.result, NEW.quality, why,
                coalesce(current_setting('plietsch.reason', true), ''));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_revision AFTER UPDATE OR DELETE ON observation FOR EACH ROW EXECUTE FUNCTION keep_revision();

-- Frames of makers' devices are public, too, but for their content: what else is in it, nobody but the maker knows.
CREATE OR REPLACE VIEW public_frame WITH (security_barrier) AS
SELECT d.station_id, u.event_time, u.received_at, u.f_port,
       CASE WHEN own.payload THEN u.payload END AS payload,
       u.frequency_hz, u.spreading_factor, u.data_rate, u.clock,
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
JOIN device v ON v.id = u.device_id
JOIN device_type t ON t.id = v.device_type_id
CROSS JOIN LATERAL (SELECT coalesce(t.definition ->> 'decoder', 'plietsch') = 'plietsch' AS payload) own
WHERE u.repeats IS NULL AND CASE WHEN own.payload THEN u.f_port = 1 ELSE u.object IS NOT NULL END;

-- How the values of a datastream are read from frames, by the files of the device types; where in an object they stand.
CREATE VIEW public_channel WITH (security_barrier) AS
SELECT c.datastream_id, d.during, t.definition ->> 'decoder' AS decoder, said.channel -> 'path' AS path,
       said.channel ->> 'unit' AS unit, (said.channel ->> 'assumes_c')::float8 AS assumes_c
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN device v ON v.id = d.device_id
JOIN device_type t ON t.id = v.device_type_id
CROSS JOIN LATERAL (SELECT t.definition -> 'channels' -> c.channel AS channel) said;
