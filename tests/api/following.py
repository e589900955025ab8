"""Somebody who keeps a copy of what is public, by downloading nothing and applying changes."""

from collections.abc import Iterable
from datetime import datetime

import psycopg

from plietsch.api.changes.model import Change, Filter

Key = tuple[int, datetime]
Value = tuple[float | None, int | None]

# What `observations` would answer, found in another way than the changes are.
_PUBLIC = """
    SELECT DISTINCT o.datastream_id, o.phenomenon_time, o.result, o.quality
    FROM observation o
    JOIN deployment_channel c ON c.datastream_id = o.datastream_id
    JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.during @> o.phenomenon_time
    JOIN datastream ds ON ds.id = o.datastream_id
    JOIN station s ON s.id = ds.station_id
    JOIN region r ON r.id = s.region_id
    JOIN observed_property p ON p.id = ds.observed_property_id
    WHERE (%(regions)s::text[] = '{}' OR r.code = ANY (%(regions)s::text[]))
      AND (%(stations)s::text[] = '{}' OR s.code = ANY (%(stations)s::text[]))
      AND (%(properties)s::text[] = '{}' OR p.code = ANY (%(properties)s::text[]))
      AND (%(methods)s::text[] = '{}' OR ds.method = ANY (%(methods)s::text[]))
"""


class Copy(dict[Key, Value]):
    """What is public, by datastream and time."""

    def apply(self, changes: Iterable[Change]) -> None:
        """As the manual says: what comes replaces what is there, what is deleted goes."""
        for change in changes:
            id_ = change.series.datastream_id
            if not change.deleted:
                assert change.time is not None
                self[id_, change.time] = change.value, change.quality
            elif change.time is not None:
                self.pop((id_, change.time), None)
            else:
                since, until = change.since, change.until
                for key in [key for key in self if key[0] == id_]:
                    if (since is None or since <= key[1]) and (until is None or key[1] < until):
                        del self[key]


def public(connection: psycopg.Connection, filter_: Filter = Filter()) -> Copy:  # noqa: B008 immutable
    """What is public now."""
    parameters = {name: list(codes) for name, codes in filter_._asdict().items()}
    rows = connection.execute(_PUBLIC, parameters).fetchall()  # pyright: ignore[reportArgumentType]
    return Copy({(id_, time): (result, quality) for id_, time, result, quality in rows})
