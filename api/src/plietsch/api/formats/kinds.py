"""The formats by name: how they are asked for, and what they are called on the wire."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A format: what stands behind an address to ask for it, and its media type (IANA's, where it is registered).

    `attached` ones are saved, the others shown.
    """

    name: str
    suffix: str
    media_type: str
    parameters: str = ""
    attached: bool = False

    @property
    def content_type(self) -> str:
        return self.media_type + self.parameters


_CSV = ("text/csv", "; charset=utf-8; header=present", True)

# A longer suffix comes before the one that it ends with. RFC 8259, 7946, 4180; IANA's media types.
KINDS = {
    kind.name: kind
    for kind in (
        Kind("metadata", ".metadata.json", "application/json"),
        Kind("json", ".json", "application/json"),
        Kind("geojson", ".geojson", "application/geo+json"),
        Kind("ndjson", ".ndjson", "application/x-ndjson"),
        Kind("excel", ".excel.csv", *_CSV),
        Kind("csv", ".csv", *_CSV),
        Kind("parquet", ".parquet", "application/vnd.apache.parquet", attached=True),
        Kind("arrow", ".arrow", "application/vnd.apache.arrow.stream", attached=True),
    )
}

# What every table can be written as; one with places as GeoJSON, too. Of each, the metadata say what its rows mean.
FLAT = ("json", "ndjson", "csv", "excel", "parquet", "arrow", "metadata")
GEO = ("json", "geojson", "ndjson", "csv", "excel", "parquet", "arrow", "metadata")
# These stand for what others with the same media type are: they are asked for by name alone.
BY_NAME_ONLY = frozenset({"excel", "metadata"})
