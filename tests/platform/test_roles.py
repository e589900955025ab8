"""Least privilege: what each group of users may do with every table, and that the services need no more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from api.world import Client, World
from ingest.network import NEW_YEAR_S, count, event, publish, up, working
from ingest.network import register as register_device
from psycopg import sql

from plietsch.platform import errors, migrations, roles
from plietsch.platform.local.broker import EmbeddedBroker
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import databases
from support.wait import until

# Select, insert, update, delete: on the whole table. A table that is not here belongs to neither group.
_INGEST = {
    "device": "s", "device_type": "s", "deployment_channel": "s", "station": "s", "sensor": "s",
    "observed_property": "s", "datastream": "s", "uplink": "si", "observation": "sid", "observation_repeat": "si",
    "observation_test": "siud", "ledger_reader": "siu",
    "location": "s", "historical_location": "s", "device_event": "si", "write_ledger": "si", "device_health": "siu",
    "downlink": "siu", "ingest_error": "siud", "quarantine": "siud",
}  # fmt: skip
_SITE = dict.fromkeys(
    ("region", "station", "location", "historical_location", "sensor", "observed_property", "datastream",
     "deployment_channel", "observation", "observation_hour", "observation_day", "write_ledger", "gauge", "gauge_level",
     "public_frame", "public_channel", "public_mounting", "observation_test", "ledger_reader", "former_code"), "s",
)  # fmt: skip
# Of these ingest reads some columns.
_INGEST_COLUMNS = {
    "deployment": {
        "id",
        "device_id",
        "station_id",
        "phase",
        "during",
        "gauge_zero_distance_m",
        "gauge_zero_nhn_m",
        "rain_tip_mm",
    },
    "datastream_limit": {"id", "datastream_id", "since", "limits"},
}
# And of this it writes some: whoever revises does not say who it was, and when.
_INGEST_WRITES = {
    "observation_revision": {
        "datastream_id",
        "phenomenon_time",
        "result_before",
        "quality_before",
        "result_after",
        "quality_after",
        "cause",
        "reason",
    },
}
# Of these the site reads some columns.
_SITE_COLUMNS = {
    "annotation": {"id", "region_id", "station_id", "property", "during", "kind", "text", "source", "entered_at"},
    "device_type": {"code", "name", "definition", "built_in"},
    "organisation": {"id", "code", "name", "url"},
    "deployment": {
        "id",
        "station_id",
        "phase",
        "during",
        "gauge_zero_distance_m",
        "gauge_zero_nhn_m",
        "rain_tip_mm",
    },
    "observation_revision": {
        "id",
        "datastream_id",
        "phenomenon_time",
        "result_before",
        "quality_before",
        "result_after",
        "quality_after",
        "cause",
        "reason",
        "revised_at",
    },
}
_PRIVILEGES = {"SELECT": "s", "INSERT": "i", "UPDATE": "u", "DELETE": "d", "TRUNCATE": "t", "TRIGGER": "g"}


@pytest.fixture
def owner(either_url: str) -> Iterator[psycopg.Connection]:
    """The owner of everything, on each of the two kinds of database."""
    with psycopg.connect(either_url, autocommit=True) as connection:
        yield connection


def _held(owner: psycopg.Connection, role: str) -> dict[str, str]:
    """What a role may do with whole tables and views of the schema, where it may do anything."""
    rows = owner.execute(
        """SELECT c.relname, p FROM pg_class c, unnest(%s::text[]) p
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
          AND has_table_privilege(%s, c.oid, p)""",
        (list(_PRIVILEGES), role),
    ).fetchall()
    order = "".join(_PRIVILEGES.values())
    letters = {table: {_PRIVILEGES[p] for t, p in rows if t == table} for table, _ in rows}
    return {table: "".join(sorted(held, key=order.index)) for table, held in letters.items()}


def _columns(owner: psycopg.Connection, role: str, privilege: str = "SELECT") -> dict[str, set[str]]:
    """Columns that a role may read (or write) of tables that it may not read (or write) as a whole."""
    rows = owner.execute(
        """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT attisdropped
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
          AND has_column_privilege(%(role)s, c.oid, a.attnum, %(privilege)s)
          AND NOT has_table_privilege(%(role)s, c.oid, %(privilege)s)""",
        {"role": role, "privilege": privilege},
    ).fetchall()
    return {table: {column for t, column in rows if t == table} for table, _ in rows}


def _trusted(owner: psycopg.Connection, role: str) -> set[str]:
    """The functions with their owner's rights that a role may call."""
    rows = owner.execute(
        """SELECT proname FROM pg_proc p WHERE prosecdef AND pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
          AND has_function_privilege(%s, p.oid, 'EXECUTE')""",
        (role,),
    ).fetchall()
    return {name for (name,) in rows}


