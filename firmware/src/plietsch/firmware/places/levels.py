"""Where simulated water levels are measured: harbours and bridges that everybody knows, to about 100 m.

Gauges at German coasts have their zero five metres below the sea's level (PNP = NHN − 5 m). Levels with the source
EXAMPLE are nobody's but this simulation's.
"""

from plietsch.firmware.places.dust import FLENSBURG
from plietsch.firmware.places.place import (
    EXAMPLE,
    WATER_LEVEL,
    Coast,
    Gauge,
    GaugeLevel,
    Place,
    River,
    Site,
    Text,
)

HOUR_S = 3600.0
COAST_ZERO_M = -5.0
AS_TOLD, AS_CLOSED = "foerde.news", "schleswig-mobil.de"
BSH = "Bundesamt für Seeschifffahrt und Hydrographie (BSH)"
# A tide rises by a centimetre and a half a minute, which elsewhere is a surge: a reading at each 10 cm is enough.
TIDAL_NODE = {"threshold_mm": 100, "rise_mm_per_min": 40}

FJORD: Text = {"de": "der Flensburger Förde", "da": "Flensborg Fjord", "en": "the Flensburg Fjord"}
ALS_SOUND: Text = {"de": "des Alsensunds", "da": "Als Sund", "en": "the Als Sound"}
SCHLEI: Text = {"de": "der Schlei", "da": "Slien", "en": "the Schlei"}
NORTH_SEA: Text = {"de": "der Nordsee", "da": "Vesterhavet", "en": "the North Sea"}
TREENE: Text = {"de": "der Treene", "da": "Trenen", "en": "the Treene"}
SOHOLMER_AU: Text = {"de": "der Soholmer Au", "da": "Soholm Å", "en": "the Soholmer Au"}
KRUSAU: Text = {"de": "der Krusau", "da": "Krusåen", "en": "the Krusau"}

SURGE: Text = {"de": "Sturmflut", "da": "Stormflod", "en": "Storm surge"}
VERY_SEVERE: Text = {"de": "Sehr schwere Sturmflut", "da": "Meget svær stormflod", "en": "Very severe storm surge"}
PUDDLES: Text = {
    "de": "Erste Pfützen auf der Schiffbrücke",
    "da": "De første vandpytter på Skibbroen",
    "en": "First puddles on Schiffbrücke",
}
STREETS: Text = {
    "de": "Straßen am Hafen gesperrt",
    "da": "Gaderne ved havnen er spærret",
    "en": "Harbour streets closed",
}
QUAY: Text = {"de": "Kai überspült", "da": "Kajen oversvømmet", "en": "Quay awash"}
HARBOUR: Text = {"de": "Hafen überflutet", "da": "Havnen oversvømmet", "en": "Harbour flooded"}
HOUSES: Text = {"de": "Wasser in Häusern", "da": "Vand i huse", "en": "Water in houses"}
SALT_MARSH: Text = {"de": "Vorland überflutet", "da": "Forlandet oversvømmet", "en": "Salt marsh flooded"}
MEADOWS: Text = {"de": "Wiesen überschwemmt", "da": "Engene oversvømmet", "en": "Meadows flooded"}
PATHS: Text = {"de": "Wege überschwemmt", "da": "Stier oversvømmet", "en": "Paths flooded"}
ROAD: Text = {"de": "Straße gesperrt", "da": "Vejen er spærret", "en": "Road closed"}
BANKS: Text = {"de": "Ufervoll", "da": "Bredfuld", "en": "Bankfull"}


def _levels(*named: tuple[int, Text], source: str = EXAMPLE) -> tuple[GaugeLevel, ...]:
    return tuple(GaugeLevel(level_cm, rank, name, source) for rank, (level_cm, name) in enumerate(named, 1))


# Surge classes: BSH, above the mean level. Puddles and streets: what was told of former surges at these heights.
AT_FLENSBURG = (
    GaugeLevel(602, 1, SURGE, BSH),
    GaugeLevel(622, 2, PUDDLES, AS_TOLD),
    GaugeLevel(662, 3, STREETS, AS_CLOSED),
    GaugeLevel(702, 4, VERY_SEVERE, BSH),
)


def _baltic(water: Text, mean_cm: int, sensor_m: float, coast: Coast, levels: tuple[GaugeLevel, ...]) -> Gauge:
    return Gauge(water, mean_cm, COAST_ZERO_M, sensor_m, levels, coast)


