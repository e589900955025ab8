"""Where simulated fine-dust stations stand: squares, stations and harbours that everybody knows, to about 100 m."""

from plietsch.firmware.places.place import FINE_DUST, Place, Site

FLENSBURG = "01001000"
# Every third station has the cheaper instrument for the weather, as workshops do.
CHEAPER_EVERY = 3

PLACES = (
    Place("flensburg-suedermarkt", "Flensburg, Südermarkt", 9.4366, 54.7826, 12.0, FLENSBURG, 0.95),
    Place("flensburg-hafenspitze", "Flensburg, Hafenspitze", 9.4357, 54.7876, 2.0, FLENSBURG, 0.9),
    Place("flensburg-bahnhof", "Flensburg, Bahnhof", 9.4369, 54.7742, 20.0, FLENSBURG, 0.75),
    Place("flensburg-muerwik", "Flensburg, Mürwik", 9.4640, 54.8130, 25.0, FLENSBURG, 0.45),
    Place("gluecksburg-schloss", "Glücksburg, Schloss", 9.5440, 54.8313, 5.0, "01059113", 0.2),
    Place("schleswig-dom", "Schleswig, Dom", 9.5694, 54.5136, 7.0, "01059075", 0.5),
    Place("husum-markt", "Husum, Markt", 9.0521, 54.4769, 4.0, "01054056", 0.55),
    Place("niebuell-bahnhof", "Niebüll, Bahnhof", 8.8335, 54.7886, 2.0, "01054088", 0.35),
    Place("tarp-bahnhof", "Tarp, Bahnhof", 9.4010, 54.6640, 17.0, "01059171", 0.35),
    Place("soenderborg-havn", "Sønderborg, Havn", 9.7840, 54.9090, 2.0, None, 0.6),
    Place("kappeln-hafen", "Kappeln, Hafen", 9.9335, 54.6622, 2.0, "01059045", 0.4),
    Place("padborg-station", "Padborg, Station", 9.3579, 54.8237, 28.0, None, 0.6),
    Place("leck-markt", "Leck, Markt", 8.9770, 54.7710, 5.0, "01054076", 0.35),
    Place("toenning-hafen", "Tönning, Hafen", 8.9425, 54.3165, 2.0, "01054138", 0.25),
    Place("toender-torv", "Tønder, Torvet", 8.8667, 54.9340, 4.0, None, 0.45),
    Place("flensburg-nordertor", "Flensburg, Nordertor", 9.4305, 54.7951, 6.0, FLENSBURG, 0.85),
    Place("bredstedt-markt", "Bredstedt, Markt", 8.9640, 54.6190, 7.0, "01054019", 0.35),
    Place("suederbrarup-bahnhof", "Süderbrarup, Bahnhof", 9.7740, 54.6370, 23.0, "01059083", 0.3),
    Place("harrislee-markt", "Harrislee, Markt", 9.3790, 54.7970, 38.0, "01059120", 0.4),
    Place("graasten-station", "Gråsten, Station", 9.5960, 54.9210, 4.0, None, 0.35),
    Place("schafflund-mitte", "Schafflund, Ortsmitte", 9.1830, 54.7620, 15.0, "01059158", 0.15),
    Place("aabenraa-havn", "Aabenraa, Havn", 9.4260, 55.0410, 3.0, None, 0.6),
)


def _site(number: int, place: Place) -> Site:
    is_cheaper = number % CHEAPER_EVERY == CHEAPER_EVERY - 1
    return Site(place, FINE_DUST, ("SDS011", "DHT22" if is_cheaper else "BME280"))


SITES = tuple(_site(number, place) for number, place in enumerate(PLACES))
