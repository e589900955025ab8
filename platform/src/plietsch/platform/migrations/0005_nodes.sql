-- What a node says of itself, and what water-level and rain nodes measure.

-- The newest status frame of a device (docs/payload.md, port 2), and when it was heard.
ALTER TABLE device_health
    ADD COLUMN node_status_at timestamptz,
    ADD COLUMN node_status jsonb;

-- Definitions: CF standard names where one exists. A spread has the name of what it is the spread of: CF tells the two
-- apart by cell methods (CF conventions, appendix E). For counts there is QUDT. Units in UCUM: that of a count is 1.
INSERT INTO observed_property (code, name, definition, unit, unit_symbol, decimals) VALUES
    ('distance', 'Distance to the water', 'http://vocab.nerc.ac.uk/standard_name/altimeter_range/', 'mm', 'mm', 0),
    ('distance_spread', 'Spread of the distance to the water', 'http://vocab.nerc.ac.uk/standard_name/altimeter_range/', 'mm', 'mm', 0),
    ('pm2_5_spread', 'Spread of PM2.5', 'http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air/', 'ug/m3', 'µg/m³', 1),
    ('pm10_spread', 'Spread of PM10', 'http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm10_ambient_aerosol_particles_in_air/', 'ug/m3', 'µg/m³', 1),
    ('rain_tips', 'Tips of the rain gauge since it was new', 'http://qudt.org/vocab/quantitykind/Count', '1', 'tips', 0);

INSERT INTO sensor (model, manufacturer, description) VALUES
    ('A02YYUW', 'DFRobot', 'Waterproof ultrasonic distance sensor, 30 mm to 4500 mm'),
    ('rain', 'any', 'Tipping-bucket rain gauge');

INSERT INTO device_type (code, name) VALUES
    ('plietsch-water-level', 'plietsch water-level node, payload of port 1'),
    ('plietsch-rain', 'plietsch rain node, payload of port 1');
