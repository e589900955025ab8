"""Which format is asked for: by the parameter `format`, else the address' suffix, else the header Accept (RFC 9110)."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import Query, Request

from plietsch.api import errors
from plietsch.api.formats.kinds import BY_NAME_ONLY, FLAT, GEO, KINDS, Kind
from plietsch.api.formats.suffixes import FORMAT

_HINT = (
    "Write format=csv, or .csv behind the address (before a ?), or the header Accept; they count in this order. "
    "{} here: {}."
)


def _parameter(names: Sequence[str]) -> object:
    return Query(
        alias="format",
        description="Counts for more than a suffix of the address, as in `.csv`, and than the header Accept.",
        examples=["csv"],
        json_schema_extra={"enum": list(names)},
    )


Format = Annotated[str | None, _parameter(FLAT)]
GeoFormat = Annotated[str | None, _parameter(GEO)]


class _Range(NamedTuple):
    """A media range of the header Accept, and how much it is wanted: 0 not at all, 1 most."""

    type: str
    subtype: str
    quality: float

    def precision(self, kind: Kind) -> int:
        """How precisely it means a format; 0 if it does not mean it."""
        type_, subtype = kind.media_type.split("/")
        if (self.type, self.subtype) == (type_, subtype):
            return 3
        if (self.type, self.subtype) == (type_, "*"):
            return 2
        return 1 if (self.type, self.subtype) == ("*", "*") else 0


def asked(request: Request, offered: Sequence[str]) -> str:
    """The format that is asked for, of those offered: the first one where nothing says otherwise.

    Raises errors.FormatUnavailable, errors.NotAcceptable.
    """
    named = request.query_params.get("format", request.scope.get(FORMAT))
    if named is None:
        return _accepted(request, offered)
    if named not in offered:
        message = f"This address does not answer in the format {errors.shown(named)}."
        raise errors.FormatUnavailable(message, hint(offered))
    return named


def refuse_suffix(request: Request) -> None:
    """For an address that has one format, and takes no parameter `format`. Raises errors.FormatUnavailable."""
    if FORMAT in request.scope:
        message = f"There is no {errors.shown(KINDS[request.scope[FORMAT]].suffix)} behind this address."
        raise errors.FormatUnavailable(message, f"It has one format only: GET {request.url.path}")


def negotiated(request: Request) -> bool:
    """Whether the header Accept had a say: the address alone does not tell the format then."""
    return "format" not in request.query_params and FORMAT not in request.scope


def hint(offered: Sequence[str]) -> str:
    """What can be asked for, and how."""
    return _HINT.format("There is" if len(offered) == 1 else "There are", ", ".join(offered))


def _accepted(request: Request, offered: Sequence[str]) -> str:
    """The offered format that is wanted most; of equal ones the first."""
    ranges = _ranges(",".join(request.headers.getlist("Accept")))
    if not ranges:
        return offered[0]
    candidates = [name for name in offered if name not in BY_NAME_ONLY]
    best = max(candidates, key=lambda name: _quality(ranges, KINDS[name]))
    if _quality(ranges, KINDS[best]) > 0:
        return best
    types = ", ".join(dict.fromkeys(KINDS[name].media_type for name in candidates))
    message = f"Accept: {errors.shown(request.headers['Accept'])} names none of: {types}."
    raise errors.NotAcceptable(message, hint(offered))


def _quality(ranges: Sequence[_Range], kind: Kind) -> float:
    """What the most precise range that means it says (RFC 9110, section 12.5.1)."""
    precision, quality = max(((each.precision(kind), each.quality) for each in ranges), default=(0, 0.0))
    return quality if precision else 0.0


def _ranges(header: str) -> list[_Range]:
    """The media ranges of a header; what is none is passed over."""
    ranges: list[_Range] = []
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        type_, slash, subtype = name.partition("/")
        if slash and type_ and subtype:
            ranges.append(_Range(type_, subtype, _weight(parameters)))
    return ranges


def _weight(parameters: Sequence[str]) -> float:
    """The parameter q, 1 where there is none or it is not a number from 0 to 1."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 1.0
            return weight if 0 <= weight <= 1 else 1.0
    return 1.0
