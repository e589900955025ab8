"""`plietsch device install | move | remove | show | list | limits`: what they print, for people and machines."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from typer.testing import CliRunner, Result

from plietsch.ingest.judge.queries import QUERIES as JUDGE
from plietsch.platform import deploying, deployments, errors, limits, regions, registry
from plietsch.platform.commands import device
from plietsch.platform.commands.device import mounting
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import FlatLine, Limits, MultiVariate, Spike

DEV_EUI = "70b3d57ed0000001"
JANUARY, JUNE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
NAME = {"de": "Prüfland", "da": "Prøveland", "en": "Testland"}
SPIKE = catalogue.built_in()["plietsch-water-level"].channels["distance"].limits.spike or Spike()
REGION: dict[str, Any] = {
    "format": "plietsch-region/1",
    "region": {"code": "test", "name": NAME, "bbox": [8.2, 54.3, 10.1, 55.1], "timezone": "Europe/Berlin"},
    "operator": {"code": "school", "name": "A school"},
    "stations": [
        {
            "code": code, "name": code, "longitude": 9.43684, "latitude": 54.78291, "grid_m": 100,
            "licence": "CC0-1.0", "attribution": "The class",
            "device": {"dev_eui": dev_eui, "type": "plietsch-water-level", "sensors": ["A02YYUW"], "interval_s": 300},
            "deployment": {"phase": phase, "since": JANUARY.isoformat(), "gauge_zero_distance_m": 8.25,
                           "gauge_zero_nhn_m": -5.0},
            "gauge": {"water": NAME, "mean_level_cm": 500, "levels": []},
        }
        for code, dev_eui, phase in (("harbour", DEV_EUI, "installed"), ("pier", "70b3d57ed0000002", "removed"))
    ],
}  # fmt: skip


@pytest.fixture
def registered_url(module_url: str) -> Iterator[str]:
    """A harbour with a device that measured in June, and a pier without one."""
    with psycopg.connect(module_url) as connection:
        registry.import_region(connection, msgspec.convert(REGION, regions.RegionFile))
        connection.execute(
            """INSERT INTO observation SELECT c.datastream_id, %s + n * interval '5 minutes', 3250, NULL, 1
            FROM deployment_channel c, generate_series(0, 9) n WHERE c.channel = 'distance'""",
            (JUNE,),
        )
    yield module_url
    with psycopg.connect(module_url) as connection:
        connection.execute(
            "TRUNCATE region, organisation, device, location, observation, write_ledger RESTART IDENTITY CASCADE"
        )


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(device.app, [*arguments, "--database-url", url])


def said(url: str, *arguments: str) -> str:
    """What a command printed, in one line."""
    result = run(url, *arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return " ".join(result.output.split())


def ledger(url: str) -> list[tuple[str, datetime, datetime]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT cause, first_time, last_time FROM write_ledger ORDER BY id").fetchall()


def test_what_is_now_and_what_was_are_said(registered_url: str) -> None:
    shown = said(registered_url, "install", DEV_EUI, "--at", "harbour", "--correct", "--gauge-zero-distance-m", "8.31")
    assert shown == (
        f"now {DEV_EUI} installed at harbour from 2026-01-01 00:00 UTC: gauge zero 8.31 m below the instrument, gauge "
        "zero -5 m above NHN before installed at harbour from 2026-01-01 00:00 UTC: gauge zero 8.25 m below the "
        "instrument, gauge zero -5 m above NHN What follows from 10 readings is computed anew."
    )
    again = said(registered_url, "install", "harbour", "--at", "harbour", "--gauge-zero-distance-m", "8.31")
    assert again.startswith(f"{DEV_EUI} is so already: installed at harbour")
    assert ledger(registered_url) == [("deployment", JANUARY, JUNE + timedelta(minutes=45))]


def test_a_move_says_what_stands_elsewhere_and_how_to_put_it_right(registered_url: str) -> None:
    since = "2026-06-01T02:10:00+02:00"
    moved = json.loads(run(registered_url, "move", "harbour", "--to", "pier", "--since", since, "--json").output)
    assert (moved["now"]["station"], moved["before"]["station"], moved["elsewhere"]) == ("pier", "harbour", 8)
    taken = said(registered_url, "remove", "pier", "--since", "2026-06-01T00:30Z")
    assert taken.startswith(f"now {DEV_EUI} removed at pier from 2026-06-01 00:30 UTC before installed at pier")
    shown = json.loads(run(registered_url, "show", DEV_EUI, "--json").output)
    assert [(each["station"], each["phase"]) for each in shown["deployments"]] == [
        ("pier", "removed"), ("pier", "installed"), ("harbour", "installed"),
    ]  # fmt: skip
    late = said(registered_url, "install", DEV_EUI, "--at", "harbour", "--since", "2026-06-01T00:40Z")
    assert "nothing said of the mounting" in late


def test_a_mounting_that_makes_a_flood_of_the_newest_reading_is_doubted(registered_url: str) -> None:
    """The gauge's mean is 500 cm; the newest reading is 3250 mm."""
    doubts = {}
    for zero_m in ("8.31", "11.8", "5.2"):
        options = ("--at", "harbour", "--correct", "--gauge-zero-distance-m", zero_m, "--json")
        doubts[zero_m] = run(registered_url, "install", "harbour", *options).stderr
    assert doubts == {
        "8.31": "",
        "11.8": "By its newest reading (3250 mm, 2026-06-01 00:45 UTC) the water level would be 855 cm, where 500 is "
        "the mean: is 11.8 m the distance from the instrument down to the gauge's zero?\n",
        "5.2": doubts["11.8"].replace("855", "195").replace("11.8", "5.2"),
    }
    with psycopg.connect(registered_url) as connection:
        connection.execute("INSERT INTO gauge_level SELECT station_id, 1, 600, '{}', 'here' FROM gauge")
    moved = run(registered_url, "move", "harbour", "--to", "pier", "--gauge-zero-distance-m", "9.3")
    assert "would be 605 cm, where 500 is the mean and 600 is the highest level" in moved.stderr


