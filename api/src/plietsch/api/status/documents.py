"""The shape of `/status.json`, and an example of it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from plietsch.api.documents import Document

_TIME = "2026-05-01T12:05:00Z"


class Database(Document):
    status: Literal["ok", "unreachable", "not prepared"] = Field(examples=["ok"])
    answered_in_ms: float | None = Field(description="Milliseconds; null where it does not answer.", examples=[1.4])


class Ingest(Document):
    status: Literal["ok", "late", "silent", "empty", "unknown"] = Field(
        description="`late`: nothing for more than 75 minutes; `silent`: for more than a day; `empty`: never anything.",
        examples=["ok"],
    )
    written_at: datetime | None = Field(description="When measurements were last stored.", examples=[_TIME])
    observations_latest_at: datetime | None = Field(
        description="The newest time that was measured, of what was written last.", examples=[_TIME]
    )


class Judge(Document):
    status: Literal["ok", "behind", "absent", "unknown"] = Field(
        description="`behind`: quality flags of some values are still to come, for more than 5 minutes; `absent`: no"
        " judge ever ran here, and all flags are those of ingest.",
        examples=["ok"],
    )
    behind_s: int | None = Field(description="For how many seconds the oldest value waits.", examples=[0])


class Stations(Document):
    status: Literal["ok", "silent", "empty", "unknown"] = Field(
        description="`silent`: more than half of them say nothing.", examples=["ok"]
    )
    total: int | None = Field(description="All public stations.", examples=[13])
    fresh: int | None = Field(description="Their newest value tells of now.", examples=[12])
    late: int | None = Field(description="One or more readings did not come.", examples=[1])
    silent: int | None = Field(description="Nobody should expect the next value.", examples=[0])


class Api(Document):
    status: Literal["ok", "starting"] = Field(
        description="`starting`: the newest values are not known yet, or not followed any more: that begins anew.",
        examples=["ok"],
    )
    started_at: datetime = Field(description="Since when this process runs.", examples=["2026-05-01T00:00:00Z"])
    listeners: int = Field(description="How many listen to its live stream.", examples=[3])


class Status(Document):
    status: Literal["ok", "degraded", "unavailable"] = Field(
        description="`degraded`: questions are answered, but some part is not `ok`; `unavailable`: they are not.",
        examples=["ok"],
    )
    at: datetime = Field(description="As of when; at most 5 seconds old.", examples=[_TIME])
    database: Database
    ingest: Ingest
    judge: Judge
    stations: Stations
    api: Api


EXAMPLE: dict[str, Any] = {
    "status": "ok",
    "at": _TIME,
    "database": {"status": "ok", "answered_in_ms": 1.4},
    "ingest": {"status": "ok", "written_at": "2026-05-01T12:04:31Z", "observations_latest_at": "2026-05-01T12:04:00Z"},
    "judge": {"status": "ok", "behind_s": 0},
    "stations": {"status": "ok", "total": 13, "fresh": 12, "late": 1, "silent": 0},
    "api": {"status": "ok", "started_at": "2026-05-01T00:00:00Z", "listeners": 3},
}
EXAMPLE_DOWN: dict[str, Any] = EXAMPLE | {
    "status": "unavailable",
    "database": {"status": "unreachable", "answered_in_ms": None},
    "ingest": {"status": "unknown", "written_at": None, "observations_latest_at": None},
    "judge": {"status": "unknown", "behind_s": None},
    "api": EXAMPLE["api"] | {"status": "starting"},
}