def test_each_group_may_do_what_is_listed_and_nothing_else(owner: psycopg.Connection):
    assert _held(owner, roles.INGEST) == _INGEST
    assert _held(owner, roles.SITE) == _SITE
    assert _columns(owner, roles.INGEST) == _INGEST_COLUMNS
    assert _columns(owner, roles.INGEST, "INSERT") == _INGEST_WRITES
    assert _columns(owner, roles.SITE) == _SITE_COLUMNS
    assert _columns(owner, roles.SITE, "INSERT") == {}
    assert _trusted(owner, roles.INGEST) == set()
    assert _trusted(owner, roles.SITE) == {"region_network", "shown_token"}


def test_nobody_but_the_owner_makes_tables(owner: psycopg.Connection):
    for role in (roles.INGEST, roles.SITE):
        assert owner.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", (role,)).fetchone() == (False,)


def test_a_new_table_is_nobodys_until_it_is_granted(owner: psycopg.Connection, either_url: str):
    owner.execute("CREATE TABLE account (name text, password text)")
    for role in (roles.INGEST, roles.SITE):
        with (
            databases.member(either_url, role) as url,
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="account"),
        ):
            connection.execute("SELECT name FROM account")


_FORBIDDEN = {
    roles.SITE: (
        "INSERT INTO observation VALUES (1, now(), 1, now(), 1)",
        "DELETE FROM observation",
        "SELECT longitude FROM exact_location",
        "SELECT * FROM location_offer",
        "SELECT dev_eui FROM device",
        "SELECT device_id FROM deployment",
        "SELECT height_m FROM deployment",
        "SELECT rx_info FROM uplink",
        "SELECT payload FROM quarantine",
        "CREATE TABLE mine ()",
    ),
    roles.INGEST: (
        "SELECT longitude FROM exact_location",
        "SELECT name FROM organisation",
        "UPDATE observation SET datastream_id = 0",
        "UPDATE observation_revision SET reason = ''",
        "INSERT INTO observation_revision (datastream_id, phenomenon_time, quality_before, cause, reason, revised_by) "
        "VALUES (1, now(), 1, 'judge', '', 'somebody else')",
        "SELECT note FROM deployment",
        "SELECT entered_by FROM datastream_limit",
        "DELETE FROM uplink",
        "TRUNCATE ingest_error",
        "UPDATE device SET interval_s = 1",
        "CREATE TABLE mine ()",
    ),
}