def test_a_station_from_which_a_device_has_gone_says_where_it_is(registered_url: str) -> None:
    said(registered_url, "move", "harbour", "--to", "pier")
    refused = run(registered_url, "move", "harbour", "--to", "pier").exception
    assert isinstance(refused, errors.DeviceUnknown)
    assert f"Nothing hangs at harbour. {DEV_EUI}, which hung there last, is installed at pier" in refused.message
    assert "at pier" in said(registered_url, "show", "harbour")


def test_what_is_so_already_was_not_so_before_and_is_not_yet(registered_url: str) -> None:
    for since, message in (("2025-12-31T00:00Z", "is not after that"), ("2999-01-01T00:00Z", "yet to come")):
        refused = run(registered_url, "install", "harbour", "--at", "harbour", "--since", since).exception
        assert isinstance(refused, errors.DeploymentInvalid)
        assert message in refused.message
    assert "is so already" in said(
        registered_url, "install", "harbour", "--at", "harbour", "--since", "2026-01-01T00:00Z"
    )


@pytest.mark.parametrize(
    ("zero_m", "words"),
    [(8.25, "gauge zero 8.25 m below"), (0, "gauge zero at"), (-1.2, "gauge zero 1.2 m above")],
)
def test_a_probe_hangs_below_the_gauges_zero(zero_m: float, words: str) -> None:
    assert mounting.mounted(deployments.Mounting(gauge_zero_distance_m=zero_m)) == f"{words} the instrument"


def test_a_photo_is_on_the_web(registered_url: str) -> None:
    refused = run(registered_url, "install", "harbour", "--at", "harbour", "--photo", "ftp://example.org/p.jpg")
    assert refused.exit_code == 2
    assert "https://example.org/picture.jpg" in " ".join(refused.output.split())


def test_moving_in_the_past_names_the_command_that_mends_it(registered_url: str) -> None:
    shown = said(registered_url, "move", DEV_EUI, "--to", "pier", "--since", "2026-06-01T00:10Z")
    assert f"8 values that {DEV_EUI} measured since then stand in the series of harbour" in shown
    assert f"`plietsch ingest reprocess --device {DEV_EUI} --since 2026-06-01T00:10:00Z` puts them right" in shown


