"""What the developers' page says of the API in whole sentences. `…` in them is code."""

from typing import NamedTuple

from markupsafe import Markup, escape

from plietsch.dashboards.texts import N_, Texts

# By address, what it is good for.
ABOUT = {
    "stations": N_(
        "All stations with their newest values: in a box, around a point, of a municipality, by what they measure."
    ),
    "stations/{code}": N_("One station: its place, its instruments, its series, its newest values."),
    "observations": N_(
        "What was measured, over any span: as it came, or by ten minutes, hours, days or months; raw and corrected "
        "side by side."
    ),
    "latest": N_("The newest value of every series, and how old it is."),
    "datastreams": N_("Every series: which station measures what, with which instrument and by which method."),
    "datastreams/{id}": N_("One series, by the number that it keeps for ever."),
    "statistics": N_(
        "Means, percentiles and days above the limits of EU and WHO, with how much of the time was measured; refused "
        "where that is too little."
    ),
    "gauges": N_("Gauges of water levels, with what their levels are called and where the water stands."),
    "gauges/{code}": N_("One gauge with its levels."),
    "properties": N_("The data dictionary: what is measured, with definition, unit and decimals."),
    "properties/{code}": N_("One observed property."),
    "device-types": N_("The kinds of devices: what each measures, and the limits that values are held against."),
    "device-types/{code}": N_("One kind of device."),
    "annotations": N_("What a reader of a time must know: an instrument replaced, a station moved, New Year’s Eve."),
    "changes": N_("All that was written, in the order in which it was: for whoever keeps a copy."),
    "live": N_("What is measured, as it arrives: a stream of events for pages and programs."),
    "stations/{code}/chart.{kind}": N_("A series as a picture: for mails, posts and wikis."),
}


class Format(NamedTuple):
    """A format: the parameter's value, what an address ends in, what it is called, what it is good for."""

    code: str
    suffix: str
    name: str
    use: str


FORMATS = (
    Format("json", ".json", "JSON", N_("programs: values with their units")),
    Format("geojson", ".geojson", "GeoJSON (RFC 7946)", N_("maps: QGIS, Leaflet, MapLibre")),
    Format("ndjson", ".ndjson", "NDJSON", N_("programs that read line by line")),
    Format("csv", ".csv", "CSV (RFC 4180)", N_("everything that reads tables")),
    Format(
        "excel",
        ".excel.csv",
        "CSV",
        N_("Excel and LibreOffice by double-click: semicolons, decimal commas, local times"),
    ),
    Format("parquet", ".parquet", "Apache Parquet", N_("analysis: pandas, DuckDB, R; small and typed")),
    Format("arrow", ".arrow", "Apache Arrow IPC", N_("analysis in memory, without a copy")),
    Format(
        "metadata",
        ".metadata.json",
        "JSON",
        N_("what the numbers mean: units, methods, gaps, licence, how to cite them"),
    ),
)


class Paragraph(NamedTuple):
    """Something to know: an anchor, its name, what is said of it."""

    anchor: str
    name: str
    text: str


MEANING = (
    Paragraph(
        "times",
        N_("Times"),
        N_(
            "ISO 8601 with a zone; answers give UTC. `from` counts in, `to` does not. With `tz=Europe/Berlin` days and "
            "months are those of the local calendar, in summer and in winter. A value carries the time at which it was "
            "measured, not the one at which it came in."
        ),
    ),
    Paragraph(
        "quality",
        N_("Quality"),
        N_(
            "QARTOD’s flags: 1 good, 2 not evaluated, 3 suspect, 4 failed, 9 missing. Means count 1 and 2. A flag may "
            "change while a value’s neighbours come in; `changes` tells of it."
        ),
    ),
    Paragraph(
        "methods",
        N_("Raw and corrected"),
        N_(
            "`method` says how a series was made: `raw` is what the instrument said; anything else names a correction "
            "and its version. A new version is a new series, so what you once read never turns into something else."
        ),
    ),
    Paragraph(
        "gaps",
        N_("Gaps"),
        N_(
            "Where nothing was measured there is nothing: no zero, nothing interpolated. An instrument that gave no "
            "answer is a value `null` of quality 9."
        ),
    ),
    Paragraph(
        "places",
        N_("Places"),
        N_(
            "Many sensors hang at people’s homes: a place is the centre of a grid cell of `grid_m` metres. Filters and "
            "distances know no more than that."
        ),
    ),
    Paragraph(
        "simulated",
        N_("Simulated stations"),
        N_("`simulated` says of a station that it does not exist: its values show how the platform works."),
    ),
)

MANNERS = (
    Paragraph(
        "limits",
        N_("Limits and tokens"),
        N_(
            "There is no limit to how much history you read. How often you may ask is generous; the headers "
            "`RateLimit` and `RateLimit-Policy` say what is left, and an answer 429 when to come again "
            "(`Retry-After`). Who needs more asks the operator for a token and sends it as `Authorization: Bearer …`."
        ),
    ),
    Paragraph(
        "large",
        N_("Large answers"),
        N_(
            "Without `limit` the whole answer comes in one stream, a million rows if need be; with it, page by page: "
            "follow `next`, in JSON or in the header `Link`. The header `Plietsch-Complete-To` says up to which change "
            "a download is complete: go on from there with `changes`."
        ),
    ),
    Paragraph(
        "caching",
        N_("Caching"),
        N_(
            "Answers have `ETag` and `Cache-Control`. Ask again with `If-None-Match`: an answer 304 "
            "costs neither of us anything. All are compressed (`gzip`, `br`, `zstd`); HEAD works everywhere."
        ),
    ),
    Paragraph(
        "polling",
        N_("Not asking every minute"),
        N_(
            "Who shows what is now listens to `live`. Who keeps a copy asks `changes`: values that come late, are "
            "imported or judged anew are in it. Asking by time misses them."
        ),
    ),
    Paragraph(
        "versions",
        N_("Versions"),
        N_(
            "Within `/api/v1` things are added, never renamed or taken away: ignore members that you do not know. "
            "Should there be a version 2, version 1 stays beside it for a year at least, and its answers say until "
            "when (`Deprecation`, `Sunset`)."
        ),
    ),
)

PROMISES = (
    N_("Addresses and identifiers stay. A station that is renamed answers under its old name, too."),
    N_(
        "What is measured is there about a second after it came in. Nothing that was published is deleted without a "
        "trace."
    ),
    N_(
        "Values may be corrected or judged anew. Then `changes` tells of it, and the revision keeps what was there "
        "before."
    ),
    N_(
        "The stations are run by volunteers, and so is this site: nobody promises that it answers at every hour. "
        "`/status` says how it is."
    ),
    N_(
        "Low-cost sensors are indicative: good for course, comparison and warning signs, no substitute for official "
        "measurements. Where life and limb are at stake, official warnings count."
    ),
)


def marked(text: str) -> Markup:
    """A text in which what stands between backticks is code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def translated(paragraphs: tuple[Paragraph, ...], texts: Texts) -> list[Paragraph]:
    """Paragraphs in a language; their texts are markup."""
    return [
        Paragraph(each.anchor, texts.translate(each.name), marked(texts.translate(each.text))) for each in paragraphs
    ]
