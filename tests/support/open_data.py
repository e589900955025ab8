"""A small region with all that open data can be asked about, and with secrets wherever one could be; a server over it.

Frames came in through ingest, with their gateways (journey_scene). The server has the rights of the site's group.
"""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from dashboards import journey_scene
from plietsch.platform import roles
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import databases
from support.serving import serving as serving_site

# A person, her mail, her telephone, what an operator noted of her door: nobody's business.
PERSON, MAIL, TELEPHONE, NOTE = "Frauke Heimlich", "frauke@heimlich.example", "0461 7654321", "key under the flowerpot"
PHOTO = "https://heimlich.example/balcony.jpg"
JOIN_EUI, APP_KEY = "70b3d57ed0c0ffee", "2b7e151628aed2a6abf7158809cf4f3c"
# A device that nobody registered, at nobody's door.
STRANGER = "70b3d57ed0dead01"
# Away from the middle of any town, which everybody knows.
_EAST, _NORTH = 0.00087, 0.00053
EXACT = {
    code: (round(longitude + _EAST, 5), round(latitude + _NORTH, 5))
    for code, (longitude, latitude) in journey_scene.EXACT.items()
}
# In cm above the gauge's zero.
LEVELS = ((620, "erhöht", "forhøjet", "raised"), (660, "Sturmflut", "stormflod", "storm surge"))

_SECRETS = """
UPDATE deployment SET note = concat_ws(', ', %(note)s, %(person)s, %(mail)s), photo_url = %(photo)s, height_m = 3.375;
UPDATE exact_location SET longitude = longitude + %(east)s, latitude = latitude + %(north)s, elevation_m = 11.625;
INSERT INTO annotation (station_id, property, during, kind, text, source, entered_by)
    SELECT id, 'pm2_5', tstzrange('2025-12-31T22:00Z', '2026-01-01T04:00Z'), 'fireworks',
           '{"de": "Feuerwerk", "da": "Fyrværkeri", "en": "Fireworks"}', 'The region', %(person)s
    FROM station WHERE code = 'flensburg-suedermarkt';
INSERT INTO api_token (name, hash, scopes) VALUES (%(person)s, sha256(%(app_key)s::bytea), '{}');
INSERT INTO datastream_limit (datastream_id, since, limits, reason, entered_by)
    SELECT id, '2025-01-01', '{}', %(person)s || ' asked for it', %(mail)s FROM datastream;
INSERT INTO observation_revision (datastream_id, phenomenon_time, quality_before, cause, reason, revised_by)
    SELECT id, '2026-01-01', 1, 'correction', 'a spider', %(mail)s FROM datastream;
INSERT INTO device_event (event_time, event_id, device_id, kind, detail)
    SELECT now(), gen_random_uuid(), id, 'join',
           jsonb_build_object('devEui', dev_eui, 'joinEui', %(join_eui)s::text, 'key', %(app_key)s::text) FROM device;
INSERT INTO ingest_error (message_id, topic, payload, reason, detail, device_id)
    SELECT gen_random_uuid(), 'application/1/device/' || dev_eui || '/event/up', dev_eui::bytea, 'payload-truncated',
           'of ' || dev_eui || ' with ' || %(app_key)s, id FROM device;
INSERT INTO quarantine (message_id, dev_eui, topic, payload)
    VALUES (gen_random_uuid(), %(stranger)s, 'application/1/device/' || %(stranger)s, %(app_key)s::bytea);
"""
# What was measured: a wave of tenths around a mean.
_MEASURED = """
WITH series AS (
    SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id
    JOIN observed_property p ON p.id = d.observed_property_id
    WHERE s.code = %(station)s AND p.code = %(property)s AND d.by_default
), written AS (
    INSERT INTO observation
    SELECT series.id, t, round((%(mean)s + %(swing)s * sin(extract(epoch FROM t) / 7000))::numeric, 1), t, 1
    FROM series, generate_series(%(first)s::timestamptz, %(last)s, interval '30 min') t
    ON CONFLICT DO NOTHING RETURNING *
)
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
SELECT array_agg(DISTINCT datastream_id), min(phenomenon_time), max(phenomenon_time), count(*) FROM written
HAVING count(*) > 0
"""
_GAUGE = """
UPDATE station SET municipality_key = '01001000';
INSERT INTO gauge SELECT id, '{"de": "der Schlei", "da": "Slien", "en": "the Schlei"}', 500
    FROM station WHERE code = 'schleswig-pegel';
"""
_LEVEL = """INSERT INTO gauge_level SELECT station_id, %s, %s, jsonb_build_object('de', %s::text, 'da', %s::text,
    'en', %s::text), 'This test' FROM gauge"""