@pytest.mark.parametrize("role", _FORBIDDEN)
def test_what_is_not_granted_is_refused(either_url: str, role: str):
    with databases.member(either_url, role) as url, psycopg.connect(url, autocommit=True) as connection:
        for forbidden in _FORBIDDEN[role]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_the_site_reads_no_column_that_is_not_public(owner: psycopg.Connection, either_url: str):
    """By attempts, not by the catalogue's word: exact places, devices and their keys, who entered and noted what."""
    rows = owner.execute(
        """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT attisdropped
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
    ).fetchall()
    secret = {each for each in rows if each[0] not in _SITE and each[1] not in _SITE_COLUMNS.get(each[0], ())}
    assert secret >= {
        ("exact_location", "longitude"), ("exact_location", "latitude"), ("exact_location", "elevation_m"),
        ("device", "dev_eui"), ("uplink", "rx_info"), ("uplink", "dev_addr"), ("device_event", "detail"),
        ("quarantine", "dev_eui"), ("ingest_error", "payload"), ("api_token", "name"), ("api_token", "hash"),
        ("deployment", "device_id"), ("deployment", "photo_url"), ("deployment", "note"), ("deployment", "height_m"),
        ("annotation", "entered_by"), ("datastream_limit", "entered_by"), ("datastream_limit", "reason"),
        ("observation_revision", "revised_by"),
    }  # fmt: skip
    with databases.member(either_url, roles.SITE) as url, psycopg.connect(url, autocommit=True) as site:
        for table, column in sorted(secret):
            asked = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                site.execute(asked)
            # Nor can it be guessed by what is found.
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                site.execute(
                    sql.SQL("SELECT count(*) FROM {} WHERE {} IS NOT NULL").format(
                        *map(sql.Identifier, (table, column))
                    )
                )


def test_no_way_leads_into_the_chunks(timescale_url: str):
    with psycopg.connect(timescale_url, autocommit=True) as owner:
        owner.execute("INSERT INTO uplink VALUES (now(), gen_random_uuid(), 1, '', 1, 1, '')")
        owner.execute("INSERT INTO observation VALUES (1, now(), 1, now(), 1)")
        (uplinks,) = owner.execute("SELECT show_chunks('uplink')::text").fetchone() or ()
        (observations,) = owner.execute("SELECT show_chunks('observation')::text").fetchone() or ()
    with databases.member(timescale_url, roles.SITE) as url, psycopg.connect(url, autocommit=True) as site:
        for statement in (f"SELECT FROM {uplinks}", f"DELETE FROM {observations}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                site.execute(statement)


def test_what_is_no_longer_granted_is_taken_away(owner: psycopg.Connection, either_url: str):
    owner.execute("CREATE TABLE account (name text)")
    owner.execute("GRANT SELECT ON account, exact_location TO plietsch_ingest")
    owner.execute("GRANT UPDATE (result) ON observation TO plietsch_site")
    owner.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    owner.execute("GRANT EXECUTE ON FUNCTION region_network TO PUBLIC, plietsch_ingest")
    owner.execute("CREATE FUNCTION devices() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN 1")
    migrations.migrate(either_url)
    test_each_group_may_do_what_is_listed_and_nothing_else(owner)
    test_nobody_but_the_owner_makes_tables(owner)


def test_the_worker_needs_no_more(either_url: str, aedes: EmbeddedBroker):
    registered = register_device(either_url)
    late_s = NEW_YEAR_S - 40 * 86400
    with databases.member(either_url, roles.INGEST) as url, working(url, aedes.url):
        publish(
            aedes.url, up(heard_s=NEW_YEAR_S), up(heard_s=NEW_YEAR_S), up(heard_s=late_s), up(b"\xff"),
            event(kind="join"), event(kind="status", margin=7, batteryLevel=88.0),
            event(kind="txack", downlinkId=1, queueItemId="3f2504e0-4f89-41d3-9a0c-0305e82c3301", fCntDown=4),
            up(dev_eui="70b3d57ed00000ff"),
        )  # fmt: skip
        until(lambda: count(either_url, "quarantine"), "the sender nobody knows is in quarantine")
        until(lambda: count(either_url, "device_event") >= 3, "the events are stored")
        until(lambda: count(either_url, "observation") >= 4, "the readings are stored")
        # A device that is registered later brings its messages out of quarantine.
        register_device(either_url, "70b3d57ed00000ff")
        until(lambda: count(either_url, "observation") >= 6, "what waited in quarantine is stored")
        until(lambda: not count(either_url, "quarantine"), "quarantine is empty")
    assert count(either_url, "ingest_error") == 1
    assert len(registered.datastream_ids) == 6


def test_ingest_counts_gaps(owner: psycopg.Connection, either_url: str):
    databases.register(owner)
    with databases.member(either_url, roles.INGEST) as url, psycopg.connect(url) as connection:
        connection.execute("SELECT * FROM observation_gap(1, now() - interval '1 day', now())")


def test_the_api_needs_no_more(either_url: str):
    with closing(World(either_url)) as world:
        world.series("harbour", "pm2_5", [1.0, 2.0, None, 4.0])
    with databases.member(either_url, roles.SITE) as url:
        client = Client(url)
        interval = "from=2026-04-30T00:00:00Z&to=2026-05-02T00:00:00Z"
        pages = ["/healthz", "/api/v1/stations", "/api/v1/stations/harbour", "/api/v1/properties"] + [
            f"/api/v1/observations?station=harbour&property=pm2_5&{interval}&resolution={each}"
            for each in ("raw", "1h", "1d")
        ]
        answers = [client.request("GET", page) for page in pages]
        client.close()
    assert [answer.status_code for answer in answers] == [200] * len(pages), [answer.text for answer in answers]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own, on which nothing was migrated yet."""
    server = EmbeddedPostgres(tmp_path / "server")
    server.start()
    yield server
    server.remove()


def test_two_databases_of_a_server_make_the_groups_at_once(server: EmbeddedPostgres):
    names = [f"region_{n}" for n in range(4)]
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with ThreadPoolExecutor(len(names)) as pool:
        applied = list(pool.map(migrations.migrate, map(server.url, names)))
    assert all(applied)


def test_who_may_not_make_the_groups_is_told_what_an_administrator_has_to_do(server: EmbeddedPostgres):
    with psycopg.connect(server.url("postgres"), autocommit=True) as administrator:
        administrator.execute("CREATE ROLE operator LOGIN PASSWORD 'secret'; CREATE ROLE plietsch_site NOLOGIN")
        administrator.execute("CREATE DATABASE region OWNER operator")
        url = f"postgresql://operator:secret@127.0.0.1:{server.port}/region"
        with pytest.raises(errors.RolesMissing) as caught:
            migrations.migrate(url)
        assert "CREATE ROLE plietsch_ingest NOLOGIN;" in caught.value.hint
        assert "plietsch_site" not in caught.value.hint
        administrator.execute("CREATE ROLE plietsch_ingest NOLOGIN")
        assert migrations.migrate(url)
