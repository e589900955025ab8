-- Who may do what: runs after every migration, and says all there is to say. What is not named here, a new table above
-- all, neither group may touch. The logins of the services are members of the groups (docs/database.md).
--
-- plietsch_ingest writes what was measured and heard, and judges it; it sees no station's exact place and nobody's name.
--                 A change of an observation leaves a revision (trigger keep_revision).
-- plietsch_site   reads what everybody may see; of tables that also hold what must not leave the house, some columns.

-- What an earlier version granted and this one does not.
DO $$
DECLARE
    name regclass;
    function regprocedure;
BEGIN
    FOR name IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND pg_has_role(c.relowner, 'USAGE')
          AND (c.relacl::text ~ 'plietsch_(ingest|site)='
               OR EXISTS (SELECT FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attacl::text ~ 'plietsch_(ingest|site)='))
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM plietsch_ingest, plietsch_site', name);
    END LOOP;
    -- Functions with their owner's rights are nobody's but for a grant; all others do what their caller may.
    FOR function IN
        SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.prosecdef AND pg_has_role(p.proowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, plietsch_ingest, plietsch_site', function);
    END LOOP;
END $$;

-- Nobody makes tables here but the owner (so from PostgreSQL 15 on; a database that is older has kept its old grant),
-- and ingest copies batches into temporary ones.
DO $$
BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO plietsch_ingest, plietsch_site', current_schema());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO plietsch_ingest, plietsch_site', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO plietsch_ingest', current_database());
END $$;

GRANT SELECT ON device, device_type, deployment_channel, station, sensor, observed_property, datastream, location,
    historical_location TO plietsch_ingest;
-- Without picture and note, and without who entered limits and why.
GRANT SELECT (id, device_id, station_id, phase, during, gauge_zero_distance_m, gauge_zero_nhn_m, rain_tip_mm)
    ON deployment TO plietsch_ingest;
GRANT SELECT (id, datastream_id, since, limits) ON datastream_limit TO plietsch_ingest;
GRANT SELECT, INSERT ON uplink, observation, observation_repeat, device_event, write_ledger TO plietsch_ingest;
-- When it was revised, and by whom, the database says.
GRANT INSERT (datastream_id, phenomenon_time, result_before, quality_before, result_after, quality_after, cause, reason)
    ON observation_revision TO plietsch_ingest;
GRANT UPDATE (result, quality), DELETE ON observation TO plietsch_ingest;
GRANT SELECT, INSERT, UPDATE ON device_health, downlink, ledger_reader TO plietsch_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_error, quarantine, observation_test TO plietsch_ingest;

GRANT SELECT ON region, station, location, historical_location, sensor, observed_property, datastream,
    deployment_channel, observation, observation_hour, observation_day, write_ledger, gauge, gauge_level, public_frame,
    public_channel TO plietsch_site;
GRANT SELECT ON observation_test, public_mounting, ledger_reader TO plietsch_site;
-- Without who revised it.
GRANT SELECT (id, datastream_id, phenomenon_time, result_before, quality_before, result_after, quality_after, cause,
    reason, revised_at) ON observation_revision TO plietsch_site;
GRANT EXECUTE ON FUNCTION region_network TO plietsch_site;
GRANT SELECT (id, code, name, url) ON organisation TO plietsch_site;
-- Without which device it is, and how high it hangs on whose wall. How high above a gauge's zero is part of a level.
GRANT SELECT (id, station_id, phase, during, gauge_zero_distance_m, gauge_zero_nhn_m, rain_tip_mm) ON deployment
    TO plietsch_site;
-- Without who entered it.
GRANT SELECT (id, region_id, station_id, property, during, kind, text, source, entered_at) ON annotation TO plietsch_site;
GRANT SELECT ON former_code TO plietsch_site;
GRANT SELECT (code, name, definition, built_in) ON device_type TO plietsch_site;
GRANT EXECUTE ON FUNCTION shown_token TO plietsch_site;
