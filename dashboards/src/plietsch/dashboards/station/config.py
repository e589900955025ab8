"""What a station's page tells its script: classes of its values, and where it hears of new ones."""

from collections.abc import Sequence
from urllib.parse import urlencode

from plietsch.dashboards import scripts
from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.present import Present
from plietsch.dashboards.regions import Region
from plietsch.dashboards.station.spans import Span
from plietsch.dashboards.texts import Texts


def of(
    texts: Texts,
    region: Region,
    now: Present,
    station: str,
    codes: Sequence[str],
    gauge: Gauge | None,
    chosen: str,
    span: Span,
) -> str:
    """The configuration, as JSON; `fragment` is the part of the page that changes with what is measured."""
    query = urlencode({"property": chosen, "span": span.code})
    return scripts.encode(
        texts,
        region,
        now,
        codes,
        # The classes of a level are its gauge's own.
        levels=scripts.bands(gauge.scale, texts) if gauge and gauge.scale else [],
        live=f"/api/v1/live?{urlencode({'station': station})}",
        fragment=f"/data/{texts.language}/stations/{station}?{query}",
    )
