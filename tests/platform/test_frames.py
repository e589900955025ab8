"""How a frame was heard, as everybody may see it: without ids, and no place more exact than those that are public."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from plietsch.platform import places, roles
from support import databases

HEARD = "2026-05-01T12:00:00Z"
# A gateway at somebody's home, 11 km east of the station at its public place.
GATEWAY = {
    "gatewayId": "0016c001f153a14c", "uplinkId": 7, "rssi": -97, "snr": -4.5, "context": "dGVzdA==",
    "location": {"latitude": 54.78387, "longitude": 9.60412, "altitude": 31},
}  # fmt: skip
STATION = (9.4368, 54.7829)


@pytest.fixture
def owner(either_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A station whose device was on the bench in April and is installed since May."""
    with psycopg.connect(either_url, autocommit=True, row_factory=dict_row) as connection:
        databases.register(connection)
        connection.execute(
            """INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('A balcony', %s, %s, 100);
            INSERT INTO historical_location VALUES (1, '2026-04-01Z', 1);
            INSERT INTO deployment (device_id, station_id, phase, during) VALUES
                (1, 1, 'bench', '[2026-04-01Z, 2026-05-01Z)'), (1, 1, 'installed', '[2026-05-01Z,)')""".replace(
                "%s, %s", f"{STATION[0]}, {STATION[1]}"
            )
        )
        yield connection


def hear(owner: psycopg.Connection[Any], *gateways: dict[str, Any] | str, at: str = HEARD, **columns: Any) -> str:
    """Store a frame that was heard; returns its event_id."""
    values = {
        "event_time": at, "received_at": at, "device_id": 1, "dev_addr": "01020304", "f_cnt": 1, "f_port": 1,
        "payload": b"\x40", "repeats": None, "rx_info": json.dumps(list(gateways)), **columns,
    }  # fmt: skip
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    query = f"INSERT INTO uplink (event_id, {names}) VALUES (gen_random_uuid(), {marks}) RETURNING event_id"
    return owner.execute(query, values).fetchone()["event_id"]  # type: ignore[index, arg-type]


