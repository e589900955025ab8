"""What lists something: in every format, with the rights that the site has in the database, and no more."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow.ipc
import pyarrow.parquet
import pytest
from api.test_gauges import region_with_gauges
from api.world import NOON, Client, World
from pydantic import BaseModel

from api import own_database
from plietsch.api.annotations import documents as annotated
from plietsch.api.datastreams import documents as datastreams
from plietsch.api.device_types import documents as device_types
from plietsch.api.gauges import documents as gauges
from plietsch.api.properties import documents as properties
from plietsch.api.statistics import documents as statistics
from plietsch.platform import annotations, registry, renaming, roles
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import databases

LISTS = {
    "datastreams": "datastreams",
    "gauges": "gauges",
    "properties": "properties",
    "device-types": "device_types",
    "annotations": "annotations",
    "statistics": "statistics",
}


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres) -> Iterator[Client]:
    """A region with all that can be listed, in front of the site's own rights."""
    with own_database.fresh(postgres) as url:
        world = World(url)
        registry.import_region(world.connection, region_with_gauges())
        renaming.rename(world.connection, "husum", "husum-markt")
        world.measured("harbour", "water_level", NOON, 612.3, sensor="A02YYUW")
        annotations.add(
            world.connection, station="harbour", region=None, property_=None, start=None, end=None, kind="note",
            text={"de": "Größe; „Hafen“"}, source=None,
        )  # fmt: skip
        with databases.member(url, roles.SITE) as as_site:
            client = Client(as_site)
            yield client
            client.close()
        world.close()


@pytest.mark.parametrize("path", LISTS)
def test_every_format_has_the_rows_of_the_document(site: Client, path: str):
    document = site.json(f"/api/v1/{path}")
    text = {kind: site.get(f"/api/v1/{path}.{kind}").text for kind in ("csv", "ndjson")}
    lines = [json.loads(line) for line in text["ndjson"].splitlines()]
    assert lines
    if path != "device-types":  # a row for each channel
        assert len(lines) == len(document[LISTS[path]])
    names = list(lines[0])
    assert text["csv"].splitlines()[0] == ",".join(names)
    parquet = pyarrow.parquet.read_table(io.BytesIO(site.get(f"/api/v1/{path}.parquet").content))
    arrow = pyarrow.ipc.open_stream(site.get(f"/api/v1/{path}?format=arrow").content).read_all()
    for table in (parquet, arrow):
        assert table.schema.names == names
        assert table.num_rows == len(lines)
        assert all(field.metadata and field.metadata[b"description"] for field in table.schema)


@pytest.mark.parametrize("path", LISTS)
def test_head_says_what_get_would_and_who_has_it_need_not_get_it_again(site: Client, path: str):
    # What is asked without a span is of now, and so of another one each time.
    span = "?from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z" if path in ("annotations", "statistics") else ""
    url = f"/api/v1/{path}{span}"
    answer, head = site.get(url), site.request("HEAD", url)
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "application/json")
    assert "max-age" in answer.headers["cache-control"]
    again = site.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("one", ["gauges/harbour", "properties/pm10", "device-types/plietsch-rain", "datastreams/1"])
def test_one_of_a_list_is_also_there_as_a_table(site: Client, one: str):
    assert site.json(f"/api/v1/{one}")
    answer = site.get(f"/api/v1/{one}.excel.csv")
    assert answer.status_code == 200
    assert answer.text.startswith("\ufeff")
    assert ";" in answer.text.splitlines()[0]


@pytest.mark.parametrize(
    "path",
    [*LISTS, "gauges/harbour", "properties/pm10", "device-types/plietsch-rain", "datastreams/1", "stations/harbour"],
)
def test_metadata_say_whose_the_rows_are(site: Client, path: str):
    said, rows = site.json(f"/api/v1/{path}.metadata.json"), site.get(f"/api/v1/{path}.ndjson").text.splitlines()
    assert site.json(f"/api/v1/{path}?format=metadata")["columns"] == said["columns"]
    assert [each["name"] for each in said["columns"]] == list(json.loads(rows[0]))
    if path.split("/")[0] in ("datastreams", "gauges", "stations", "statistics"):
        assert set(said["stations"]) == {json.loads(row)["station"] for row in rows}
        named = [code for each in said["licences"] for who in each["attributions"] for code in who["stations"]]
        assert sorted(named) == sorted(said["stations"])


def test_a_former_code_is_led_on_with_the_site_s_rights(site: Client):
    assert site.get("/api/v1/stations/husum").headers["location"] == "/api/v1/stations/husum-markt"


EXAMPLES: list[tuple[str, type[BaseModel], Any]] = [
    ("datastreams/{id}", datastreams.Datastream, datastreams.document(datastreams.SHOWN)),
    ("gauges/{code}", gauges.Gauge, gauges.document(gauges.SHOWN)),
    ("properties/{code}", properties.PropertyDetails, properties.details(properties.SHOWN, [device_types.SHOWN])),
    ("device-types/{code}", device_types.DeviceType, device_types.document(device_types.SHOWN)),
    ("annotations", annotated.Annotation, annotated.document(annotated.SHOWN)),
    ("statistics", statistics.Statistic, statistics.document(statistics.SHOWN)),
]


@pytest.mark.parametrize(("path", "model", "example"), EXAMPLES)
def test_an_example_has_the_shape_of_its_answer_as_a_document_and_as_a_table(
    site: Client, path: str, model: type[BaseModel], example: Any
):
    model.model_validate(msgspec.to_builtins(example))
    operation = site.json("/api/v1/openapi.json")["paths"][f"/api/v1/{path}"]["get"]
    content = operation["responses"]["200"]["content"]
    assert {"application/json", "text/csv", "application/x-ndjson", "application/vnd.apache.parquet"} <= set(content)
    header, *rows = content["text/csv"]["example"].splitlines()
    assert len(next(csv.reader([rows[0]]))) == len(header.split(","))
