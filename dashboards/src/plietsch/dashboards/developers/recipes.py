"""What the developers' page shows to copy: examples by tool, and recipes by what somebody wants to know."""

from typing import NamedTuple

from plietsch.dashboards.developers import examples
from plietsch.dashboards.developers.examples import Here
from plietsch.dashboards.developers.words import marked
from plietsch.dashboards.texts import N_, Texts


class Recipe(NamedTuple):
    """An example on the page: an anchor, a title, what to say of it, and its code: a file's, or an address."""

    anchor: str
    title: str
    text: str
    code: str


# A file of the examples, or an address.
EXAMPLES = (
    Recipe(
        "curl", N_("On the command line"), N_("Any address is data: the browser shows it, curl saves it."), "curl.sh"
    ),
    Recipe(
        "pandas",
        N_("Python with pandas"),
        N_("Parquet keeps times, numbers and texts what they are. `read_csv` with `.csv` works as well."),
        "frame.py",
    ),
    Recipe(
        "javascript",
        N_("JavaScript"),
        N_("In the browser, in Node.js, in Deno: no library, and no proxy, as CORS is open."),
        "latest.mjs",
    ),
    Recipe(
        "qgis",
        N_("QGIS"),
        N_(
            "Layer → Add Layer → Add Vector Layer → Protocol: HTTP(S), and this address. “Refresh layer at interval” "
            "keeps it up to date."
        ),
        f"{examples.BASE}/api/v1/stations.geojson?property=pm2_5",
    ),
    Recipe(
        "excel",
        N_("Excel"),
        N_(
            "Open this address: the file opens by double-click, with numbers as numbers. To have it refreshed: Data → "
            "From Web, and the same address."
        ),
        f"{examples.BASE}/api/v1/observations.excel.csv?station={examples.DUST}&property=pm2_5&resolution=1h&last=7d",
    ),
    Recipe(
        "duckdb",
        N_("DuckDB"),
        N_(
            "SQL over a file. With DuckDB’s extension `httpfs` the address itself can stand in the query. All of it is "
            "fetched then: let the address say what you need."
        ),
        "duck.py",
    ),
    Recipe("r", N_("R"), N_("Without any package."), "dust.R"),
)

RECIPES = (
    Recipe(
        "new-years-eve",
        N_("Fine dust on New Year’s Eve"),
        N_("The hours around midnight at every station, the worst first. In an address “+” is written %2B."),
        "new_years_eve.py",
    ),
    Recipe(
        "storm-surge",
        N_("The last storm surge, with its levels"),
        N_("What counts as one the gauge itself says; around its last peak, hour by hour."),
        "storm_surge.py",
    ),
    Recipe(
        "keep-a-copy",
        N_("Keep a copy up to date"),
        N_("Call it as often as you like: it goes on where it stopped, and takes in what came late or was corrected."),
        "keep_a_copy.py",
    ),
    Recipe(
        "live",
        N_("Live values in ten lines"),
        N_("The browser connects again by itself and misses nothing."),
        "live.mjs",
    ),
    Recipe(
        "daily-means",
        N_("Means of local days"),
        N_("`tz` names the calendar, `resolution=1d` the day."),
        "daily_means.sh",
    ),
    Recipe(
        "municipality",
        N_("All stations of a municipality"),
        N_("By the official key (AGS). In Denmark there is none: `bbox` and `near` work everywhere."),
        "municipality.sh",
    ),
)


def shown(recipes: tuple[Recipe, ...], here: Here, texts: Texts) -> list[Recipe]:
    """Recipes in a language, with this site's address and stations; an address stays one."""
    return [
        Recipe(
            each.anchor, texts.translate(each.title), marked(texts.translate(each.text)), here.fill(_code(each.code))
        )
        for each in recipes
    ]


def is_address(code: str) -> bool:
    """Whether an example is an address, to be followed, rather than a program."""
    return code.startswith("http") and "\n" not in code


def _code(code: str) -> str:
    return code if is_address(code) else examples.read(code)