def frames(owner: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    return owner.execute("SELECT * FROM public_frame ORDER BY event_time").fetchall()


def gateways(owner: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    (frame,) = frames(owner)
    return frame["gateways"]


def test_a_frame_is_shown_as_it_was_heard(owner: psycopg.Connection[Any]):
    hear(owner, GATEWAY, frequency_hz=868_100_000, spreading_factor=9, data_rate=3)
    (frame,) = frames(owner)
    heard = datetime.fromisoformat(HEARD)
    distance_km = round(places.distance_m(*STATION, 9.60, 54.78) / 1000)
    assert frame == {
        "station_id": 1, "event_time": heard, "received_at": heard, "f_port": 1, "payload": b"\x40",
        "frequency_hz": 868_100_000, "spreading_factor": 9, "data_rate": 3, "clock": None,
        "gateways": [{"rssi": -97, "snr": -4.5, "distance_km": distance_km}],
    }  # fmt: skip
    assert distance_km == 10, "which is 10.73 to where it stands exactly, and 10.47 to where it is said to stand"


def test_nothing_tells_which_device_or_gateway_it_was(owner: psycopg.Connection[Any]):
    hear(owner, GATEWAY)
    text = json.dumps(frames(owner), default=str)
    for secret in ("0016c001f153a14c", "9.604", "54.783", "01020304", "dGVzdA", "0000000000000001"):
        assert secret not in text


@pytest.mark.parametrize(
    ("gateway", "shown"),
    [
        ({"rssi": -60, "location": {}}, {"rssi": -60, "snr": 0, "distance_km": None}),  # zeros are left out
        ({"rssi": -60, "snr": 9, "location": {"latitude": 0, "longitude": 0}}, {"rssi": -60, "snr": 9}),
        ({"rssi": -60, "snr": 9, "location": {"latitude": 54.78}}, {"rssi": -60, "snr": 9}),
        ({"rssi": "loud", "snr": 1e300, "location": {"latitude": 91, "longitude": 9}}, {"rssi": None, "snr": 0}),
        ({"location": {"latitude": 54.78, "longitude": 9.44}}, {"rssi": None, "snr": None, "distance_km": 0}),
        ("what", {"rssi": None, "snr": None}),
    ],
)
def test_what_a_gateway_does_not_say_is_null(
    owner: psycopg.Connection[Any], gateway: dict[str, Any] | str, shown: dict[str, Any]
):
    hear(owner, gateway)
    assert gateways(owner) == [{"distance_km": None, **shown}]


@pytest.mark.parametrize("rx_info", ["{}", "null", '"what"', "[]", "[[1e400]]"])
def test_any_document_can_be_shown(owner: psycopg.Connection[Any], rx_info: str):
    hear(owner, rx_info=rx_info)
    assert len(gateways(owner)) == (1 if "e400" in rx_info else 0)


def test_the_strongest_gateway_comes_first_and_each_one_once(owner: psycopg.Connection[Any]):
    hear(owner, GATEWAY, {**GATEWAY, "rssi": -90}, {"gatewayId": "b", "rssi": -50, "snr": 10})
    assert [gateway["rssi"] for gateway in gateways(owner)] == [-50, -90]


def test_the_gateways_of_a_copy_are_among_those_of_the_first(owner: psycopg.Connection[Any]):
    first = hear(owner, GATEWAY)
    hear(owner, {"gatewayId": "b", "rssi": -110, "snr": -9}, at="2026-05-01T12:00:40Z", repeats=first)
    hear(owner, {"gatewayId": "c", "rssi": -20, "snr": 12}, at="2026-05-01T12:10:00Z", f_cnt=2, f_port=2)
    assert [gateway["rssi"] for gateway in gateways(owner)] == [-97, -110]


@pytest.mark.parametrize(
    "hidden", [{"f_port": 2}, {"f_port": 0}, {"at": "2026-04-30T23:59:59Z"}, {"device_id": 2}], ids=str
)
def test_other_frames_are_nobodys(owner: psycopg.Connection[Any], hidden: dict[str, Any]):
    hear(owner, GATEWAY, **hidden)
    assert frames(owner) == []
    assert network(owner) == (0, 0, 0)


def test_the_distance_is_that_to_where_the_station_stood(owner: psycopg.Connection[Any]):
    owner.execute(
        """INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('Another', 9.60, 54.78, 100);
        INSERT INTO historical_location VALUES (1, '2026-06-01Z', 2)"""
    )
    hear(owner, GATEWAY)
    hear(owner, GATEWAY, at="2026-06-02T12:00:00Z")
    owner.execute("UPDATE historical_location SET since = '2026-05-20Z' WHERE location_id = 1")
    assert [frame["gateways"][0]["distance_km"] for frame in frames(owner)] == [10, 0], "nothing is known of before"


def network(owner: psycopg.Connection[Any], region: int = 1) -> tuple[int, ...]:
    query = "SELECT * FROM region_network(%s, '2026-04-01Z', '2026-05-02Z')"
    row: dict[str, int] | None = owner.execute(query, (region,)).fetchone()
    assert row is not None
    assert list(row) == ["frames", "gateways", "stations"]
    return tuple(row.values())


def test_the_network_of_a_region_is_counted(owner: psycopg.Connection[Any]):
    assert network(owner) == (0, 0, 0)
    first = hear(owner, GATEWAY)
    hear(owner, {"gatewayId": "b", "rssi": -110}, repeats=first)
    hear(owner, GATEWAY, at="2026-05-01T12:05:00Z", f_cnt=2)
    hear(owner, GATEWAY, at="2026-05-02T00:00:00Z", f_cnt=3)
    hear(owner, rx_info="null", at="2026-05-01T12:10:00Z", f_cnt=4)
    assert network(owner) == (3, 2, 1)
    assert network(owner, region=2) == (0, 0, 0)


def test_the_sites_users_see_this_and_no_more(owner: psycopg.Connection[Any], either_url: str):
    hear(owner, GATEWAY)
    with databases.member(either_url, roles.SITE) as url, psycopg.connect(url, autocommit=True) as site:
        site.row_factory = dict_row  # type: ignore[assignment]
        assert gateways(site)[0]["rssi"] == -97
        assert network(site) == (1, 1, 1)
        # A function of one's own in a condition sees no row that the view hides.
        site.execute(
            """CREATE FUNCTION pg_temp.tell(payload bytea) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
            BEGIN RAISE EXCEPTION 'seen %', payload; END $$"""
        )
        owner.execute("UPDATE uplink SET f_port = 2")
        assert site.execute("SELECT FROM public_frame WHERE pg_temp.tell(payload)").fetchall() == []
    with databases.member(either_url, roles.INGEST) as url, psycopg.connect(url, autocommit=True) as ingest:
        for forbidden in ("SELECT FROM public_frame", "SELECT region_network(1, '-infinity', 'infinity')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ingest.execute(forbidden)


def test_one_frame_costs_one_frame(owner: psycopg.Connection[Any]):
    owner.execute(
        """INSERT INTO uplink (event_time, received_at, event_id, device_id, dev_addr, f_cnt, f_port, payload)
        SELECT t, t, gen_random_uuid(), 1, '', 1, 1, '' FROM generate_series('2026-05-01Z'::timestamptz, '2026-08-01Z',
            INTERVAL '5 minutes') t"""
    )
    owner.execute("VACUUM ANALYZE uplink")
    row = owner.execute(
        """EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM public_frame
        WHERE station_id = 1 AND event_time = '2026-06-01Z'"""
    ).fetchone()
    assert row is not None
    plan = row["QUERY PLAN"][0]["Plan"]
    assert plan["Actual Rows"] == 1
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 100, "the table has 300, its indexes as many"
