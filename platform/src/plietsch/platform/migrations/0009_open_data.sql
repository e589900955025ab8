-- What the open-data API stands on: who may ask more, what a reader must know of a time, and addresses that moved.

-- Who asks with a token may ask more. The token itself is kept nowhere: only the SHA-256 of its 256 random bits, which
-- nobody guesses (so no slow hash is needed).
CREATE TABLE api_token (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),      -- whose it is, for the operator
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,                     -- null: never
    revoked_at timestamptz
);

-- The site asks about a token that it was shown, and can list none.
CREATE FUNCTION shown_token(shown bytea) RETURNS TABLE (id integer, scopes text[], expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT id, scopes, expires_at, revoked_at FROM api_token WHERE hash = shown
$$;

-- What a reader of a time must know: of a station, of a region, or, where neither is named, of everywhere. What
-- deployments say themselves (an instrument replaced, a station moved) is not written again.
CREATE TABLE annotation (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer REFERENCES region ON DELETE CASCADE,
    station_id integer REFERENCES station ON DELETE CASCADE,
    property text REFERENCES observed_property (code),  -- null: all
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,30}$'),
    text jsonb NOT NULL,                        -- by language: de, da, en
    source text,                                -- who says so; null: the operator
    entered_at timestamptz NOT NULL DEFAULT now(),
    entered_by text NOT NULL DEFAULT session_user
);
CREATE INDEX ON annotation USING gist (during);

-- What a station was called before: an address that somebody wrote down goes on leading there.
CREATE TABLE former_code (
    code text PRIMARY KEY,
    station_id integer NOT NULL REFERENCES station ON DELETE CASCADE,
    until timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION keep_former_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM former_code WHERE code = NEW.code;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO former_code (code, station_id) VALUES (OLD.code, OLD.id)
        ON CONFLICT (code) DO UPDATE SET station_id = EXCLUDED.station_id, until = EXCLUDED.until;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_former_code AFTER INSERT ON station FOR EACH ROW EXECUTE FUNCTION keep_former_code();
CREATE TRIGGER keep_former_code_again AFTER UPDATE OF code ON station FOR EACH ROW
    WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION keep_former_code();

-- How old a newest value may be follows from how often its device is meant to measure; which device that is stays untold.
CREATE OR REPLACE VIEW public_channel WITH (security_barrier) AS
SELECT c.datastream_id, d.during, t.definition ->> 'decoder' AS decoder, said.channel -> 'path' AS path,
       said.channel ->> 'unit' AS unit, (said.channel ->> 'assumes_c')::float8 AS assumes_c, v.interval_s
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN device v ON v.id = d.device_id
JOIN device_type t ON t.id = v.device_type_id
CROSS JOIN LATERAL (SELECT t.definition -> 'channels' -> c.channel AS channel) said;

-- The site keeps the registry in memory, too: also what a station, a property or whoever runs one is called.
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON station
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON datastream
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER INSERT OR UPDATE OR DELETE ON observed_property
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_registry AFTER UPDATE ON organisation
    FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();

-- Readers of the ledger learn from here up to where it was deleted, by whomever: who was not there yet has missed some.
CREATE FUNCTION note_deleted_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_reader AS known (name, transaction_id, id)
    SELECT 'deleted up to here', transaction_id, id FROM gone ORDER BY transaction_id DESC, id DESC LIMIT 1
    ON CONFLICT (name) DO UPDATE SET transaction_id = EXCLUDED.transaction_id, id = EXCLUDED.id, updated_at = now()
    WHERE (known.transaction_id, known.id) < (EXCLUDED.transaction_id, EXCLUDED.id);
    RETURN NULL;
END $$;
CREATE TRIGGER note_deleted_ledger AFTER DELETE ON write_ledger REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_deleted_ledger();