def test_a_device_that_another_replaces_is_held_named_and_counted(registered_url: str) -> None:
    new, since = "70b3d57ed000000d", datetime(2026, 6, 1, 0, 10, tzinfo=UTC)
    said(registered_url, "register", new, "--type", "plietsch-water-level")
    with psycopg.connect(registered_url) as connection, psycopg.connect(registered_url) as another:
        connection.execute("SELECT")  # what follows is part of one transaction
        deploying.install(connection, new, "harbour", since, mounting={}, sensors=["A02YYUW"], instead=True)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            another.execute("SELECT FROM device WHERE dev_eui = %s FOR UPDATE NOWAIT", (DEV_EUI,))
        connection.rollback()
    arguments = ("--at", "harbour", "--sensor", "A02YYUW", "--since", since.isoformat(), "--instead")
    shown = said(registered_url, "install", new, *arguments)
    assert f"Taken down for it: {DEV_EUI}. " in shown
    assert f"8 values that {DEV_EUI} measured since then stand in the series of harbour" in shown
    assert f"`plietsch ingest reprocess --device {DEV_EUI} --since 2026-06-01T00:10:00Z` puts them right" in shown
    assert ledger(registered_url) == [("deployment", since, JUNE + timedelta(minutes=45))]


def test_a_new_device_is_registered_where_it_is_installed(registered_url: str) -> None:
    new = "70-B3-D5-7E-D0-00-00-0A"
    arguments = ("--type", "plietsch-fine-dust", "--sensor", "SDS011", "--sensor", "DHT22", "--interval-s", "300")
    shown = said(registered_url, "install", new, "--at", "pier", "--phase", "bench", "--height-m", "2.5",
                 "--photo", "https://example.org/p.jpg", "--note", "key at the kiosk", *arguments)  # fmt: skip
    assert "now 70b3d57ed000000a bench at pier" in shown
    assert "height 2.5 m above ground, photo: https://example.org/p.jpg, note: key at the kiosk" in shown
    sheet = json.loads(run(registered_url, "show", "70b3d57ed000000a", "--json").output)
    assert {each["sensor"] for each in sheet["newest"]} == {"SDS011", "DHT22"}
    listed = json.loads(run(registered_url, "list", "--json").output)["devices"]
    assert [(each["station"], each["phase"]) for each in listed if each["dev_eui"] == "70b3d57ed000000a"] == [
        ("pier", "bench")
    ]
    refused = run(registered_url, "install", "70b3d57ed000000b", "--at", "harbour", "--type", "telepathy")
    assert isinstance(refused.exception, errors.DeploymentInvalid)


def test_a_device_registered_alone_hangs_nowhere(registered_url: str) -> None:
    assert "70b3d57ed000000c: of type plietsch-rain, deployed nowhere." in said(
        registered_url, "register", "70b3d57ed000000c", "--type", "plietsch-rain"
    )
    sheet = json.loads(run(registered_url, "show", "70b3d57ed000000c", "--json").output)
    assert (sheet["deployments"], sheet["device"]["station"]) == ([], None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("move", DEV_EUI, "--to", "pier", "--since", "2026-06-01T12:00"), "names no zone"),
        (("move", DEV_EUI, "--to", "pier", "--since", "yesterday"), "2026-01-31T12:00+01:00"),
        (("install", DEV_EUI, "--at", "pier", "--phase", "roof"), "installed or bench"),
        (("register", "70b3", "--type", "plietsch-rain"), "16 hexadecimal digits"),
        (("limits", DEV_EUI, "--set", "spike.suspect=1"), "Name the property"),
    ],
)
def test_a_slip_of_the_hand_is_told_at_once(registered_url: str, arguments: tuple[str, ...], message: str) -> None:
    refused = run(registered_url, *arguments)
    assert refused.exit_code == 2
    assert message in " ".join(refused.output.replace("│", " ").split())


def test_a_device_is_shown_with_all_that_is_known(registered_url: str) -> None:
    shown = said(registered_url, "show", "harbour")
    for part in (
        "interval 300 s", "mounted gauge zero 8.25 m below the instrument, gauge zero -5 m above NHN",
        "mean level 500 cm above the gauge's zero", "2026-01-01 00:00:00 UTC", "3250 mm", "good", "flat_line",
        "of the type plietsch-water-level", "It has answered no command.",
    ):  # fmt: skip
        assert part in shown, part