class Served(NamedTuple):
    """A server's address, and its region's database with its owner's rights."""

    address: str
    database_url: str

    def measure(self) -> None:
        """A value of fine dust, now."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            _measure(connection, "flensburg-suedermarkt", "pm2_5", 14.0, 6.5, span=timedelta())


def secrets() -> list[str]:
    """What nobody may read anywhere; hexadecimal ones as they are stored."""
    return [
        PERSON, PERSON.split()[1], MAIL, TELEPHONE, NOTE, PHOTO, JOIN_EUI, APP_KEY, STRANGER, journey_scene.DEV_ADDR,
        *journey_scene.DEV_EUIS.values(), *journey_scene.GATEWAYS,
    ]  # fmt: skip


def lay(database_url: str) -> None:
    """Register stations, let frames come in, write series, hide secrets."""
    journey_scene.lay(database_url)
    journey_scene.a_day(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_GAUGE)
        for rank, (level_cm, *names) in enumerate(LEVELS, 1):
            connection.execute(_LEVEL, (rank, level_cm, *names))
        _measure(connection, "flensburg-suedermarkt", "pm2_5", 14.0, 6.5)
        _measure(connection, "flensburg-suedermarkt", "pm10", 22.0, 8.5)
        _measure(connection, "flensburg-suedermarkt", "temperature", 3.0, 4.5)
        _measure(connection, "kappeln-markt", "pm2_5", 8.0, 3.5)
        _measure(connection, "schleswig-pegel", "water_level", 520.0, 25.0)
        night = {"last": datetime(2026, 1, 1, 6, tzinfo=UTC), "span": timedelta(hours=14)}
        _measure(connection, "flensburg-suedermarkt", "pm2_5", 90.0, 60.0, **night)
        surge = {"last": datetime.now(UTC) - timedelta(days=40), "span": timedelta(days=2)}
        _measure(connection, "schleswig-pegel", "water_level", 600.0, 60.0, **surge)
        hidden = {"east": _EAST, "north": _NORTH, "stranger": STRANGER}
        given = {"person": PERSON, "mail": MAIL, "photo": PHOTO, "note": NOTE, "join_eui": JOIN_EUI, "app_key": APP_KEY}
        # Several statements at once take parameters only where they are filled in here.
        psycopg.ClientCursor(connection).execute(_SECRETS, given | hidden)


@contextmanager
def serving(postgres: EmbeddedPostgres, **settings: Any) -> Generator[Served]:
    """The region in a database of its own, and a server of site and API over it."""
    name = f"open_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch STRATEGY FILE_COPY")
        lay(postgres.url(name))
        with databases.member(postgres.url(name), roles.SITE) as url, serving_site(url, **settings) as address:
            yield Served(address, postgres.url(name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _measure(
    connection: psycopg.Connection,
    station: str,
    code: str,
    mean: float,
    swing: float,
    *,
    last: datetime | None = None,
    span: timedelta = timedelta(days=7),
) -> None:
    """Every half hour of a span; not given: of the week up to now."""
    last = last or datetime.now(UTC).replace(microsecond=0)
    given = {"station": station, "property": code, "mean": mean, "swing": swing, "first": last - span, "last": last}
    connection.execute(_MEASURED, given)
