"""Aggregates against a reckoning in plain Python: any span, zone and flags; the parts of a split make the whole."""

import math
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import hypothesis
import psycopg
import pytest
from api.world import Client, World
from hypothesis import strategies as st

from plietsch.api.observations import buckets
from plietsch.api.observations.buckets import Aggregated
from plietsch.api.observations.intervals import Intervals
from plietsch.api.observations.queries import Queries
from plietsch.api.observations.question import AGGREGATED
from plietsch.platform import migrations
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import databases

OBSERVATIONS = "/api/v1/observations"
# Where clocks change within what is measured, by an hour, by half of one, at midnight; and offsets of half and quarter
# hours.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
    "America/St_Johns",
)
FIRST = datetime(2026, 3, 5, tzinfo=UTC)
LAST = datetime(2026, 4, 7, tzinfo=UTC)
# The device hung elsewhere in between, from and until no whole hour: so often that its times are not named one by one.
GONE = (
    *((FIRST + timedelta(days=n, minutes=607), FIRST + timedelta(days=n, minutes=693)) for n in range(1, 10)),
    (datetime(2026, 3, 20, 10, 17, 30, tzinfo=UTC), datetime(2026, 3, 21, 3, 42, tzinfo=UTC)),
)
# When there is one value every half hour for 300 hours: clocks change within.
HALF_HOURS = (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC))
HALF_HOUR = timedelta(minutes=30)
MICROSECOND = timedelta(microseconds=1)


class Value(NamedTuple):
    time: datetime
    value: float | None
    quality: int


class Bucket(NamedTuple):
    count: int
    total: float
    least: float
    most: float
    last: float

    def __add__(self, later: "Bucket") -> "Bucket":
        return Bucket(
            self.count + later.count,
            self.total + later.total,
            min(self.least, later.least),
            max(self.most, later.most),
            later.last,
        )


class Region(NamedTuple):
    world: World
    api: Client
    values: Sequence[Value]


