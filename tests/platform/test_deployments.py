"""Devices are installed, move, are taken down and corrected: history, what feeds what, what is computed anew."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from plietsch.platform import deploying, deployments, errors, regions, registry
from plietsch.platform.deployments import Mounting, Replaced
from plietsch.platform.why import gathering

DEV_EUI, OTHER = "70b3d57ed0000001", "70b3d57ed0000002"
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
HARBOUR: dict[str, Any] = {"gauge_zero_distance_m": 8.25, "gauge_zero_nhn_m": -5.0}
NAME = {"de": "Prüfland", "da": "Prøveland", "en": "Testland"}


def region(**stations: dict[str, Any]) -> regions.RegionFile:
    """A region whose stations have a water-level device, unless they say otherwise."""
    described = [
        {
            "code": code, "name": code, "longitude": 9.43684, "latitude": 54.78291, "grid_m": 100,
            "licence": "CC0-1.0", "attribution": "The class",
            "device": {"dev_eui": said["dev_eui"], "type": "plietsch-water-level", "sensors": ["A02YYUW"],
                       "interval_s": 300},
            "deployment": {"phase": "installed", "since": JANUARY.isoformat(), **said.get("deployment", HARBOUR)},
        }
        for code, said in stations.items()
    ]  # fmt: skip
    document = {
        "format": "plietsch-region/1",
        "region": {"code": "test", "name": NAME, "bbox": [8.2, 54.3, 10.1, 55.1], "timezone": "Europe/Berlin"},
        "operator": {"code": "school", "name": "A school"},
        "stations": described,
    }
    return msgspec.convert(document, regions.RegionFile)


@pytest.fixture
def connection(module_url: str) -> Iterator[psycopg.Connection]:
    """Two stations with a device each; nothing of it stays."""
    with psycopg.connect(module_url) as opened:
        opened.execute("SELECT")  # what follows is part of one transaction
        registry.import_region(opened, region(harbour={"dev_eui": DEV_EUI}, pier={"dev_eui": OTHER}))
        yield opened
        opened.rollback()


def measured(connection: psycopg.Connection, dev_eui: str, since: datetime, number: int = 10) -> None:
    """Let a device have measured every five minutes: a distance, and the level that was computed from it."""
    connection.execute(
        """INSERT INTO observation SELECT c.datastream_id, %s::timestamptz + n * interval '5 minutes', 1, NULL, 1
        FROM deployment_channel c JOIN deployment p ON p.id = c.deployment_id AND upper_inf(p.during)
        JOIN device d ON d.id = p.device_id, generate_series(0, %s) n
        WHERE d.dev_eui = %s AND c.channel IN ('distance', 'water_level@gauge-zero/1')""",
        (since, number - 1, dev_eui),
    )


def history(connection: psycopg.Connection) -> list[tuple[str, str, str, str | None, float | None]]:
    device = deployments.find(connection, DEV_EUI)
    return [
        (each.station, each.phase, f"{each.since:%m-%d}", f"{each.until:%m-%d}" if each.until else None,
         each.mounting.gauge_zero_distance_m)
        for each in deployments.history(connection, device.id)
    ]  # fmt: skip


def entries(connection: psycopg.Connection) -> list[tuple[str, datetime, datetime, int, set[str]]]:
    """The ledger: cause, times, observations, and what feeds the datastreams concerned."""
    rows = connection.execute(
        """SELECT cause, first_time, last_time, observations, (
            SELECT array_agg(DISTINCT c.channel) FROM deployment_channel c WHERE c.datastream_id = ANY (datastream_ids)
        ) FROM write_ledger ORDER BY id"""
    )
    return [(*row[:4], set(row[4])) for row in rows]


def fed(connection: psycopg.Connection, station: str) -> set[str]:
    """What the device feeds there at present."""
    rows = connection.execute(
        """SELECT c.channel FROM deployment_channel c JOIN deployment p ON p.id = c.deployment_id
        JOIN station s ON s.id = p.station_id JOIN datastream d ON d.id = c.datastream_id AND d.station_id = s.id
        WHERE s.code = %s AND upper_inf(p.during)""",
        (station,),
    )
    return {channel for (channel,) in rows}


LEVEL = {"distance", "distance_spread", "water_level@gauge-zero/1"}


def test_mounted_otherwise_since_later_is_another_deployment(connection: psycopg.Connection) -> None:
    measured(connection, DEV_EUI, JUNE - timedelta(minutes=20))
    change = deploying.install(connection, DEV_EUI, "harbour", JUNE, mounting={"gauge_zero_distance_m": 8.5})
    assert history(connection) == [
        ("harbour", "installed", "01-01", "06-01", 8.25),
        ("harbour", "installed", "06-01", None, 8.5),
    ]
    # What was not named stays as it was there.
    assert change.now.mounting == Mounting(gauge_zero_distance_m=8.5, gauge_zero_nhn_m=-5.0)
    assert fed(connection, "harbour") == LEVEL
    assert (change.readings, change.elsewhere) == (6, 0)
    assert entries(connection) == [("deployment", JUNE, JUNE + timedelta(minutes=25), 0, LEVEL)]


def test_so_already_changes_nothing(connection: psycopg.Connection) -> None:
    measured(connection, DEV_EUI, JUNE)
    change = deploying.install(connection, DEV_EUI, "harbour", JUNE, mounting=HARBOUR)
    assert change.is_none
    noted = deploying.install(connection, DEV_EUI, "harbour", JUNE, mounting={"note": "key at the kiosk"})
    assert (noted.is_none, noted.now.mounting.note, noted.readings) == (False, "key at the kiosk", 0)
    assert len(history(connection)) == 1
    assert entries(connection) == []


def test_a_correction_holds_for_the_whole_time(connection: psycopg.Connection) -> None:
    measured(connection, DEV_EUI, JANUARY)
    measured(connection, DEV_EUI, JUNE, 5)
    change = deploying.correct(connection, "harbour", mounting={"gauge_zero_distance_m": 8.31})
    assert history(connection) == [("harbour", "installed", "01-01", None, 8.31)]
    assert change.readings == 15
    assert entries(connection) == [("deployment", JANUARY, JUNE + timedelta(minutes=20), 0, LEVEL)]
    # What nothing is computed from concerns no value.
    assert deploying.correct(connection, DEV_EUI, mounting={"height_m": 3.0}).readings == 0
    assert len(entries(connection)) == 1


def test_a_beginning_and_a_phase_can_be_corrected(connection: psycopg.Connection) -> None:
    measured(connection, DEV_EUI, JANUARY)
    earlier = JANUARY - timedelta(days=3)
    change = deploying.correct(connection, DEV_EUI, since=earlier, phase="bench", mounting={})
    assert history(connection) == [("harbour", "bench", "12-29", None, 8.25)]
    assert (change.before and change.before.phase, change.readings) == ("installed", 10)
    assert [entry[0] for entry in entries(connection)] == ["deployment"]


def test_a_level_is_fed_as_soon_as_the_zero_is_known(connection: psycopg.Connection) -> None:
    registry.import_region(connection, region(quay={"dev_eui": "70b3d57ed0000003", "deployment": {}}))
    assert fed(connection, "quay") == LEVEL - {"water_level@gauge-zero/1"}
    measured(connection, "70b3d57ed0000003", JANUARY)
    change = deploying.correct(connection, "quay", mounting=HARBOUR)
    assert fed(connection, "quay") == LEVEL
    assert change.readings == 10


def test_a_device_that_moves_leaves_its_mounting_behind(connection: psycopg.Connection) -> None:
    deploying.remove(connection, OTHER, JUNE - timedelta(days=1))
    measured(connection, DEV_EUI, JUNE - timedelta(minutes=10))
    change = deploying.move(connection, DEV_EUI, "pier", JUNE, mounting={"gauge_zero_distance_m": 4.0})
    assert history(connection) == [
        ("harbour", "installed", "01-01", "06-01", 8.25),
        ("pier", "installed", "06-01", None, 4.0),
    ]
    assert change.now.mounting.gauge_zero_nhn_m is None
    assert fed(connection, "pier") == LEVEL
    assert change.elsewhere == 16  # of ten readings eight, each with a level
    assert deployments.find(connection, "pier").dev_eui == DEV_EUI


def test_what_is_taken_down_feeds_nothing_and_can_be_put_up_again(connection: psycopg.Connection) -> None:
    deploying.remove(connection, "harbour", JUNE)
    assert fed(connection, "harbour") == set()
    with pytest.raises(errors.DeploymentInvalid, match="deployed nowhere"):
        deploying.remove(connection, DEV_EUI, JUNE + timedelta(days=1))
    again = deploying.install(connection, DEV_EUI, "harbour", JUNE + timedelta(days=2), mounting={})
    assert again.now.mounting == Mounting()
    assert [each[1:4] for each in history(connection)] == [
        ("installed", "01-01", "06-01"),
        ("removed", "06-01", "06-03"),
        ("installed", "06-03", None),
    ]


def test_a_device_on_the_bench_is_installed_later(connection: psycopg.Connection) -> None:
    deploying.register(connection, "70B3D57ED0000009", "plietsch-water-level", 300)
    registry.import_region(connection, region(quay={"dev_eui": "70b3d57ed0000003"}))
    deploying.remove(connection, "quay", JUNE)
    bench = deploying.install(
        connection, "70b3d57ed0000009", "quay", JUNE, phase="bench", mounting={}, sensors=["A02YYUW"]
    )
    assert bench.before is None
    installed = deploying.install(
        connection, "70b3d57ed0000009", "quay", JUNE + timedelta(hours=1), mounting={"gauge_zero_distance_m": 3.2}
    )
    assert (installed.before and installed.before.phase, installed.now.phase) == ("bench", "installed")
    assert fed(connection, "quay") >= LEVEL


def test_another_device_is_replaced_only_where_that_is_said(connection: psycopg.Connection) -> None:
    with pytest.raises(errors.DeploymentInvalid, match=f"{OTHER} hangs at pier") as refused:
        deploying.move(connection, DEV_EUI, "pier", JUNE, mounting={})
    assert "--instead" in refused.value.hint
    deploying.move(connection, DEV_EUI, "pier", JUNE, mounting={}, instead=True)
    other = deployments.find(connection, OTHER)
    assert [each.until for each in deployments.history(connection, other.id)] == [JUNE]


def test_what_another_device_fed_is_computed_anew_where_it_is_replaced(connection: psycopg.Connection) -> None:
    measured(connection, OTHER, JUNE)
    change = deploying.move(connection, DEV_EUI, "pier", JUNE, mounting={}, instead=True)
    assert change.replaced == (Replaced(OTHER, 20),)  # each with a level, which the new one does not feed
    assert change.readings == 10
    assert entries(connection) == [("deployment", JUNE, JUNE + timedelta(minutes=45), 0, LEVEL)]


def test_what_was_replaced_hangs_there_no_longer(connection: psycopg.Connection) -> None:
    deploying.remove(connection, DEV_EUI, JUNE - timedelta(days=1))
    deploying.install(connection, DEV_EUI, "pier", JUNE, mounting=HARBOUR, instead=True)
    before = deployments.history(connection, deployments.find(connection, OTHER).id)
    with pytest.raises(errors.DeploymentInvalid, match="hangs at pier no longer, since 2026-06-01"):
        deploying.remove(connection, OTHER, JUNE + timedelta(hours=6))
    assert deployments.history(connection, deployments.find(connection, OTHER).id) == before
    # It was so, but is so no longer: it can be put there again.
    with pytest.raises(errors.DeploymentInvalid, match=f"{DEV_EUI} hangs at pier"):
        deploying.install(connection, OTHER, "pier", JUNE + timedelta(days=1), mounting=HARBOUR)
    again = deploying.install(connection, OTHER, "pier", JUNE + timedelta(days=1), mounting={}, instead=True)
    assert (again.now.since, again.now.mounting) == (JUNE + timedelta(days=1), Mounting(**HARBOUR))


def test_another_interval_is_computed_anew(connection: psycopg.Connection) -> None:
    """How much of an hour was measured depends on it."""
    measured(connection, DEV_EUI, JUNE)
    deploying.register(connection, DEV_EUI, "plietsch-water-level", 300)
    registry.import_region(connection, region(harbour={"dev_eui": DEV_EUI}))
    assert entries(connection) == []
    deploying.register(connection, DEV_EUI, "plietsch-water-level", 600)
    concerned = [("deployment", JANUARY, JUNE + timedelta(minutes=45), 0, LEVEL)]
    assert entries(connection) == concerned
    registry.import_region(connection, region(harbour={"dev_eui": DEV_EUI}))
    assert entries(connection) == concerned * 2


TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "at", "since", "mounting", "message", "hint"),
    [
        ("70b3d57ed00000ff", "harbour", JUNE, {}, "no device 70b3d57ed00000ff", "device register"),
        (DEV_EUI, "harbou", JUNE, {}, "no station harbou", "Did you mean harbour"),
        (DEV_EUI, "lighthouse", JUNE, {}, "no station lighthouse", "device import"),
        (DEV_EUI, "harbour", TOMORROW, {"height_m": 3.0}, "is yet to come", "when it is done"),
        (DEV_EUI, "harbour", JANUARY, {"height_m": 3.0}, "not after that", "--correct"),
        (DEV_EUI, "harbour", JANUARY - timedelta(days=1), {"height_m": 3.0}, "not after that", "2026-01-01 00:00"),
        (DEV_EUI, "harbour", JUNE, {"rain_tip_mm": 0.2}, "--rain-tip-mm is for a device that measures rain_tips",
         "measures distance, distance_spread"),
        (DEV_EUI, "harbour", JUNE, {"gauge_zero_distance_m": -1.0}, "hangs above", "more than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_changes_nothing(
    connection: psycopg.Connection,
    asked: str,
    at: str,
    since: datetime,
    mounting: dict[str, float],
    message: str,
    hint: str,
) -> None:
    with pytest.raises(errors.PlietschError, match=message) as refused:
        deploying.install(connection, asked, at, since, mounting=mounting)
    assert hint in refused.value.hint
    assert history(connection) == [("harbour", "installed", "01-01", None, 8.25)]


def test_a_correction_does_not_reach_into_an_earlier_deployment(connection: psycopg.Connection) -> None:
    deploying.install(connection, DEV_EUI, "harbour", JUNE, mounting={"gauge_zero_distance_m": 8.5})
    with pytest.raises(errors.DeploymentInvalid, match="cannot have begun"):
        deploying.correct(connection, DEV_EUI, since=JUNE - timedelta(days=1), mounting={})
    with pytest.raises(errors.DeploymentInvalid, match="at harbour, not at pier"):
        deploying.correct(connection, DEV_EUI, station="pier", mounting={})
    with pytest.raises(errors.DeploymentInvalid, match="at harbour already"):
        deploying.move(connection, DEV_EUI, "harbour", JUNE + timedelta(days=1), mounting={})


def test_a_type_that_nobody_knows_is_not_registered(connection: psycopg.Connection) -> None:
    with pytest.raises(errors.DeploymentInvalid, match="telepathy"):
        deploying.register(connection, "70b3d57ed0000009", "telepathy", 300)
    deploying.register(connection, "70b3d57ed0000009", "plietsch-water-level", 600)
    assert deployments.find(connection, "70B3D57ED0000009").type == "plietsch-water-level"
    assert deployments.history(connection, deployments.find(connection, "70b3d57ed0000009").id) == []


def test_a_mounting_that_a_region_file_corrects_is_computed_anew(connection: psycopg.Connection) -> None:
    deploying.correct(connection, DEV_EUI, mounting={"note": "key at the kiosk", "photo_url": "https://example.org/1"})
    measured(connection, DEV_EUI, JANUARY)
    registry.import_region(connection, region(harbour={"dev_eui": DEV_EUI}))
    assert entries(connection) == []
    higher = {**HARBOUR, "gauge_zero_distance_m": 8.31}
    registry.import_region(connection, region(harbour={"dev_eui": DEV_EUI, "deployment": higher}))
    assert entries(connection) == [("deployment", JANUARY, JANUARY + timedelta(minutes=45), 0, LEVEL)]
    # What a command said, and the file does not, stays.
    device = deployments.find(connection, "harbour")
    assert deployments.history(connection, device.id)[0].mounting == Mounting(
        **higher, photo_url="https://example.org/1", note="key at the kiosk"
    )
    measured(connection, DEV_EUI, JUNE)
    later = {**higher, "gauge_zero_distance_m": 8.5, "since": JUNE.isoformat()}
    registry.import_region(connection, region(harbour={"dev_eui": DEV_EUI, "deployment": later}))
    assert entries(connection)[1:] == [("deployment", JUNE, JUNE + timedelta(minutes=45), 0, LEVEL)]
    # And a number that it leaves out is taken back.
    registry.import_region(connection, region(harbour={"dev_eui": DEV_EUI, "deployment": {"since": JUNE.isoformat()}}))
    assert deployments.history(connection, device.id)[1].mounting.gauge_zero_distance_m is None


def test_facts_of_a_region_in_fast_motion_are_of_its_own_present(connection: psycopg.Connection) -> None:
    """A simulation that plays a past storm is no region that is silent; one that has stopped is."""
    connection.execute("UPDATE device_health SET heard_at = %s", (JUNE,))
    connection.execute("UPDATE station SET simulated = true WHERE code = 'harbour'")
    written = """INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, written_at)
        VALUES ('{}', now(), now(), 0, now() - %s::interval)"""
    connection.execute(written, ("6 minutes",))
    assert datetime.now(UTC) - gathering.gather(connection, "harbour").at < timedelta(minutes=1)
    connection.execute(written, ("1 minute",))
    assert datetime.now(UTC) - gathering.gather(connection, "harbour").at < timedelta(minutes=1)
    connection.execute("UPDATE station SET simulated = true")
    assert gathering.gather(connection, "harbour").at == JUNE
