-- The data model: the entities of OGC SensorThings 1.1 (OGC 18-088) under their own names, a Thing being a station,
-- and what hangs off them: devices and their deployments, frames as received, errors, the ledger of writes.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Who and where ------------------------------------------------------------------------------------------------

CREATE TABLE organisation (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    url text
);

CREATE TABLE region (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name jsonb NOT NULL,                        -- {"de": …, "da": …, "en": …}
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    timezone text NOT NULL,
    CHECK (west < east AND south < north)
);

CREATE TABLE station (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),  -- the stable public id
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    region_id integer NOT NULL REFERENCES region,
    operator_id integer NOT NULL REFERENCES organisation,
    licence text NOT NULL,                      -- SPDX identifier
    attribution text NOT NULL,
    municipality_key text CHECK (municipality_key ~ '^[0-9]{8}$'),  -- Amtlicher Gemeindeschlüssel; null outside Germany
    simulated boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON station (region_id);

-- What is public: a coordinate snapped to a grid of so many metres.
CREATE TABLE location (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    grid_m integer NOT NULL CHECK (grid_m >= 1)
);

-- What is not: it stays in a table of its own, so that a public role can be kept from it as a whole.
CREATE TABLE exact_location (
    location_id integer PRIMARY KEY REFERENCES location ON DELETE CASCADE,
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    elevation_m double precision
);

-- A station's place is that of its newest row.
CREATE TABLE historical_location (
    station_id integer NOT NULL REFERENCES station ON DELETE CASCADE,
    since timestamptz NOT NULL,
    location_id integer NOT NULL REFERENCES location,
    PRIMARY KEY (station_id, since)
);

-- What is measured -----------------------------------------------------------------------------------------------

CREATE TABLE sensor (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL UNIQUE,
    manufacturer text NOT NULL,
    description text NOT NULL DEFAULT '',
    datasheet_url text
);

CREATE TABLE observed_property (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]{0,62}$'),
    name text NOT NULL,
    definition text NOT NULL,                   -- IRI
    unit text NOT NULL,                         -- UCUM
    unit_symbol text NOT NULL,                  -- as people write it
    decimals smallint NOT NULL CHECK (decimals BETWEEN 0 AND 6)
);

CREATE TABLE datastream (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (id < 2097152),  -- id · 2³² + second must fit JSON's 53 bits
    station_id integer NOT NULL REFERENCES station ON DELETE CASCADE,
    sensor_id integer NOT NULL REFERENCES sensor,
    observed_property_id integer NOT NULL REFERENCES observed_property,
    method text NOT NULL DEFAULT 'raw',         -- a corrected series names its method and version
    UNIQUE (station_id, sensor_id, observed_property_id, method)
);

-- The hot table. No foreign key and no id: ingest takes datastream ids from this database, and an id column with its
-- index would cost 40 % of the write rate. A result is null where the instrument said that it had none (quality 9)
-- or one beyond its range (quality 4).
CREATE TABLE observation (
    datastream_id integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,       -- when the sensor measured
    result double precision,
    result_time timestamptz,                    -- when the network heard it
    quality smallint NOT NULL CHECK (quality IN (1, 2, 3, 4, 9)),  -- QARTOD: good, not evaluated, suspect, fail, missing
    PRIMARY KEY (datastream_id, phenomenon_time)
);

-- The nodes --------------------------------------------------------------------------------------------------------

CREATE TABLE device_type (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL
);

CREATE TABLE device (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dev_eui text NOT NULL UNIQUE CHECK (dev_eui ~ '^[0-9a-f]{16}$'),
    device_type_id integer NOT NULL REFERENCES device_type,
    interval_s integer NOT NULL CHECK (interval_s > 0),  -- how often it is meant to measure
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Where and how a device is mounted, from when until when. Only what is installed is public.
CREATE TABLE deployment (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id integer NOT NULL REFERENCES device ON DELETE CASCADE,
    station_id integer NOT NULL REFERENCES station ON DELETE CASCADE,
    phase text NOT NULL CHECK (phase IN ('bench', 'installed', 'removed')),
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    height_m double precision,                  -- above ground
    direction_deg double precision CHECK (direction_deg >= 0 AND direction_deg < 360),
    gauge_zero_distance_m double precision,     -- from the instrument down to the gauge zero
    gauge_zero_nhn_m double precision,          -- the gauge zero above NHN (DHHN2016)
    EXCLUDE USING gist (device_id WITH =, during WITH &&)
);
CREATE INDEX ON deployment (station_id);

-- Which of the device's channels feeds which datastream. A channel is named as its observed property.
CREATE TABLE deployment_channel (
    deployment_id integer NOT NULL REFERENCES deployment ON DELETE CASCADE,
    channel text NOT NULL,
    datastream_id integer NOT NULL REFERENCES datastream ON DELETE CASCADE,
    PRIMARY KEY (deployment_id, channel)
);
CREATE INDEX ON deployment_channel (datastream_id);

-- What came in -------------------------------------------------------------------------------------------------------

-- Every frame as received, undecoded. event_id is the network server's deduplicationId, or a UUIDv5 of topic and
-- payload where there is none.
CREATE TABLE uplink (
    event_time timestamptz NOT NULL,
    event_id uuid NOT NULL,
    device_id integer NOT NULL,
    dev_addr text NOT NULL,
    f_cnt bigint NOT NULL,
    f_port smallint NOT NULL,
    payload bytea NOT NULL,
    data_rate smallint,
    frequency_hz bigint,
    spreading_factor smallint,
    rx_info jsonb NOT NULL DEFAULT '[]',        -- gateways, signal, as the network server gave them
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_time, event_id)
);
CREATE INDEX ON uplink (device_id, event_time DESC);

