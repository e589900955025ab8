"""Where simulated rain gauges stand, to about 100 m; each tip of a bucket is 0.2 mm."""

from plietsch.firmware.places.dust import FLENSBURG
from plietsch.firmware.places.place import RAIN, Place, Site
from plietsch.firmware.shown import RAIN_GAUGE

TIP_MM = 0.2

PLACES = (
    Place("flensburg-volkspark-regen", "Flensburg, Volkspark", 9.4570, 54.7925, 40.0, FLENSBURG),
    Place("handewitt-rathaus-regen", "Handewitt, Rathaus", 9.3290, 54.7660, 42.0, "01059183"),
    Place("schleswig-stadtmuseum-regen", "Schleswig, Stadtmuseum", 9.5597, 54.5113, 10.0, "01059075"),
    Place("husum-bahnhof-regen", "Husum, Bahnhof", 9.0560, 54.4723, 4.0, "01054056"),
    Place("soerup-bahnhof-regen", "Sörup, Bahnhof", 9.6640, 54.7163, 40.0, "01059161"),
    Place("tinglev-station-regen", "Tinglev, Station", 9.2560, 54.9350, 24.0, None),
    Place("vioel-markt-regen", "Viöl, Markt", 9.1862, 54.5625, 20.0, "01054144"),
    Place("niebuell-rathaus-regen", "Niebüll, Rathaus", 8.8287, 54.7880, 2.0, "01054088"),
)

SITES = tuple(Site(place, RAIN, (RAIN_GAUGE,), rain_tip_mm=TIP_MM) for place in PLACES)
