"""The state of the map page, as its address says it: what is shown, when, and how the table is filtered and sorted.

An address may be old, or typed by hand: what cannot be read is left out, and the page says so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlencode

from plietsch.api import errors, parameters
from plietsch.dashboards.regions import Region
from plietsch.dashboards.texts import N_

Order = Literal["asc", "desc"]
NAME, TIME, DISTANCE = "name", "time", "distance"
# A search that is longer than any name is none.
_LONGEST_QUERY = 80
# Nothing was measured before; and of the first years of the calendar, no time before can be told.
_FIRST_YEAR = 1970
_NO_TIME = N_("The time in the address cannot be read. The page shows the present.")
_AHEAD = N_("The time in the address has not come yet. The page shows the present.")
_NO_SORT = N_("The table cannot be sorted as the address says. It is sorted as usual.")
_NO_PAGE = N_("The page of the table that the address names is none. This is the first one.")
_NO_KIND = N_("No station measures what the address names. The table shows all of them.")
_NO_PROPERTY = N_("The map has no such quantity. It shows the first one that there is.")


@dataclass(frozen=True)
class State:
    """What the address asks for; what is left out there has its default here.

    `quantity` is what the map shows, `at` None is the present, `kind` the quantity that a station must measure, `sort`
    a quantity or one of NAME, TIME and DISTANCE; `wrong` says what could not be read, as texts to be translated.
    """

    quantity: str
    region: str | None = None
    at: datetime | None = None
    q: str = ""
    kind: str = ""
    up: bool = False
    sort: str = ""
    order: Order = "asc"
    page: int = 1
    default: str = ""
    wrong: list[str] = field(default_factory=list[str])

    def address(self, **changes: Any) -> str:
        """The query of the page's address with some things changed, the first page of the table unless said."""
        return f"?{urlencode(replace(self, **{'page': 1, **changes}).written)}"

    @property
    def moment(self) -> str:
        """The time as an address says it, to the second; empty for the present."""
        return self.at.isoformat(timespec="seconds").replace("+00:00", "Z") if self.at else ""

    @property
    def written(self) -> dict[str, str]:
        """The parameters that differ from what an address without them means; a form begins with the first page."""
        values = {
            "region": self.region or "",
            "property": self.quantity if self.quantity != self.default else "",
            "at": self.moment,
            "q": self.q,
            "kind": self.kind,
            "up": "1" if self.up else "",
            "sort": self.sort,
            "order": self.order if self.order == "desc" else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in values.items() if value}

    @property
    def kept(self) -> dict[str, str]:
        """What an address of this page keeps when it shows something else of the same region and time."""
        return {name: value for name, value in self.written.items() if name in ("region", "at")}


def read(asked: Mapping[str, str], codes: Collection[str], region: Region, present: datetime) -> State:
    """The state that the parameters of an address ask for, of a region whose map shows these quantities."""
    wrong: list[str] = []
    default = next(iter(codes))
    shown = asked.get("property", default)
    if shown not in codes:
        wrong.append(_NO_PROPERTY)
        shown = default
    return State(
        quantity=shown,
        region=asked.get("region") and region.code,
        at=_moment(asked.get("at", ""), region, present, wrong),
        q=" ".join(asked.get("q", "").split())[:_LONGEST_QUERY],
        kind=_known(asked.get("kind", ""), codes, _NO_KIND, wrong),
        up=asked.get("up", "") == "1",
        sort=_known(asked.get("sort", ""), (*codes, NAME, TIME, DISTANCE), _NO_SORT, wrong),
        order="desc" if _known(asked.get("order", ""), ("asc", "desc"), _NO_SORT, wrong) == "desc" else "asc",
        page=_page(asked.get("page", ""), wrong),
        default=default,
        wrong=wrong,
    )


def _moment(text: str, region: Region, present: datetime, wrong: list[str]) -> datetime | None:
    """A time with its zone, or as a form's field says it: without one, in the region's."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
        moment = local.replace(tzinfo=region.zone).astimezone(UTC) if local.tzinfo is None else None
        moment = (moment or parameters.time("at", text)).replace(microsecond=0)
    except (ValueError, OverflowError, errors.ParameterInvalid):
        wrong.append(_NO_TIME)
        return None
    if moment.year < _FIRST_YEAR:
        wrong.append(_NO_TIME)
        return None
    if moment > present:
        wrong.append(_AHEAD)
        return None
    return moment


def _known(text: str, known: Collection[str], otherwise: str, wrong: list[str]) -> str:
    """What is known, or nothing; once, what to say where it is neither."""
    if text in known or not text:
        return text
    if otherwise not in wrong:
        wrong.append(otherwise)
    return ""


def _page(text: str, wrong: list[str]) -> int:
    # Beyond four digits no table is that long.
    if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) > 0:
        return int(text)
    if text:
        wrong.append(_NO_PAGE)
    return 1