def test_limits_are_of_the_type_until_they_are_its_own(registered_url: str) -> None:
    before = json.loads(run(registered_url, "limits", "harbour", "distance", "--json").output)["datastreams"][0]
    assert (before["origin"], before["reason"], before["own"]) == ("type", None, [])
    assert before["limits"]["spike"]["suspect"] == SPIKE.suspect
    shown = said(
        registered_url, "limits", "harbour", "distance", "--set", "spike.suspect=200", "--off", "flat_line", "--reason",
        "ferries pass below", "--since", "2026-06-01T00:20Z",
    )  # fmt: skip
    assert "spike suspect 200" in shown
    assert "before " in shown
    assert "6 values are judged anew." in shown
    assert ledger(registered_url) == [("limits", JUNE + timedelta(minutes=20), JUNE + timedelta(minutes=45))]
    after = json.loads(run(registered_url, "limits", "harbour", "distance", "--json").output)["datastreams"][0]
    assert (after["origin"], after["reason"]) == ("own", "ferries pass below")
    assert (after["limits"]["spike"]["suspect"], after["limits"]["flat_line"]) == (200, None)
    assert after["limits"]["spike"]["fail"] == before["limits"]["spike"]["fail"]
    # Of what was measured before, the type's limits hold.
    then = run(registered_url, "limits", "harbour", "distance", "--since", "2026-06-01T00:10Z", "--json").output
    assert json.loads(then)["datastreams"][0]["origin"] == "type"
    said(registered_url, "limits", "harbour", "distance", "--as-type", "--reason", "the ferry goes elsewhere")
    back = json.loads(run(registered_url, "limits", "harbour", "distance", "--json").output)["datastreams"][0]
    assert back["limits"] == before["limits"]
    assert [each["reason"] for each in back["own"]] == ["ferries pass below", "the ferry goes elsewhere"]


def test_an_earlier_entry_holds_until_the_later_one(registered_url: str) -> None:
    for since, value in (("2026-06-01T00:30Z", "200"), ("2026-06-01T00:10Z", "100")):
        own = ("--set", f"spike.suspect={value}", "--since", since, "--reason", "tried")
        shown = said(registered_url, "limits", "harbour", "distance", *own)
    assert "4 values are judged anew." in shown
    assert "From 2026-06-01 00:30 UTC on hold the limits that were entered for then." in shown
    with psycopg.connect(registered_url) as connection:
        series = limits.find(limits.of(connection, deployments.find(connection, DEV_EUI)), "distance")
    held = [series.at(JUNE + timedelta(minutes=minutes)).spike for minutes in (0, 10, 29, 30)]
    assert [each and each.suspect for each in held] == [SPIKE.suspect, 100, 100, 200]


KNOWN = Limits(spike=Spike(suspect=300, fail=1000), flat_line=FlatLine(suspect_after_s=21_600))


@pytest.mark.parametrize(
    ("settings", "off", "wanted"),
    [
        (["spike.suspect=200"], [], Limits(spike=Spike(suspect=200, fail=1000), flat_line=KNOWN.flat_line)),
        (["suspect_range=0,500.5"], ["spike", "flat_line"], Limits(suspect_range=(0, 500.5))),
        (["multi_variate.channel=humidity", "multi_variate.at_least=95"], ["spike", "flat_line"],
         Limits(multi_variate=MultiVariate(channel="humidity", at_least=95))),
        ([], ["flat_line"], Limits(spike=KNOWN.spike)),
    ],
)  # fmt: skip
def test_limits_are_set_member_by_member(settings: list[str], off: list[str], wanted: Limits) -> None:
    assert limits.changed(KNOWN, settings, off) == wanted


@pytest.mark.parametrize(
    ("settings", "off", "message"),
    [
        (["wobble.suspect=1"], [], "no test wobble"),
        ([], ["wobble"], "no test wobble"),
        (["spike.suspect"], [], "says no value"),
        (["spike.suspect=many"], [], r"^spike.suspect: Expected number, got text\.$"),
        (["spike.suspect=-3"], [], "> 0"),
        (["spike.colour=3"], [], "spike.colour: There is no member colour here"),
        (["suspect_range.low=3"], [], "Expected list, got table"),
        (["suspect_range=3"], [], "suspect_range: Expected list, got number"),
        (["neighbour.suspect=3"], [], "radius_km"),
        (["neighbour.suspect=3", "neighbour.radius_km=20000", "neighbour.within_s=600"], [], "<= 100"),
    ],
)
def test_limits_that_mean_nothing_are_refused(settings: list[str], off: list[str], message: str) -> None:
    with pytest.raises(errors.LimitsInvalid, match=message):
        limits.changed(KNOWN, settings, off)


