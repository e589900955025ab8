"""Several instruments of one property at a station: each has a datastream of its own."""

from api.world import World


def ids(world: World, code: str, property_: str) -> list[int]:
    """The datastreams of a property at a station, the first one first."""
    rows = world.connection.execute(
        "SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id JOIN observed_property p"
        " ON p.id = d.observed_property_id WHERE s.code = %s AND p.code = %s AND d.by_default ORDER BY d.id",
        [code, property_],
    ).fetchall()
    return [id_ for (id_,) in rows]


def add(world: World, code: str, property_: str, sensor: str) -> int:
    """Another instrument, beside what measures it there; its datastream."""
    world.connection.execute(
        """
        WITH fed AS (
            SELECT c.deployment_id, d.station_id, d.observed_property_id FROM deployment_channel c
            JOIN datastream d ON d.id = c.datastream_id JOIN station s ON s.id = d.station_id
            JOIN observed_property p ON p.id = d.observed_property_id
            WHERE s.code = %(code)s AND p.code = %(property)s AND d.by_default LIMIT 1
        ), other AS (
            INSERT INTO datastream (station_id, sensor_id, observed_property_id)
            SELECT fed.station_id, n.id, fed.observed_property_id FROM fed, sensor n WHERE n.model = %(sensor)s
            RETURNING id
        )
        INSERT INTO deployment_channel SELECT fed.deployment_id, 'another', other.id FROM fed, other
        """,
        {"code": code, "property": property_, "sensor": sensor},
    )
    return ids(world, code, property_)[-1]
