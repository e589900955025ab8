"""What people write into an address, as it is understood."""

from datetime import UTC, datetime

import pytest
from api.world import Client
from hypothesis import given
from hypothesis import strategies as st

from plietsch.api import errors, parameters

_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-01T12:00:00Z", _NOON),
        ("2026-05-01t12:00:00z", _NOON),
        ("2026-05-01 12:00Z", _NOON),
        ("2026-05-01T14:00:00+02:00", _NOON),
        ("2026-05-01T14:00+0200", _NOON),
        ("2026-05-01T14:00+02", _NOON),
        ("2026-05-01T12:00:00.5Z", _NOON.replace(microsecond=500_000)),
        ("2026-05-01T12:00:00,25Z", _NOON.replace(microsecond=250_000)),
        ("2026-05-01T24:00:00Z", datetime(2026, 5, 2, tzinfo=UTC)),
        ("2026-12-31T24:00+01:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        # RFC 3339, section 5.8: leap seconds.
        ("1990-12-31T23:59:60Z", datetime(1991, 1, 1, tzinfo=UTC)),
        ("1990-12-31T15:59:60.5-08:00", datetime(1991, 1, 1, microsecond=500_000, tzinfo=UTC)),
    ],
)
def test_a_time_is_understood(written: str, meant: datetime):
    assert parameters.time("from", written) == meant


@given(st.datetimes(timezones=st.timezones()))
def test_what_a_program_writes_is_understood(moment: datetime):
    try:
        meant = moment.astimezone(UTC)
    except OverflowError:
        return
    offset = moment.utcoffset()
    if offset is not None and offset.total_seconds() % 60 == 0:  # RFC 3339 has no seconds in a zone
        assert parameters.time("from", moment.isoformat()) == meant


@pytest.mark.parametrize("written", ["2026-W47-1T00:00Z", "2026-121T00:00Z", "20260501T000000Z", "2026-05-01T24:30Z"])
def test_another_calendar_is_no_time(written: str):
    with pytest.raises(errors.ParameterInvalid, match="is not a time"):
        parameters.time("from", written)


@pytest.mark.parametrize(
    "written", ["2026-13-45", "2026-02-30T12:00", "2026-05-01T25:00", "2026-05-01T12:00:60Z", "9999-12-31T23:59:60Z"]
)
def test_what_no_calendar_and_no_clock_shows_is_no_time(written: str):
    with pytest.raises(errors.ParameterInvalid, match="is not a time"):
        parameters.time("from", written)


@pytest.mark.parametrize("written", ["2026-05-01", "2026-05-01T12:00:00"])
def test_a_time_without_a_zone_is_told_so(written: str):
    with pytest.raises(errors.ParameterInvalid, match="names no time zone"):
        parameters.time("from", written)


def test_a_box_over_the_antimeridian_is_told_how_to_ask():
    with pytest.raises(errors.ParameterInvalid) as refused:
        parameters.bounds("170,-20,-170,20")
    assert "antimeridian" in refused.value.hint
    with pytest.raises(errors.ParameterInvalid) as refused:
        parameters.bounds("9,56,10,54")
    assert "antimeridian" not in refused.value.hint


@pytest.mark.parametrize(("query", "parameter"), [("q=S%FCdermarkt", "q"), ("station=a&station=%FF%FE", "station")])
def test_what_is_not_utf_8_is_refused(quiet_api: Client, query: str, parameter: str):
    problem = quiet_api.problem(f"/api/v1/stations?{query}")
    assert (problem["status"], problem["parameter"]) == (400, parameter)
    assert "%C3%BC" in problem["hint"]