@pytest.mark.parametrize(("setting", "meant"), [("spke.suspect=3", "spike"), ("spike.suspct=3", "suspect")])
def test_a_limit_that_somebody_meant_is_named(setting: str, meant: str) -> None:
    with pytest.raises(errors.LimitsInvalid) as refused:
        limits.changed(KNOWN, [setting], [])
    assert f"Did you mean {meant}?" in refused.value.hint


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["suspect_range=500,100"], r"suspect_range: \[500, 100\] is no range"),
        (["suspect_range=500,90000"], "reaches beyond the instrument's range"),
        (["suspect_range=nan,500"], r"suspect_range\[0\]: nan is no number"),
        (["spike.fail=1"], "spike: suspect .* is not below fail 1"),
        (["multi_variate.channel=humidty", "multi_variate.at_least=95"], "No other channel is called humidty"),
    ],
)
def test_limits_of_its_own_follow_the_rules_of_a_device_types_file(
    registered_url: str, settings: list[str], message: str
) -> None:
    said_so = [part for each in settings for part in ("--set", each)]
    refused = run(registered_url, "limits", "harbour", "distance", *said_so, "--reason", "tried")
    assert isinstance(refused.exception, errors.LimitsInvalid), refused.exception
    assert re.search(message, refused.exception.message)


def test_a_channel_that_its_type_may_have_and_the_device_lacks_stays_named(registered_url: str) -> None:
    """A dust sensor alone, of a type that looks at the humidity too: its other limits can be set all the same."""
    dust = ("--at", "pier", "--type", "plietsch-fine-dust", "--sensor", "SDS011")
    said(registered_url, "install", "70b3d57ed000000a", *dust)
    own = ("--set", "spike.suspect=40", "--reason", "a chimney")
    assert "multi_variate channel humidity" in said(registered_url, "limits", "70b3d57ed000000a", "pm2_5", *own)


def test_of_two_entries_for_the_same_time_both_stay_and_the_later_holds(registered_url: str) -> None:
    for value in ("100", "200"):
        own = ("--set", f"spike.suspect={value}", "--since", "2026-06-01T00:10Z", "--reason", value)
        said(registered_url, "limits", "harbour", "distance", *own)
    after = json.loads(run(registered_url, "limits", "harbour", "distance", "--json").output)["datastreams"][0]
    assert [each["reason"] for each in after["own"]] == ["100", "200"]
    assert (after["reason"], after["limits"]["spike"]["suspect"]) == ("200", 200)
    assert len(ledger(registered_url)) == 2
    with psycopg.connect(registered_url) as connection:
        series = limits.find(limits.of(connection, deployments.find(connection, DEV_EUI)), "distance")
        judged = connection.execute(JUDGE["own_limits"], {"datastream_ids": [series.datastream_id]}).fetchall()
    assert [each[2]["spike"]["suspect"] for each in judged] == [200]


def test_limits_for_what_is_yet_to_be_measured_reach_who_knows_the_old_ones(registered_url: str) -> None:
    """Nothing is to be judged anew, so that the ledger says nothing; the registry does."""
    with psycopg.connect(registered_url, autocommit=True) as connection:
        connection.execute("LISTEN plietsch_registry")
        said(registered_url, "limits", "harbour", "distance", "--off", "spike", "--reason", "ferries")
        assert [each.channel for each in connection.notifies(timeout=5, stop_after=1)] == ["plietsch_registry"]
    assert ledger(registered_url) == []


def test_limits_need_a_reason_and_a_property_that_is_measured(registered_url: str) -> None:
    without = run(registered_url, "limits", "harbour", "distance", "--off", "spike")
    assert isinstance(without.exception, errors.LimitsInvalid)
    assert "reason" in without.exception.message
    other = run(registered_url, "limits", "harbour", "pm2_5", "--off", "spike", "--reason", "no")
    assert isinstance(other.exception, errors.LimitsInvalid)
    assert "distance_spread" in other.exception.hint