@pytest.fixture(scope="module", params=["plain", "timescale"])
def region(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[Region]:
    """A region whose harbour has two thousand values, made once: no test changes them."""
    with databases.on_timescale() if request.param == "timescale" else plain(postgres) as url:
        migrations.migrate(url)
        world = World(url)
        values = strewn(world)
        write(world, [Value(begin + HALF_HOUR * i, 1.0, 1) for begin in HALF_HOURS for i in range(600)], "humidity")
        for view in ("observation_hour", "observation_day") if request.param == "timescale" else ():
            world.connection.execute(f"CALL refresh_continuous_aggregate('{view}', NULL, NULL)")
        api = Client(url)
        yield Region(world, api, values)
        api.close()
        world.close()


@contextmanager
def plain(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"aggregates_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch STRATEGY FILE_COPY")
        yield postgres.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def strewn(world: World) -> list[Value]:
    """Values at no regular times, some on the hour, with every flag; those that were measured elsewhere left out."""
    dice = random.Random(7)
    times = {FIRST + timedelta(seconds=dice.randrange(33 * 86_400)) for _ in range(2000)}
    times |= {FIRST + timedelta(hours=hours) for hours in range(0, 33 * 24, 7)}
    found: list[Value] = []
    for time in sorted(times):
        quality = dice.choices((1, 2, 3, 4, 9), (80, 8, 4, 4, 4))[0]
        found.append(Value(time, None if quality == 9 else round(dice.uniform(-20, 80), 1), quality))
    write(world, found)
    mount_again(world)
    return [each for each in found if not any(since <= each.time < until for since, until in GONE)]


def mount_again(world: World) -> None:
    """After each time when the device hung elsewhere."""
    (until, *others), since = zip(*GONE, strict=True)
    world.connection.execute(
        "UPDATE deployment SET during = tstzrange(lower(during), %s) WHERE phase = 'installed'", [until]
    )
    world.connection.execute(
        """WITH again AS (
            INSERT INTO deployment (device_id, station_id, phase, during)
            SELECT device_id, station_id, phase, tstzrange(since, until)
            FROM deployment CROSS JOIN unnest(%s::timestamptz[], %s::timestamptz[]) AS mounted (since, until)
            WHERE phase = 'installed'
            RETURNING id, device_id
        ) INSERT INTO deployment_channel SELECT again.id, c.channel, c.datastream_id FROM again
        JOIN deployment d ON d.device_id = again.device_id AND NOT EXISTS (SELECT FROM again a WHERE a.id = d.id)
        JOIN deployment_channel c ON c.deployment_id = d.id""",
        [list(since), [*others, None]],
    )


def write(world: World, values: Sequence[Value], property_: str = "temperature") -> None:
    world.connection.execute(
        """INSERT INTO observation SELECT d.id, v.time, v.value, NULL, v.quality FROM datastream d
        JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id
        CROSS JOIN unnest(%s::timestamptz[], %s::double precision[], %s::smallint[]) AS v (time, value, quality)
        WHERE s.code = 'harbour' AND p.code = %s AND d.by_default""",
        [*(list(column) for column in zip(*values, strict=True)), property_],
    )


def reckoned(
    values: Sequence[Value], start: datetime, end: datetime, resolution: str, zone: str, flags: Sequence[int]
) -> dict[str, Bucket]:
    """Every bucket by a name of its own."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for time, value, quality in values:
        if start <= time < end and quality in flags and value is not None:
            found[name_of(time, resolution, zone)].append(value)
    return {name: Bucket(len(v), math.fsum(v), min(v), max(v), v[-1]) for name, v in found.items()}


def name_of(time: datetime, resolution: str, zone: str) -> str:
    if resolution in ("1d", "1mo"):
        return time.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d" if resolution == "1d" else "%Y-%m")
    time = time.astimezone(UTC)
    return time.strftime("%Y-%m-%dT%H") + (f":{time.minute // 10}0" if resolution == "10m" else ":00")


def answered(
    api: Client,
    start: datetime,
    end: datetime,
    resolution: str,
    zone: str,
    property_: str = "temperature",
    **query: Any,
) -> dict[str, Bucket]:
    rows = api.json(
        OBSERVATIONS, station="harbour", property=property_, from_=start.isoformat(), to=end.isoformat(),
        resolution=resolution, tz=zone, **query,
    )["observations"]  # fmt: skip
    named = [(name_of(datetime.fromisoformat(row["time"]), resolution, zone), row) for row in rows]
    assert [name for name, _ in named] == sorted({name for name, _ in named}), "each bucket once, in order"
    return {
        name: Bucket(row["count"], row["mean"] * row["count"], row["min"], row["max"], row["last"])
        for name, row in named
    }


def assert_same(found: dict[str, Bucket], wanted: dict[str, Bucket], parts: int = 1) -> None:
    assert found.keys() == wanted.keys()
    for name, bucket in found.items():
        # Means are rounded to the second decimal, those of each part.
        assert bucket.total == pytest.approx(wanted[name].total, abs=0.0051 * bucket.count * parts)
        assert bucket._replace(total=0) == wanted[name]._replace(total=0)


# Anywhere, but often where something begins.
MOMENTS = st.one_of(
    st.integers(0, 33 * 86_400_000_000).map(lambda us: FIRST + us * MICROSECOND),
    st.integers(0, 33 * 24).map(lambda hours: FIRST + timedelta(hours=hours)),
    st.integers(0, 33 * 48).map(lambda halves: FIRST + timedelta(minutes=30 * halves)),
    st.sampled_from([FIRST, LAST, *chain.from_iterable(GONE)]),
)


def test_any_split_of_a_span_makes_the_whole(region: Region, request: pytest.FixtureRequest):
    _, api, values = region

    @hypothesis.settings(max_examples=400 if request.config.getoption("--long") else 12, deadline=None, database=None)
    @hypothesis.given(
        moments=st.lists(MOMENTS, min_size=2, max_size=4, unique=True).map(sorted),
        resolution=st.sampled_from(["10m", "1h", "1d", "1mo"]),
        zone=st.sampled_from(ZONES),
        flags=st.sampled_from([None, (1,), (1, 2, 3), (3, 4)]),
    )
    def holds(moments: list[datetime], resolution: str, zone: str, flags: tuple[int, ...] | None) -> None:
        query = {"quality": ",".join(map(str, flags))} if flags else {}
        start, end = moments[0], moments[-1]
        whole = reckoned(values, start, end, resolution, zone, flags or (1, 2))
        assert_same(answered(api, start, end, resolution, zone, **query), whole)
        joined: dict[str, Bucket] = {}
        for since, until in pairwise(moments):
            for name, bucket in answered(api, since, until, resolution, zone, **query).items():
                joined[name] = joined[name] + bucket if name in joined else bucket
        assert_same(joined, whole, len(moments))

    holds()


@pytest.mark.parametrize(("resolution", "limit"), [("10m", 701), ("1h", 301), ("1d", 12), ("1mo", 1)])
@pytest.mark.parametrize("layout", ["long", "wide"])
def test_pages_are_the_whole(region: Region, resolution: str, limit: int, layout: str):
    api = region.api
    query = {
        "station": "harbour", "property": "temperature", "resolution": resolution, "tz": "Europe/Berlin",
        "from_": FIRST.isoformat(), "to": LAST.isoformat(), "layout": layout,
    }  # fmt: skip
    whole = api.json(OBSERVATIONS, **query)["observations"]
    rows: list[Any] = []
    page = api.json(OBSERVATIONS, **query, limit=limit)
    while True:
        rows += page["observations"]
        if page["next"] is None:
            break
        assert len(page["observations"]) == limit
        page = api.json(page["next"])
    assert rows == whole
    assert len(rows) > limit or resolution == "1mo"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("UTC", "2026-03-29", 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_zone_gives_it(region: Region, zone: str, day: str, hours: float):
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    found = answered(region.api, noon - timedelta(hours=48), noon + timedelta(hours=48), "1d", zone, "humidity")
    assert found[day].count == hours * 2
    assert sum(each.count for each in found.values()) == 192


@pytest.mark.parametrize("resolution", ["10m", "1h", "1d", "1mo"])
def test_of_no_span_there_is_nothing_and_no_error(region: Region, resolution: Aggregated):
    queries = Queries([1, 2], AGGREGATED, buckets.of(resolution, "Europe/Berlin"), are_kept=True)
    start, stop = buckets.microseconds(FIRST), buckets.microseconds(LAST)
    for any_order in (False, True):
        query = queries.piece(Intervals.of(()), start, stop, 10, any_order=any_order)
        assert region.world.connection.execute(query.encode()).fetchall() == []