-- Everything else a device or the network said: join, status, log, …
CREATE TABLE device_event (
    event_time timestamptz NOT NULL,
    event_id uuid NOT NULL,
    device_id integer NOT NULL,
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_time, event_id)
);
CREATE INDEX ON device_event (device_id, event_time DESC);

-- Messages that could not become observations. The same message again (a broker may deliver twice) is counted, not
-- stored again: message_id is a UUIDv5 of topic and payload.
CREATE TABLE ingest_error (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL UNIQUE,
    topic text NOT NULL,
    payload bytea NOT NULL,
    reason text NOT NULL,                       -- a code, e.g. payload-truncated
    detail text NOT NULL,                       -- a sentence for the operator
    device_id integer,
    occurrences integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON ingest_error (reason, last_at DESC);

-- Messages of senders nobody registered yet: kept whole, so that nothing is lost when the device is registered late.
CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL UNIQUE,
    dev_eui text NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    occurrences integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON quarantine (dev_eui, last_at DESC);

-- One row per writing transaction, notified on commit. A reader that needs the order of commits stops below
-- pg_snapshot_xmin(pg_current_snapshot()).
CREATE TABLE write_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    written_at timestamptz NOT NULL DEFAULT now(),
    datastream_ids integer[] NOT NULL,
    first_time timestamptz NOT NULL,            -- the phenomenon times it touched
    last_time timestamptz NOT NULL,
    observations integer NOT NULL
);
CREATE INDEX ON write_ledger (transaction_id);

CREATE FUNCTION notify_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('plietsch_write', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER notify_write AFTER INSERT ON write_ledger FOR EACH ROW EXECUTE FUNCTION notify_write();

-- Ingest keeps the registry in memory; this tells it that it changed.
CREATE FUNCTION notify_registry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('plietsch_registry', '');
    RETURN NULL;
END $$;
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON device
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON deployment
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON deployment_channel
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();

-- What every installation knows ----------------------------------------------------------------------------------------

-- Definitions: CF standard names where one exists; units in UCUM.
INSERT INTO observed_property (code, name, definition, unit, unit_symbol, decimals) VALUES
    ('pm2_5', 'PM2.5', 'http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air/', 'ug/m3', 'µg/m³', 1),
    ('pm10', 'PM10', 'http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm10_ambient_aerosol_particles_in_air/', 'ug/m3', 'µg/m³', 1),
    ('temperature', 'Air temperature', 'http://vocab.nerc.ac.uk/standard_name/air_temperature/', 'Cel', '°C', 1),
    ('humidity', 'Relative humidity', 'http://vocab.nerc.ac.uk/standard_name/relative_humidity/', '%', '%', 1),
    ('pressure', 'Air pressure', 'http://vocab.nerc.ac.uk/standard_name/air_pressure/', 'hPa', 'hPa', 1),
    ('battery', 'Battery voltage', 'http://vocab.nerc.ac.uk/standard_name/battery_voltage/', 'V', 'V', 2);

INSERT INTO sensor (model, manufacturer, description) VALUES
    ('SDS011', 'Nova Fitness', 'Laser light-scattering particle counter, PM2.5 and PM10, specified up to 70 % relative humidity'),
    ('BME280', 'Bosch Sensortec', 'Temperature, relative humidity and pressure'),
    ('DHT22', 'Aosong', 'Temperature and relative humidity'),
    ('node', 'plietsch', 'What the node measures of itself');

INSERT INTO device_type (code, name) VALUES ('plietsch-fine-dust', 'plietsch fine-dust node, payload of port 1');
