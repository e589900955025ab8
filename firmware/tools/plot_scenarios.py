"""Draw the plots of docs/simulation.md: what stands before the instruments in each scenario.

python firmware/tools/plot_scenarios.py docs/images

They are drawn for seed 1 and a beginning at a local midnight, so that whoever draws them again gets the same files.
"""

import io
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plietsch.firmware import places, scenarios
from plietsch.firmware.nature import dust
from plietsch.firmware.nature.local_time import ZONE
from plietsch.firmware.nature.region import Here, Nature
from plietsch.firmware.places import sites
from plietsch.firmware.scenarios.scenario import Scenario

SEED = 1
START_S = datetime(2026, 11, 16, tzinfo=ZONE).timestamp()  # a Monday
HOUR_S, DAY_H = 3600, 24
KAPPA = 0.4  # of the corrected series
BLUE, ORANGE, GREEN, RED, GREY = "#1f5fa8", "#c8641e", "#3c7d4e", "#b3261e", "#8a8f98"
# What was published of the surge at Flensburg: hours since the 18th, 0:00, and m above the mean level.
PUBLISHED = ((65 + 35 / 60, 1.99), (71 + 40 / 60, 2.27), (79 + 20 / 60, 1.42))
KINDS = {"silent": GREY, "stuck": BLUE, "drift": ORANGE, "gateway": RED}
FURTHEST_M = 4.5  # that an A02YYUW measures

Value = Callable[[float], float]


class Plot:
    """A figure of panels over the hours of a scenario."""

    def __init__(self, scenario: Scenario, hours: float, titles: Sequence[str]) -> None:
        self._nature = Nature(SEED, scenario, START_S)
        self._hours = hours
        self.figure = Figure(figsize=(8, 1.7 * len(titles) + 0.8), layout="constrained")
        self.panels: list[Axes] = list(self.figure.subplots(len(titles), sharex=True, squeeze=False)[:, 0])
        for panel, title in zip(self.panels, titles, strict=True):
            panel.set_title(title, loc="left")
            panel.grid(visible=True, color="#dddddd", linewidth=0.5)
            panel.spines[["top", "right"]].set_visible(False)
            panel.margins(x=0.01)
            panel.set_axisbelow(True)
        days = range(0, int(hours) + 1, DAY_H)
        self.panels[-1].set_xticks(days, [f"day {number + 1}" for number, _ in enumerate(days)], ha="left")

    def here(self, code: str) -> Here:
        """Nature at a station."""
        return self._nature.here(sites.site(code).place)

    def draw(
        self,
        panel: int,
        label: str,
        value: Value,
        colour: str,
        minutes: int = 30,
        linewidth: float = 1.1,
        linestyle: str = "-",
    ) -> None:
        """Draw a value of the Unix time in a panel."""
        hours = [number * minutes / 60 for number in range(int(self._hours * 60 / minutes) + 1)]
        values = [value(START_S + hour * HOUR_S) for hour in hours]
        axes = self.panels[panel]
        axes.plot(hours, values, color=colour, label=label, linewidth=linewidth, linestyle=linestyle)

    def mark(self, panel: int, heights: Iterable[tuple[float, str]]) -> None:
        """Draw and name heights that mean something."""
        axes = self.panels[panel]
        for height, name in heights:
            axes.axhline(height, color=RED, linewidth=0.7, linestyle=(0, (4, 3)))
            where = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
            axes.annotate(name, (1, height), color=RED, size=7, **where)

    def save(self, folder: Path, name: str) -> None:
        """Write the picture, the same one each time."""
        for panel in self.panels:
            panel.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), frameon=False, fontsize=7.5, ncols=4)
        drawn = io.StringIO()
        self.figure.savefig(drawn, format="svg", metadata={"Date": None})
        # A tenth of a point is enough, and indentation tells nobody anything.
        smaller = re.sub(r" d=\"[^\"]+\"", lambda path: re.sub(r"(\.\d)\d+", r"\1", path[0]), drawn.getvalue())
        (folder / f"simulation-{name}.svg").write_text(re.sub(r"\n +", "\n", smaller), encoding="utf-8")


