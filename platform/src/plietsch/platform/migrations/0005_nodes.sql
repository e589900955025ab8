-- What a node says of itself, and what water-level and rain nodes measure.

-- The newest status frame of a device (docs/payload.md, port 2), and when it was heard.
ALTER TABLE device_health
    ADD COLUMN node_status_at timestamptz,
    ADD COLUMN node_status jsonb;

-- A spread says how far the samples behind a value lay apart. It goes with its property and is shown where it is asked
-- for only: a node of an older version has none, and its series stays empty.
ALTER TABLE observed_property ADD COLUMN spread_of text REFERENCES observed_property (code);

-- Definitions: CF standard names where one exists. A spread has the name of what it is the spread of: CF tells the two
-- apart by cell methods (CF conventions, appendix E). For counts there is QUDT. Units in UCUM: that of a count is 1.
INSERT INTO observed_property (code, name, definition, unit, unit_symbol, decimals, spread_of) VALUES
    ('distance', 'Distance to the water', 'http://vocab.nerc.ac.uk/standard_name/altimeter_range/', 'mm', 'mm', 0, NULL),
    ('distance_spread', 'Spread of the distance to the water', 'http://vocab.nerc.ac.uk/standard_name/altimeter_range/', 'mm', 'mm', 0, 'distance'),
    ('pm2_5_spread', 'Spread of PM2.5', 'http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air/', 'ug/m3', 'µg/m³', 1, 'pm2_5'),
    ('pm10_spread', 'Spread of PM10', 'http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm10_ambient_aerosol_particles_in_air/', 'ug/m3', 'µg/m³', 1, 'pm10'),
    ('rain_tips', 'Tips of the rain gauge since it was new', 'http://qudt.org/vocab/quantitykind/Count', '1', 'tips', 0, NULL);

INSERT INTO sensor (model, manufacturer, description) VALUES
    ('A02YYUW', 'DFRobot', 'Waterproof ultrasonic distance sensor, 30 mm to 4500 mm'),
    ('rain', 'any', 'Tipping-bucket rain gauge');

INSERT INTO device_type (code, name) VALUES
    ('plietsch-water-level', 'plietsch water-level node, payload of port 1'),
    ('plietsch-rain', 'plietsch rain node, payload of port 1');
