"""The first stage: what the instrument did, what it said, and by which clock."""

from plietsch.dashboards import instruments
from plietsch.dashboards.journey import bits, telling
from plietsch.dashboards.journey.facts import Facts, Value
from plietsch.dashboards.journey.telling import Fact, Stage, Telling
from plietsch.dashboards.texts import N_
from plietsch.ingest.clock import Clock

_TITLE = N_("Measured")
_DUST = (
    N_("A small fan draws air through a beam of laser light, and every particle in it scatters a little of the light."),
    N_("The instrument counts the flashes; how bright they are says how big the particles are."),
)
_WARMTH = (
    N_("A tiny electronic part lets current pass more easily or less, depending on how warm it is."),
    N_("The instrument measures how easily, and translates that into degrees."),
)
_MOISTURE = (
    N_("A thin film of plastic takes up water from the air, and can then store more electric charge."),
    N_("The instrument measures how much, and translates that into per cent."),
)
_WEIGHT_OF_AIR = (
    N_("The weight of the air bends a membrane that is thinner than a hair."),
    N_("The instrument measures how far, and translates that into pressure."),
)
_ECHO = (
    N_(
        "The instrument sends a click of ultrasound down to the water, too high for human ears, and waits for its echo."
    ),
    N_("From the time that takes follows how far away the water is."),
)
_PRESSURE_OF_WATER = (
    N_("The instrument lies in the water and measures how heavily it weighs on it, less the weight of the air."),
    N_("From that follows how much water stands above it."),
)
_BUCKET = (
    N_("Rain runs through a funnel into a small bucket that tips over when it is full; its twin then takes its place."),
    N_("Every tip closes a switch for a moment, and the node counts it, from its first day on."),
)
_VOLTAGE = (
    N_("The node lets a small, known part of its battery's voltage through to a converter."),
    N_("That turns it into a number, and the node calculates back to the whole."),
)
_ANYTHING = (N_("The instrument turned what it sensed into a number."),)
_HOW = {
    "pm2_5": _DUST,
    "pm10": _DUST,
    "temperature": _WARMTH,
    "humidity": _MOISTURE,
    "pressure": _WEIGHT_OF_AIR,
    "distance": _ECHO,
    "water_depth": _PRESSURE_OF_WATER,
    "rain_tips": _BUCKET,
    "battery": _VOLTAGE,
}
_SPREAD_OF = {"pm2_5": "pm2_5_spread", "pm10": "pm10_spread", "distance": "distance_spread"}
_SPREAD = N_("It did so several times in a row; the middle half of its answers lay within %(span)s.")
_CLOCKS = {
    None: N_("right: the network tells it the time"),
    Clock.UNSET: N_("never set: the time is counted back from when the network heard the node"),
    Clock.RESET: N_("had begun anew: the time is counted back from when the network heard the node"),
    Clock.AHEAD: N_("ahead: the time is counted back from when the network heard the node"),
    Clock.WRONG: N_("wrong"),
}
# What the registry calls the instrument of what a node measures of itself.
_NODE = "node"
_ITSELF = N_("the node itself")
# Of sound in air at 20 °C: 331.3 m/s and 0.606 m/s for each degree.
_SOUND_M_S = 343


def of(facts: Facts, tell: Telling) -> Stage:
    """How the value was measured."""
    value = facts.value
    sentences = [tell.texts.translate(sentence) for sentence in _HOW.get(_of_spread(value.lead), _ANYTHING)]
    return Stage(
        "measured",
        tell.texts.translate(_TITLE),
        (*sentences, *_samples(facts, tell)),
        value.measured_at,
        sums=_echo(facts, tell),
        facts=(*_instrument(value, tell), *_said(facts, tell), *_clock(facts, tell)),
    )


def _of_spread(channel: str) -> str:
    """What a spread is that of; of any other channel, itself."""
    return next((code for code, spread in _SPREAD_OF.items() if spread == channel), channel)


def _samples(facts: Facts, tell: Telling) -> list[str]:
    """How far the samples behind the value lay apart: a spread is half the span of their middle half."""
    channel = facts.value.lead
    spread = facts.beside.get(_SPREAD_OF.get(channel, ""))
    if spread is None or facts.beside.get(channel) is None:
        return []
    span = tell.amount(2 * spread, telling.unit_of(channel))
    return [tell.texts.gettext(_SPREAD, span=span)]


def _echo(facts: Facts, tell: Telling) -> tuple[str, ...]:
    distance_mm = facts.beside.get("distance")
    if facts.value.lead != "distance" or not distance_mm:
        return ()
    milliseconds = 2 * distance_mm / _SOUND_M_S
    there_and_back = (
        f"2 × {tell.amount(distance_mm, 'mm', 0)} ÷ {_SOUND_M_S} m/s ≈ {tell.amount(milliseconds, 'ms', 1)}"
    )
    return (there_and_back,)


def _instrument(value: Value, tell: Telling) -> list[Fact]:
    texts = tell.texts
    if value.model == _NODE:
        return [Fact(texts.gettext("Instrument"), texts.translate(_ITSELF))]
    return [Fact(texts.gettext("Instrument"), instruments.name(value.model, value.manufacturer, texts))]


def _said(facts: Facts, tell: Telling) -> list[Fact]:
    """What the instrument said: of a computed value, what it was computed from."""
    value = facts.value
    said = {channel: facts.beside[channel] for channel in value.channels if channel in facts.beside}
    nothing = tell.texts.gettext("no number")
    return [
        Fact(
            tell.texts.gettext("It said") if len(said) == 1 else tell.short(channel),
            nothing if number is None else _amount(value, channel, number, facts, tell),
        )
        for channel, number in said.items()
    ]


def _amount(value: Value, channel: str, number: float, facts: Facts, tell: Telling) -> str:
    unit = telling.unit_of(channel, value.unit_symbol if channel == value.code else "")
    return tell.amount(number, unit, _decimals(channel, facts))


def _decimals(channel: str, facts: Facts) -> int | None:
    """As many as the frame can say."""
    if facts.frame is None:
        return None
    found = bits.of_channels(facts.frame.fields, facts.frame.reading, (channel,))
    return bits.decimals(found[0].field.steps) if found and found[0].field else None


def _clock(facts: Facts, tell: Telling) -> list[Fact]:
    if facts.frame is None:
        return []
    judged = facts.frame.judged[facts.frame.reading]
    return [Fact(tell.texts.gettext("The node's clock"), tell.texts.translate(_CLOCKS[judged.clock]))]
