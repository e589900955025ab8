"""The parameters of `observations`, as the OpenAPI document describes them."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from plietsch.api.observations.asking import Asked
from plietsch.api.observations.buckets import Resolution
from plietsch.api.observations.question import MOST, Layout, Statistic

# Nothing that is meant is longer.
_Text = Annotated[str, Field(max_length=100)]


def _asked(
    station: Annotated[
        list[_Text] | None,
        Query(description="May be repeated; all if not given.", examples=[["flensburg-suedermarkt"]]),
    ] = None,
    property_: Annotated[
        list[_Text] | None,
        Query(alias="property", description="May be repeated; all if not given.", examples=[["pm2_5", "pm10"]]),
    ] = None,
    method: Annotated[
        list[_Text] | None,
        Query(
            description="Raw and corrected side by side: may be repeated, and `all` means all; the default method of"
            " each property if not given.",
            examples=[["raw", "kappa-koehler/1"]],
        ),
    ] = None,
    region: Annotated[
        list[_Text] | None, Query(description="May be repeated; all if not given.", examples=[["flensburg"]])
    ] = None,
    start: Annotated[
        str | None,
        Query(
            alias="from", description="Inclusive; 24 hours before `to` if not given.", examples=["2026-05-01T00:00:00Z"]
        ),
    ] = None,
    to: Annotated[
        str | None, Query(description="Exclusive; now if not given.", examples=["2026-05-02T00:00:00Z"])
    ] = None,
    last: Annotated[
        str | None,
        Query(
            description="Instead of `from`: a span in min, h, d, w, mo or y, as `7d`; or a number, as `100`, for so"
            " many of the newest values (or buckets) of each series.",
            examples=["7d"],
        ),
    ] = None,
    resolution: Annotated[
        Resolution,
        Query(
            description="`raw`: as measured. `10m`, `1h`, `1d`, `1mo`: count, mean, min, max and last of each bucket; a"
            " bucket without any value has no row. Of a bucket that lies in the span in part, that part."
        ),
    ] = "raw",
    tz: Annotated[
        str | None,
        Query(
            description="A zone of the IANA database: days and months are those of this zone, and times are written in"
            " it. Ten minutes and hours are those of UTC. UTC if not given.",
            examples=["Europe/Berlin"],
        ),
    ] = None,
    quality: Annotated[
        str | None,
        Query(
            description="Which values count: `good` (1), `usable` (1, 2, 3), `all`, or flags, as `1,2`. If not given:"
            " all as they were measured, as each says its flag (usable ones with `layout=wide`); 1 and 2 in"
            " aggregates.",
            examples=["good"],
        ),
    ] = None,
    layout: Annotated[
        Layout,
        Query(
            description="`long`: a row for each value. `wide`: a row for each time and a column for each series, named"
            " `station.property`, with `.method` behind it where methods are asked for, and a datastream's number where"
            " its station has an earlier one of that name; null where a series has no value. Aggregates have a row for"
            " each bucket then, from the first to the last that is not empty."
        ),
    ] = "long",
    statistic: Annotated[
        Statistic | None,
        Query(description="Of aggregates with `layout=wide`: what the columns hold; the mean if not given."),
    ] = None,
    limit: Annotated[
        int | None,
        Query(ge=1, le=MOST, description="How many rows a page holds. If not given, all there is comes at once."),
    ] = None,
    cursor: Annotated[str | None, Query(description="Where the page before ended: part of its `next` link.")] = None,
    at: Annotated[
        str | None,
        Query(
            max_length=100,
            description="A cursor of `changes`, as of the header Plietsch-Complete-To: the answer is complete to it at"
            " least. What was measured or is given by ten minutes, and ended more than a day ago, is `immutable` then:"
            " to see what was written later, ask with a later cursor.",
            examples=["5f0c2a9e-90210-0"],
        ),
    ] = None,
) -> Asked:
    return Asked(
        station, property_, method, region, start, to, last,
        resolution, tz, quality, layout, statistic, limit, cursor, at,
    )  # fmt: skip


AskedOfObservations = Annotated[Asked, Depends(_asked)]
