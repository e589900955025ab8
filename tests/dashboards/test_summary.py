"""The region in a sentence and in tiles: what is said of given facts, and which facts are gathered."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from plietsch.dashboards.scales import Level
from plietsch.dashboards.summary import gathering, sentence, tiles
from plietsch.dashboards.summary.facts import Air, Facts, Network, Rain, Water
from plietsch.dashboards.summary.memory import Memory
from plietsch.dashboards.texts import LANGUAGES, Texts
from plietsch.platform.trends import Trend

RISING, FALLING, STEADY = Trend("rising", 12.0), Trend("falling", -12.0), Trend("steady", 0.3)
LEVELS = (Level(622, 1, "erste Pfützen"), Level(662, 2, "Straßen gesperrt"))
NETWORK = Network(stations=42, heard=40, gateways=6, frames=1234)


def _air(**ranks: int) -> list[Air]:
    return [Air(place.title(), place, "pm2_5", 10.0 * rank, rank) for place, rank in ranks.items()]


def _water(level_cm: float, trend: Trend | None, water: str = "der Förde", tidal: bool = False) -> Water:
    return Water("pegel", "Flensburg, Hafen", water, level_cm, 502, LEVELS, trend, tidal)


def _facts(air: Sequence[Air] = (), water: Sequence[Water] = (), rain: Sequence[Rain] = ()) -> Facts:
    return Facts(air, water, rain, NETWORK, has_gauges=True, has_rain_gauges=True)


def _said(facts: Facts, language: str = "de") -> str:
    return sentence.of(facts, Texts.read(language))


@pytest.mark.parametrize(
    ("language", "water", "said"),
    [
        ("de", "der Förde", "Die Luft ist gut, in Tarp etwas belastet; das Wasser der Förde steigt."),
        ("da", "fjorden", "Luften er god, i Tarp noget forurenet; vandet i fjorden stiger."),
        ("en", "the fjord", "The air is good, somewhat polluted in Tarp; the water of the fjord is rising."),
    ],
)
def test_the_sentence_says_how_the_region_is(language: str, water: str, said: str) -> None:
    facts = _facts(_air(flensburg=0, husum=0, tarp=2), [_water(510, RISING, water)])
    assert _said(facts, language) == said


def test_the_air_is_that_of_most_places_and_worse_ones_are_named_from_the_worst_on() -> None:
    facts = _facts(_air(flensburg=1, husum=1, leck=1, tarp=3, kappeln=4, schleswig=3))
    assert _said(facts) == "Die Luft ist akzeptabel, in Kappeln stark belastet, in Tarp und Schleswig belastet."


def test_a_place_that_is_a_little_worse_than_good_is_not_worth_a_word() -> None:
    assert _said(_facts(_air(flensburg=0, husum=0, tarp=1))) == "Die Luft ist gut."


def test_many_places_are_counted() -> None:
    facts = _facts(_air(a=0, b=0, c=0, d=0, e=0, f=0, g=2, h=2, i=2, j=2))
    assert _said(facts) == "Die Luft ist gut, in G, H und 2 weiteren Orten etwas belastet."


def test_one_more_place_is_one() -> None:
    texts = Texts.read("da")
    assert texts.ngettext("%(count)s more place", "%(count)s more places", 1) == "1 andet sted"


@pytest.mark.parametrize(
    ("level_cm", "trend", "said"),
    [
        (510, STEADY, "Die Wasserstände sind wie üblich."),
        (510, None, "Die Wasserstände sind wie üblich."),
        (510, FALLING, "Das Wasser der Förde fällt."),
        (621.9, RISING, "Das Wasser der Förde steigt."),
        (622, RISING, "Das Wasser der Förde steigt (Flensburg, Hafen: erste Pfützen)."),
        (729, STEADY, "Das Wasser der Förde steht hoch (Flensburg, Hafen: Straßen gesperrt)."),
        (700, FALLING, "Das Wasser der Förde fällt (Flensburg, Hafen: Straßen gesperrt)."),
    ],
)
def test_the_water_is_said_with_the_level_that_it_has_reached(level_cm: float, trend: Trend | None, said: str) -> None:
    assert _said(_facts(water=[_water(level_cm, trend)])) == said


def test_a_level_that_is_reached_and_heavy_rain_are_said_first() -> None:
    air = _air(flensburg=1)
    assert _said(_facts(air, [_water(622, RISING)])).endswith(
        "(Flensburg, Hafen: erste Pfützen); die Luft ist akzeptabel."
    )
    rain = [Rain("Tarp", "tarp", 16.0, 3)]
    assert _said(_facts(air, rain=rain)) == "In Tarp fällt Starkregen; die Luft ist akzeptabel."


def test_a_tide_is_no_news_unless_it_reaches_one_of_the_gauges_own_levels() -> None:
    assert _said(_facts(water=[_water(600, RISING, tidal=True)])) == "Die Wasserstände sind wie üblich."
    assert _said(_facts(water=[_water(622, RISING, tidal=True)])).startswith("Das Wasser der Förde steigt (")


def test_a_water_is_said_once_by_its_most_urgent_gauge() -> None:
    waters = [_water(700, RISING), _water(640, FALLING), _water(655, STEADY)]
    assert _said(_facts(water=waters)) == "Das Wasser der Förde steigt (Flensburg, Hafen: Straßen gesperrt)."


def test_many_waters_are_counted_as_waters() -> None:
    waters = [
        _water(510 + number, FALLING, f"der {name}") for number, name in enumerate(("Au", "Treene", "Schlei", "Eider"))
    ]
    assert _said(_facts(water=waters)) == "Das Wasser der Eider, der Schlei und 2 weiterer Gewässer fällt."


def test_bad_air_that_may_be_mist_is_doubted() -> None:
    clear, misty = Air("Husum", "husum", "pm2_5", 4.0, 0), Air("Tarp", "tarp", "pm2_5", 60.0, 3, is_humid=True)
    doubt = "(feuchte Luft lässt die Sensoren zu viel anzeigen)"
    assert _said(_facts([clear, misty])) == f"Die Luft ist gut, in Tarp belastet {doubt}."
    dry = Air("Leck", "leck", "pm2_5", 60.0, 3)
    assert doubt not in _said(_facts([clear, misty, dry]))


def test_places_have_the_name_of_the_readers_language() -> None:
    assert _said(_facts(rain=[Rain("Flensburg", "flensburg", 1.0, 0)]), "da") == "Det regner i Flensborg."


def test_of_a_moment_before_the_first_measurement_it_says_so() -> None:
    assert sentence.of(_facts(), Texts.read("en"), is_past=True) == "No station reported then."


def test_waters_that_go_the_same_way_are_said_together_and_each_once() -> None:
    waters = [
        _water(510, RISING),
        _water(600, RISING, "der Schlei"),
        _water(512, RISING),
        _water(505, FALLING, "der Au"),
    ]
    assert _said(_facts(water=waters)) == ("Das Wasser der Schlei und der Förde steigt; das Wasser der Au fällt.")


def test_of_a_surge_only_what_presses_is_said() -> None:
    waters = [_water(729, RISING), _water(655, STEADY, "des Alsensunds"), _water(510, FALLING, "der Au")]
    said = _said(_facts(_air(flensburg=1), waters, [Rain("Husum", "husum", 0.4, 0)]))
    assert said == (
        "Das Wasser der Förde steigt (Flensburg, Hafen: Straßen gesperrt); das Wasser des Alsensunds steht hoch; "
        "die Luft ist akzeptabel."
    )


def test_rain_is_said_where_it_falls_most() -> None:
    dry, light, heavy = Rain("Leck", "leck", 0.0, 0), Rain("Husum", "husum", 0.4, 0), Rain("Tarp", "tarp", 26.0, 4)
    assert _said(_facts(_air(leck=0), rain=[dry])) == "Die Luft ist gut."
    assert _said(_facts(rain=[dry, light])) == "Es regnet in Husum."
    assert _said(_facts(rain=[dry, light, heavy])) == "In Tarp fällt heftiger Starkregen."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_region_that_says_nothing_says_so(language: str) -> None:
    assert (
        _said(_facts(), language)
        == {
            "de": "Gerade meldet sich keine Station.",
            "da": "Ingen station melder sig lige nu.",
            "en": "No station is reporting at the moment.",
        }[language]
    )


def test_tiles_say_what_stands_out() -> None:
    rain = [Rain("Husum", "husum-regen", 3.4, 1), Rain("Leck", "leck-regen", 0.0, 0)]
    facts = _facts(_air(flensburg=0, husum=0, tarp=2), [_water(651.6, RISING)], rain)
    air, water, wet, network = tiles.of(facts, Texts.read("de"))
    assert (air.headline, air.word, air.quantity) == ("20,0", "mäßig", "pm2_5")
    assert [(share.word, share.count) for share in air.shares] == [("gut", 2), ("mäßig", 1)]
    assert (water.headline, water.word, water.arrow, water.direction) == ("652", "erste Pfützen", "↗", "steigend")
    assert water.detail == "Flensburg, Hafen, 150 cm über dem Mittelwasser"
    assert (wet.headline, wet.word, wet.station) == ("3,4", "mäßiger Regen", "husum-regen")
    assert (network.headline, network.unit) == ("40", "von 42 Stationen")
    assert network.detail == "in der letzten Stunde gehört: 1.234 Nachrichten von 6 Gateways"


def test_a_region_without_gauges_has_no_tiles_for_them() -> None:
    said = tiles.of(Facts(_air(husum=0), [], [], NETWORK), Texts.read("en"))
    assert [tile.code for tile in said] == ["air", "network"]


@pytest.mark.usefixtures("water_and_rain")
def test_facts_are_gathered_as_of_a_moment(measured: Callable[..., None], database_url: str) -> None:
    for minutes, level_cm in ((20, 515.0), (40, 510.0), (60, 505.0), (80, 500.0)):
        measured("flensburg-pegel", "water_level", level_cm, minutes)
    facts = _gathered(database_url, datetime.now(UTC) + timedelta(seconds=1))
    [air], [water], [rain] = facts.air, facts.water, facts.rain
    assert (air.place, air.station, air.rank) == ("Flensburg", "flensburg-suedermarkt", 1)
    assert (water.name, water.water, water.level_cm, water.rank) == (
        "Flensburg, Hafen",
        "der Flensburger Förde",
        527.8,
        0,
    )
    assert water.trend is not None
    assert water.trend.direction == "rising"
    assert (rain.place, rain.mm) == ("Flensburg", 0.0)
    assert facts.network == Network(stations=5, heard=0, gateways=0, frames=0)
    before = _gathered(database_url, datetime.now(UTC) - timedelta(minutes=30))
    assert [each.level_cm for each in before.water] == [510.0]
    assert before.rain == []


@pytest.mark.usefixtures("region")
def test_a_region_that_has_not_measured_has_no_facts(database_url: str) -> None:
    facts = _gathered(database_url, datetime.now(UTC))
    assert (facts.air, facts.water, facts.rain) == ([], [], [])
    assert facts.network.stations == 3


@pytest.mark.usefixtures("water_and_rain")
def test_who_looks_while_facts_are_gathered_anew_does_not_wait(database_url: str) -> None:
    async def look() -> tuple[Facts, Facts, bool]:
        connect = psycopg.AsyncConnection.connect
        async with (
            await connect(database_url, autocommit=True) as one,
            await connect(database_url, autocommit=True) as other,
            await connect(database_url) as writer,
        ):
            memory, now = Memory(), datetime.now(UTC)
            first = await memory.present(one, "flensburg", "de", now)
            await writer.execute("LOCK TABLE gauge")
            gathering_anew = asyncio.create_task(_until_it_gathers(memory, one, now))
            while not gathering_anew.done() and not memory.is_gathering("flensburg", "de"):
                await asyncio.sleep(0.01)
            meanwhile = await asyncio.wait_for(memory.present(other, "flensburg", "de", now), 5)
            was_gathering = not gathering_anew.done()
            await writer.rollback()
            await gathering_anew
            return first, meanwhile, was_gathering

    first, meanwhile, was_gathering = asyncio.run(look())
    assert meanwhile is first
    assert was_gathering


async def _until_it_gathers(memory: Memory, connection: psycopg.AsyncConnection, now: datetime) -> Facts:
    """Ask until what was kept has grown old."""
    facts = kept = await memory.present(connection, "flensburg", "de", now)
    while facts is kept:
        await asyncio.sleep(0.01)
        facts = await memory.present(connection, "flensburg", "de", now)
    return facts


def _gathered(database_url: str, at: datetime) -> Facts:
    async def gather() -> Facts:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            return await gathering.facts(connection, "flensburg", "de", at)

    return asyncio.run(gather())
