"""The filters and pages that several resources take, how they are described, and whether what they name is there."""

from collections.abc import Collection
from typing import Annotated, Any, NamedTuple

from fastapi import Query
from psycopg import AsyncConnection

from plietsch.api import properties, stations
from plietsch.api.parameters import check_methods

_REPEAT = "May be repeated; all if not given."
StationCodes = Annotated[
    list[str] | None,
    Query(
        alias="station",
        description=f"The code of a station. {_REPEAT}",
        examples=[["flensburg-suedermarkt"]],
    ),
]
RegionCodes = Annotated[
    list[str] | None,
    Query(alias="region", description=f"The code of a region. {_REPEAT}", examples=[["flensburg"]]),
]
PropertyCodes = Annotated[
    list[str] | None,
    Query(
        alias="property",
        description=f"The code of a property, as /api/v1/properties lists them. {_REPEAT}",
        examples=[["pm2_5", "pm10"]],
    ),
]
Methods = Annotated[
    list[str] | None,
    Query(
        alias="method",
        description=f"`raw`, or the name and version of a correction. {_REPEAT}",
        examples=[["raw"]],
    ),
]
Limit = Annotated[
    int | None,
    Query(ge=1, le=1000, description="How many a page holds; all come at once if not given.", examples=[200]),
]
Cursor = Annotated[
    str | None, Query(description="Where the page before ended: part of its `next` link.", examples=["MTcw"])
]


class Chosen(NamedTuple):
    """What is asked for; what is empty does not filter."""

    stations: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    async def check(self, connection: AsyncConnection[Any]) -> None:
        """Raises errors.StationUnknown, errors.RegionUnknown, errors.PropertyUnknown, errors.ParameterInvalid."""
        check_methods(self.methods)
        await properties.check(connection, self.properties)
        await stations.check_regions(connection, self.regions)
        if self.stations:
            await stations.check(connection, self.stations)

    def parameters(self) -> dict[str, list[str] | None]:
        """For a query that takes null where nothing is filtered."""
        return {name: list(codes) or None for name, codes in self._asdict().items()}


def chosen(
    stations: Collection[str] | None = None,
    regions: Collection[str] | None = None,
    properties: Collection[str] | None = None,
    methods: Collection[str] | None = None,
) -> Chosen:
    """The filters of an address, each code once."""
    return Chosen(*(tuple(sorted(set(codes or ()))) for codes in (stations, regions, properties, methods)))
