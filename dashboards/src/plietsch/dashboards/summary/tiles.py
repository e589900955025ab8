"""Four tiles below the sentence: air, water, rain, network. Each leads to the map that shows more of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.scales import BELOW_ALL_LEVELS, SCALES
from plietsch.dashboards.summary.facts import Facts, Water
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform.trends import Direction

ARROWS: dict[Direction, str] = {"rising": "↗", "falling": "↘", "steady": "→"}
DIRECTIONS: dict[Direction, str] = {"rising": N_("rising"), "falling": N_("falling"), "steady": N_("steady")}


@dataclass(frozen=True)
class Share:
    """How many places are of a class."""

    band: str
    word: str
    count: int


@dataclass(frozen=True)
class Tile:
    """A tile: what it is of, what stands out, and a line of detail.

    `band` and `word` are the class of what stands out, empty where it has none; `quantity` is what the map shows that
    it leads to, empty where it leads to the table; `station` is whose value it is, for whoever keeps it up to date.
    """

    code: str
    title: str
    headline: str
    unit: str = ""
    detail: str = ""
    band: str = ""
    word: str = ""
    quantity: str = ""
    station: str = ""
    arrow: str = ""
    direction: str = ""
    shares: tuple[Share, ...] = ()


def of(facts: Facts, texts: Texts) -> list[Tile]:
    """The tiles of what the region measures."""
    makers: list[Callable[[Facts, Texts], Iterator[Tile]]] = [_air, _water, _rain, _network]
    return [tile for make in makers for tile in make(facts, texts)]


def _air(facts: Facts, texts: Texts) -> Iterator[Tile]:
    title = texts.gettext("Air")
    if not facts.air:
        yield Tile("air", title, "–", detail=texts.gettext("no current value"), quantity="pm2_5")
        return
    worst = max(facts.air, key=lambda each: (each.rank, each.value))
    quantity, band = QUANTITIES[worst.quantity], SCALES[worst.quantity].bands[worst.rank]
    counts = Counter(each.rank for each in facts.air)
    shares = tuple(
        Share(each.code, texts.translate(each.word), counts[each.rank])
        for each in SCALES["pm2_5"].bands
        if counts[each.rank]
    )
    where = texts.gettext(
        "highest: %(place)s, %(quantity)s", place=texts.translate(worst.place), quantity=texts.translate(quantity.short)
    )
    value = texts.number(worst.value, quantity.decimals)
    word = texts.translate(band.word)
    yield Tile("air", title, value, quantity.unit, where, band.code, word, worst.quantity, worst.station, shares=shares)


def _water(facts: Facts, texts: Texts) -> Iterator[Tile]:
    title = texts.gettext("Water")
    if not facts.water:
        if facts.has_gauges:
            yield Tile("water", title, "–", detail=texts.gettext("no current value"), quantity="water_level")
        return
    most = max(facts.water, key=lambda each: (each.rank, each.is_news, not each.tidal, each.share))
    direction: Direction = most.trend.direction if most.trend else "steady"
    yield Tile(
        "water",
        title,
        texts.number(most.level_cm, QUANTITIES["water_level"].decimals),
        QUANTITIES["water_level"].unit,
        _above_mean(most, texts),
        f"level-{most.rank}",
        most.reached.name if most.reached else texts.translate(BELOW_ALL_LEVELS),
        "water_level",
        most.station,
        ARROWS[direction] if most.trend else "",
        texts.translate(DIRECTIONS[direction]) if most.trend else "",
    )


def _above_mean(water: Water, texts: Texts) -> str:
    if water.above_mean_cm is None:
        return water.name
    centimetres = texts.number(abs(water.above_mean_cm), 0)
    if round(water.above_mean_cm) == 0:
        return texts.gettext("%(name)s, at the mean level", name=water.name)
    if water.above_mean_cm < 0:
        return texts.gettext("%(name)s, %(cm)s cm below the mean level", name=water.name, cm=centimetres)
    return texts.gettext("%(name)s, %(cm)s cm above the mean level", name=water.name, cm=centimetres)


def _rain(facts: Facts, texts: Texts) -> Iterator[Tile]:
    title = texts.gettext("Rain")
    if not facts.rain:
        if facts.has_rain_gauges:
            yield Tile("rain", title, "–", detail=texts.gettext("no current value"), quantity="rain_1h")
        return
    most = max(facts.rain, key=lambda each: each.mm)
    quantity, band = QUANTITIES["rain_1h"], SCALES["rain_1h"].band(most.mm)
    detail = texts.gettext("in the last hour, most in %(place)s", place=texts.translate(most.place))
    if most.mm <= 0:
        count = len(facts.rain)
        detail = texts.ngettext("in the last hour, at %(count)s gauge", "in the last hour, at %(count)s gauges", count)
    value, word = texts.number(most.mm, quantity.decimals), texts.translate(band.word)
    yield Tile("rain", title, value, quantity.unit, detail, band.code, word, "rain_1h", most.station if most.mm else "")


def _network(facts: Facts, texts: Texts) -> Iterator[Tile]:
    network = facts.network
    gateways = texts.ngettext("%(count)s gateway", "%(count)s gateways", network.gateways)
    frames = texts.ngettext("%(count)s message", "%(count)s messages", network.frames)
    detail = texts.gettext("heard in the last hour: %(frames)s by %(gateways)s", frames=frames, gateways=gateways)
    stations = texts.ngettext("of %(count)s station", "of %(count)s stations", network.stations)
    yield Tile("network", texts.gettext("Network"), texts.number(network.heard, 0), stations, detail)