def above_mean(plot: Plot, code: str, per_mm: float = 0.001) -> Value:
    """Return the level of a gauge above its mean, in m unless told otherwise."""
    here, gauge = plot.here(code), sites.site(code).gauge
    assert gauge  # noqa: S101 it is a gauge's code
    return lambda time_s: (here.level_mm(time_s) - gauge.mean_mm) * per_mm


def fallen(plot: Plot, code: str) -> Value:
    """Return the rain since the beginning in mm."""
    rain = plot.here(code).rain
    begin_mm = rain.fallen_mm(START_S)
    return lambda time_s: rain.fallen_mm(time_s) - begin_mm


def ordinary(plot: Plot) -> None:
    """Draw dust, weather and water."""
    square = plot.here("flensburg-suedermarkt")
    plot.draw(0, "as an SDS011 shows it", lambda t: square.dust(t)["pm2_5"], ORANGE, minutes=60)
    plot.draw(0, "as it is, dried", lambda t: square.dry_dust(t)[0], BLUE, minutes=60)
    plot.draw(1, "humidity, %", lambda t: square.weather(t)["humidity"], BLUE, minutes=60)
    plot.draw(1, "temperature, °C", lambda t: square.weather(t)["temperature"], ORANGE, minutes=60)
    plot.draw(1, "rain since the beginning, mm", fallen(plot, "flensburg-volkspark-regen"), GREEN, minutes=60)
    plot.draw(2, "Flensburg, Hafen", above_mean(plot, "flensburg-pegel"), BLUE, minutes=60)
    plot.draw(2, "Schleswig, Hafen", above_mean(plot, "schleswig-pegel"), GREEN, minutes=60)
    plot.draw(3, "Husum, Hafen", above_mean(plot, "husum-pegel"), GREY, minutes=60)


def surge(plot: Plot) -> None:
    """Draw the Baltic and the North Sea."""
    plot.draw(0, "Flensburg", above_mean(plot, "flensburg-pegel"), BLUE, linewidth=1.6)
    plot.draw(0, "Schleimünde", above_mean(plot, "schleimuende-pegel"), ORANGE)
    plot.draw(0, "Schleswig", above_mean(plot, "schleswig-pegel"), GREEN)
    plot.panels[0].plot(*zip(*PUBLISHED, strict=True), "o", color=BLUE, markersize=4, label="published")
    plot.mark(0, ((1.2, "first puddles"), (1.6, "harbour streets closed"), (2.0, "very severe storm surge (BSH)")))
    plot.draw(1, "Dagebüll, Mole", above_mean(plot, "dagebuell-pegel"), BLUE)
    plot.draw(1, "Husum, Hafen", above_mean(plot, "husum-pegel"), GREY)
    gauge = sites.site("dagebuell-pegel").gauge
    assert gauge  # noqa: S101 it is a gauge's code
    furthest_m = gauge.gauge_zero_distance_m - FURTHEST_M - gauge.mean_mm / 1000
    plot.mark(1, ((furthest_m, "lower than the instrument at Dagebüll can see"),))


def cloudburst(plot: Plot) -> None:
    """Draw rain and small rivers."""
    for code, colour in (
        ("flensburg-volkspark-regen", BLUE),
        ("handewitt-rathaus-regen", ORANGE),
        ("vioel-markt-regen", GREEN),
        ("niebuell-rathaus-regen", GREY),
    ):
        plot.draw(0, sites.site(code).place.name, fallen(plot, code), colour, minutes=20)
    for code, colour in (("kupfermuehle-pegel", BLUE), ("treia-pegel", GREEN), ("soholm-pegel", ORANGE)):
        plot.draw(1, sites.site(code).place.name, above_mean(plot, code, 0.1), colour, minutes=20)