def _harbour(mean_cm: int) -> tuple[GaugeLevel, ...]:
    return _levels((mean_cm + 100, QUAY), (mean_cm + 130, PATHS), (mean_cm + 160, HARBOUR), (mean_cm + 200, HOUSES))


def _site(place: Place, gauge: Gauge, node: dict[str, int] | None = None) -> Site:
    return Site(place, WATER_LEVEL, ("A02YYUW",), gauge, node=node or {})


SITES = (
    _site(
        Place("flensburg-pegel", "Flensburg, Hafen", 9.4366, 54.7897, 1.0, FLENSBURG),
        _baltic(FJORD, 502, 7.7, Coast(40.0, 0.1, 1.0, 0.0), AT_FLENSBURG),
    ),
    _site(
        Place("schleswig-pegel", "Schleswig, Hafen", 9.5690, 54.5105, 1.0, "01059075"),
        _baltic(SCHLEI, 502, 7.5, Coast(20.0, 0.6, 0.8, 5.5 * HOUR_S), _harbour(502)),
    ),
    _site(
        Place("husum-pegel", "Husum, Hafen", 9.0440, 54.4740, 1.0, "01054056"),
        Gauge(
            NORTH_SEA,
            495,
            COAST_ZERO_M,
            7.3,
            _levels((700, SALT_MARSH), (712, QUAY), (722, HARBOUR)),
            Coast(1850.0, 0.3, -0.6, 0.0),
        ),
        TIDAL_NODE,
    ),
    _site(
        Place("kappeln-pegel", "Kappeln, Schleibrücke", 9.9350, 54.6630, 1.0, "01059045"),
        _baltic(SCHLEI, 501, 7.6, Coast(35.0, 0.2, 0.86, 1.2 * HOUR_S), _harbour(501)),
    ),
    _site(
        Place("treia-pegel", "Treia, Treenebrücke", 9.3170, 54.5090, 6.0, "01059092"),
        Gauge(
            TREENE,
            120,
            3.0,
            4.3,
            _levels((200, BANKS), (235, MEADOWS), (270, PATHS), (310, ROAD)),
            River(16.0, 11 * HOUR_S),
        ),
    ),
    _site(
        Place("langballigau-pegel", "Langballigau, Hafen", 9.6540, 54.8225, 1.0, "01059137"),
        _baltic(FJORD, 501, 7.6, Coast(50.0, 0.05, 0.95, -0.3 * HOUR_S), _harbour(501)),
    ),
    _site(
        Place("soenderborg-pegel", "Sønderborg, Christian X's Bro", 9.7830, 54.9105, 1.0, None),
        _baltic(ALS_SOUND, 501, 7.6, Coast(55.0, 0.05, 2.10 / 2.27, -0.3 * HOUR_S), _harbour(501)),
    ),
    _site(
        Place("dagebuell-pegel", "Dagebüll, Mole", 8.6870, 54.7300, 1.0, "01054022"),
        Gauge(
            NORTH_SEA,
            493,
            COAST_ZERO_M,
            7.2,
            _levels((685, SALT_MARSH), (700, QUAY), (712, HARBOUR)),
            Coast(1650.0, 0.22, -0.55, 0.0),
        ),
        TIDAL_NODE,
    ),
    _site(
        Place("soholm-pegel", "Soholm, Brücke", 9.0700, 54.7080, 4.0, "01054167"),
        Gauge(
            SOHOLMER_AU,
            90,
            2.0,
            4.1,
            _levels((170, BANKS), (205, MEADOWS), (240, PATHS), (280, ROAD)),
            River(18.0, 8 * HOUR_S),
        ),
    ),
    _site(
        Place("schleimuende-pegel", "Schleimünde, Lotsenhaus", 10.0350, 54.6730, 1.0, "01059045"),
        _baltic(SCHLEI, 501, 7.6, Coast(45.0, 0.15, 0.92, -0.2 * HOUR_S), _harbour(501)),
    ),
    _site(
        Place("kupfermuehle-pegel", "Kupfermühle, Brücke", 9.4070, 54.8350, 5.0, "01059120"),
        Gauge(
            KRUSAU,
            60,
            1.5,
            3.2,
            _levels((110, BANKS), (130, MEADOWS), (150, PATHS), (175, ROAD)),
            River(14.0, 4 * HOUR_S),
        ),
    ),
    _site(
        Place("gluecksburg-pegel", "Glücksburg, Seebrücke Sandwig", 9.5270, 54.8445, 1.0, "01059113"),
        _baltic(FJORD, 501, 7.6, Coast(45.0, 0.08, 0.98, -0.1 * HOUR_S), _harbour(501)),
    ),
)
