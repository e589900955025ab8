"""What is asked of stations, as it stands in an address, read: the same for `stations` and `latest`."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, cast

import msgspec
from fastapi import Depends, Query

from plietsch.api import errors, parameters
from plietsch.api.hot.state import View
from plietsch.api.stations import kinds
from plietsch.api.stations.filtering import Filter, Near
from plietsch.platform import methods

# Half the way around the Earth.
_MOST_RADIUS_M = 20_100_000
_MOST_NEAREST = 10_000
_MOST_TEXT = 100
_NEAR_HINT = (
    "Write near=longitude,latitude in degrees with radius (metres) or nearest (how many), as in "
    "near=9.43,54.79&radius=5000."
)
_KEY_HINT = (
    "Write the eight digits of a municipality, or the first five of a district, or two of a state: 01001000, 01059, 01."
)
_KEY = re.compile(r"\d{2}|\d{3}|\d{5}|\d{8}", re.ASCII)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters as they were sent."""

    stations: Sequence[str] = ()
    bbox: str | None = None
    near: str | None = None
    radius_m: float | None = None
    nearest: int | None = None
    municipality_keys: Sequence[str] = ()
    properties: Sequence[str] = ()
    operators: Sequence[str] = ()
    regions: Sequence[str] = ()
    kinds: Sequence[str] = ()
    text: str | None = None


def _asked(
    station: Annotated[
        list[str] | None, Query(description="Only these. May be repeated.", examples=[["flensburg-suedermarkt"]])
    ] = None,
    bbox: Annotated[
        str | None,
        Query(
            description="Only in this box: west,south,east,north in degrees (WGS 84).", examples=["9.3,54.7,9.6,54.9"]
        ),
    ] = None,
    near: Annotated[
        str | None,
        Query(
            description="A point: longitude,latitude in degrees (WGS 84). Needs `radius` or `nearest`, or both; the "
            "nearest station comes first. Distances are those of public places.",
            examples=["9.4369,54.7828"],
        ),
    ] = None,
    radius: Annotated[
        float | None,
        Query(gt=0, le=_MOST_RADIUS_M, allow_inf_nan=False, description="In metres around `near`.", examples=[5000]),
    ] = None,
    nearest: Annotated[
        int | None, Query(ge=1, le=_MOST_NEAREST, description="Only so many, the nearest to `near`.", examples=[5])
    ] = None,
    municipality_key: Annotated[
        list[str] | None,
        Query(
            description="Amtlicher Gemeindeschlüssel: eight digits of a municipality, or the first five of a district, "
            "or two of a state. May be repeated.",
            examples=[["01001000"]],
        ),
    ] = None,
    property_: Annotated[
        list[str] | None,
        Query(
            alias="property",
            description="Only stations that measure this, and of these only what is said of it. May be repeated.",
            examples=[["pm2_5"]],
        ),
    ] = None,
    operator: Annotated[
        list[str] | None, Query(description="Only of this operator. May be repeated.", examples=[["plietsch-demo"]])
    ] = None,
    region: Annotated[
        list[str] | None, Query(description="Only of this region. May be repeated.", examples=[["flensburg"]])
    ] = None,
    kind: Annotated[
        list[str] | None,
        Query(
            description="What the station is, by what it measures. May be repeated.",
            examples=[["air"]],
            json_schema_extra={"items": {"type": "string", "enum": list(kinds.ALL)}},
        ),
    ] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=_MOST_TEXT,
            description="Words that all stand in name, description or id, in any case; ä is found as ae and as a.",
            examples=["suedermarkt"],
        ),
    ] = None,
) -> Asked:
    return Asked(
        stations=station or (),
        bbox=bbox,
        near=near,
        radius_m=radius,
        nearest=nearest,
        municipality_keys=municipality_key or (),
        properties=property_ or (),
        operators=operator or (),
        regions=region or (),
        kinds=kind or (),
        text=q,
    )


AskedOfStations = Annotated[Asked, Depends(_asked)]


def filter_of(asked: Asked, view: View, method_codes: Sequence[str] = ()) -> Filter:
    """The filter that the parameters mean, of what there is now.

    Raises errors.ParameterInvalid, errors.PropertyUnknown, errors.RegionUnknown, errors.StationUnknown.
    """
    for code in asked.stations:
        if code not in view.entries:
            raise errors.StationUnknown(code, "station")
    for code in asked.properties:
        if code not in view.properties:
            raise errors.PropertyUnknown(code, view.properties)
    for code in asked.regions:
        if code not in view.regions:
            raise errors.RegionUnknown(code, view.regions)
    _check("operator", asked.operators, view.operators)
    _check("kind", asked.kinds, kinds.ALL)
    _check("method", method_codes, methods.ALL)
    return Filter(
        stations=_once(asked.stations),
        bounds=parameters.bounds(asked.bbox),
        near=_near(asked),
        municipality_keys=tuple(_key(each) for each in _once(asked.municipality_keys)),
        properties=_once(asked.properties),
        operators=_once(asked.operators),
        regions=_once(asked.regions),
        kinds=cast(tuple[kinds.Kind, ...], _once(asked.kinds)),
        text=_text(asked.text),
        methods=_once(method_codes),
    )


def _check(parameter: str, codes: Iterable[str], known: Collection[str]) -> None:
    for code in codes:
        if code not in known:
            hint = f"Known are: {', '.join(known) or 'none'}. Repeat the parameter to ask for several."
            raise errors.ParameterInvalid(parameter, f"There is no {parameter} {errors.shown(code)}.", hint)


def _near(asked: Asked) -> Near | None:
    if asked.near is None:
        for name, value in (("radius", asked.radius_m), ("nearest", asked.nearest)):
            if value is not None:
                raise errors.ParameterInvalid(name, f"{name} says how far from where only with near.", _NEAR_HINT)
        return None
    if asked.radius_m is None and asked.nearest is None:
        raise errors.ParameterInvalid("near", "near needs radius or nearest.", _NEAR_HINT)
    try:
        longitude, latitude = (float(part) for part in asked.near.split(","))
    except ValueError as error:
        raise errors.ParameterInvalid("near", f"{errors.shown(asked.near)} is not two numbers.", _NEAR_HINT) from error
    # Written so that it holds for no number at all, too.
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        message = f"{errors.shown(asked.near)} is no place: longitudes lie within ±180, latitudes within ±90."
        raise errors.ParameterInvalid("near", message, _NEAR_HINT)
    return Near(longitude, latitude, asked.radius_m, asked.nearest)


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise errors.ParameterInvalid("municipality_key", f"{errors.shown(text)} is no municipality key.", _KEY_HINT)
    return text


def _text(text: str | None) -> str:
    if text is not None and not text.strip():
        raise errors.ParameterInvalid("q", "There is nothing to look for.", "Write some letters, as in q=hafen.")
    return text or ""


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
