"""A comparison as a scene: a line for each station, told apart by its stroke and named at its end."""

from collections.abc import Sequence

from plietsch.dashboards.picture import scenes
from plietsch.dashboards.picture.looks import MOST_LINES
from plietsch.dashboards.picture.scene import Limit, Line, Scene
from plietsch.dashboards.picture.scenes import Told
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import chart, limits, page
from plietsch.dashboards.texts import N_, Texts

_TITLE = N_("%(quantity)s compared")
_STATION = N_("%(station)s: %(extent)s")
_SIMULATION = N_("Simulation")
_NO_DATA = N_("no data")


def of(told: Sequence[Told], texts: Texts) -> Scene:
    """Stations over the same span, at least one."""
    first = told[0]
    if len(told) == 1:
        return scenes.of_station(first, texts)
    went, quantity = first.course, QUANTITIES[first.course.code]
    lines = named(told, texts)[:MOST_LINES]
    name = texts.translate(scenes.RAIN if went.is_sum else quantity.name)
    held = limits.of(went, None, texts)
    return Scene(
        title=texts.gettext(_TITLE, quantity=name),
        subtitle=scenes.subtitle(went, first.region, texts),
        language=texts.language,
        description=_described(told, texts),
        credit=(
            *dict.fromkeys(scenes.credit(each.station) for each in told),
            scenes.made(first.at, first.region, texts),
        ),
        unit=quantity.unit,
        decimals=quantity.decimals,
        since=went.window.since.timestamp(),
        until=went.window.until.timestamp(),
        step_s=scenes.step_s(went),
        timezone=first.region.timezone,
        lines=tuple(lines),
        beginning=quantity.beginning,
        limits=tuple(Limit(float(each.value), each.name, each.band) for each in held),
        simulated=texts.translate(_SIMULATION) if any(each.station.simulated for each in told) else "",
        nothing="" if any(each.course.times for each in told) else texts.translate(scenes.NOTHING),
    )


def named(told: Sequence[Told], texts: Texts) -> list[Line]:
    """Each line by its station, and by its method where a station has several."""
    found: list[Line] = []
    for each in told:
        for line in each.course.lines:
            parts = [each.station.name] if len(told) > 1 else []
            parts += [chart.name_of(line, each.course.code, texts)] if len(each.course.lines) > 1 or not parts else []
            # Without the least and the most: of several lines, bands would hide each other.
            name = ": ".join(parts)
            if all(point.value is None for point in line.points.values()):
                name = f"{name} ({texts.translate(_NO_DATA)})"
            drawn = scenes.line(each.course, line, name)
            found.append(Line(drawn.name, drawn.times, drawn.values, doubtful=drawn.doubtful, unsure=drawn.unsure))
    return found


def _described(told: Sequence[Told], texts: Texts) -> str:
    """From where to where each line goes."""
    return " ".join(
        texts.gettext(_STATION, station=each.station.name, extent=page.extent(each.course, texts)) for each in told
    )