def new_year(plot: Plot) -> None:
    """Draw what is shown and what there is, in a town and in villages."""
    for code, colour in (("flensburg-suedermarkt", ORANGE), ("tarp-bahnhof", BLUE), ("schafflund-mitte", GREEN)):
        here, name = plot.here(code), sites.site(code).place.name
        plot.draw(0, name, lambda t, here=here: here.dust(t)["pm10"], colour, minutes=15)
        plot.draw(1, name, lambda t, here=here: here.dry_dust(t)[1], colour, minutes=15)


def humid_nights(plot: Plot) -> None:
    """Draw humidity, and dust as shown, corrected and dried."""
    station = plot.here("tarp-bahnhof")
    plot.draw(0, "humidity, %", lambda t: station.weather(t)["humidity"], BLUE)
    plot.draw(0, "temperature, °C", lambda t: station.weather(t)["temperature"], ORANGE)
    plot.draw(1, "as an SDS011 shows it", lambda t: station.dust(t)["pm2_5"], ORANGE)
    plot.draw(1, "as it is, dried", lambda t: station.dry_dust(t)[0], BLUE)

    def corrected(time_s: float) -> float:
        return station.dust(time_s)["pm2_5"] / dust.growth(KAPPA, station.weather(time_s)["humidity"])

    plot.draw(1, f"corrected for humidity, κ = {KAPPA}", corrected, GREEN, linestyle="--")


def mishaps(plot: Plot) -> None:
    """Draw what fails when."""
    names = {gateway.gateway_id: f"gateway {gateway.name}" for gateway in places.GATEWAYS}
    rows = scenarios.named("mishaps").mishaps
    labels: list[str] = []
    for number, mishap in enumerate(rows):
        from_h, length_h = mishap.from_s / HOUR_S, (mishap.to_s - mishap.from_s) / HOUR_S
        is_known = mishap.kind in {each.kind for each in rows[:number]}
        label = "_" if is_known else mishap.kind
        plot.panels[0].barh(number, length_h, left=from_h, color=KINDS[mishap.kind], label=label)
        labels.append(names.get(mishap.station) or f"{sites.site(mishap.station).place.name} {mishap.model or ''}")
    plot.panels[0].set_yticks(range(len(rows)), labels, size=7)
    plot.panels[0].set_ylim(len(rows) - 0.4, -0.6)


DUST, LEVEL = "PM2.5, µg/m³", "Baltic, m above the mean level"
NORTH_SEA = "North Sea, m above the mean level"
# What draws a scenario, over how many hours, and what its panels show.
PLOTS: dict[str, tuple[Callable[[Plot], None], float, tuple[str, ...]]] = {
    "ordinary": (ordinary, 168, (f"Flensburg, Südermarkt: {DUST}", "Flensburg: weather", LEVEL, NORTH_SEA)),
    "surge-2023": (surge, 96, (LEVEL, NORTH_SEA)),
    "cloudburst": (cloudburst, 48, ("rain, mm", "small rivers, cm above the mean level")),
    "new-year": (new_year, 48, ("PM10, µg/m³, as an SDS011 shows it", "PM10, µg/m³, as it is, dried")),
    "humid-nights": (humid_nights, 96, ("Tarp, Bahnhof: weather", f"Tarp, Bahnhof: {DUST}")),
    "mishaps": (mishaps, 48, ("what fails, and when",)),
}


def main(folder: Path) -> None:
    """Draw all of them into a folder."""
    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {"svg.hashsalt": "plietsch", "svg.fonttype": "none", "font.size": 8.5, "path.simplify": True}
    )
    for scenario in scenarios.ALL:
        draw, hours, titles = PLOTS[scenario.name]
        plot = Plot(scenario, hours, titles)
        draw(plot)
        plot.save(folder, scenario.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
