"""The third stage: how the frame went through the air, and which gateways heard it how well."""

from dataclasses import dataclass

from plietsch.dashboards.journey import airtime
from plietsch.dashboards.journey.facts import Facts, Gateway, Heard
from plietsch.dashboards.journey.telling import Fact, Stage, Telling
from plietsch.dashboards.texts import N_

_TITLE = N_("Heard")
_WHISTLE = N_(
    "The node sends by LoRa: as a row of chirps, each a whistle of radio waves that sweeps through the whole channel."
    " Where in the channel a chirp begins says which bits it carries."
)
_NOBODY = N_("The node calls nobody: whatever gateway is near enough may hear it, and passes it on.")
_WAITED = N_(
    "%(time)s lie between measuring and being heard: readings wait in the node, to leave together, or to leave again."
)
_GONE = N_(
    "The frame itself is not kept here any more, so that its bits and its gateways cannot be shown. What it said was"
    " written down when it came."
)
# A node that has a reading sends it at once; what took longer than this waited.
_AT_ONCE_S = 60
# The lowest ratio of signal to noise at which a receiver still understands (Semtech, SX1276/77/78/79 data sheet, table
# 13), in dB by spreading factor.
_FLOOR_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
# By how much a signal lies above that: words of ours.
_WORDS = ((15.0, N_("strong signal")), (5.0, N_("clear signal")), (float("-inf"), N_("weak signal")))
# The ends of the bars: just beside a gateway, and nothing.
_RSSI_DBM = (-130.0, -30.0)
_SNR_DB = (-20.0, 15.0)


@dataclass(frozen=True)
class GatewayShown:
    """How a gateway heard the frame: numbers as shown, empty where unknown, and bars in per cent of their length."""

    rssi: str
    rssi_percent: int
    snr: str
    snr_percent: int
    word: str
    distance: str


def of(facts: Facts, tell: Telling) -> Stage:
    """How the frame was heard; of one that is not kept, when."""
    value, frame, translate = facts.value, facts.heard_frame, tell.texts.translate
    if frame is None:
        return Stage("heard", translate(_TITLE), (translate(_GONE),), value.heard_at)
    waited_s = (frame.heard_at - value.measured_at).total_seconds()
    waited = [tell.texts.gettext(_WAITED, time=tell.duration(waited_s))] if waited_s > _AT_ONCE_S else []
    number = len(frame.gateways)
    heard = tell.texts.ngettext("%(count)s gateway heard it.", "%(count)s gateways heard it.", number)
    return Stage(
        "heard",
        translate(_TITLE),
        (*waited, translate(_WHISTLE), translate(_NOBODY), *([heard] if number else [])),
        frame.heard_at,
        facts=tuple(_radio(frame, tell)),
    )


def _radio(heard: Heard, tell: Telling) -> list[Fact]:
    """What is known of the signal: a network server may leave out any of it."""
    texts, found = tell.texts, list[Fact]()
    if factor := heard.spreading_factor:
        said = texts.gettext("SF%(number)s: %(number)s bits in each chirp", number=factor)
        found.append(Fact(texts.gettext("Spreading factor"), said))
    khz = airtime.bandwidth_khz(heard.data_rate)
    if heard.data_rate is not None:
        said = texts.gettext("DR%(number)s, a channel of %(khz)s kHz", number=heard.data_rate, khz=khz)
        found.append(Fact(texts.gettext("Data rate"), said))
    if heard.frequency_hz:
        found.append(Fact(texts.gettext("Frequency"), tell.amount(heard.frequency_hz / 1e6, "MHz", 1)))
    if factor in _FLOOR_DB and heard.payload is not None:
        milliseconds = airtime.milliseconds(len(heard.payload), factor, khz)
        said = texts.gettext("%(time)s of transmission", time=tell.amount(milliseconds, "ms", 0))
        found.append(Fact(texts.gettext("On the air"), said))
    return found


def gateways(heard: Heard, tell: Telling) -> list[GatewayShown]:
    """The gateways that heard the frame, the strongest first."""
    return [_shown(each, heard.spreading_factor, tell) for each in heard.gateways]


def _shown(gateway: Gateway, factor: int | None, tell: Telling) -> GatewayShown:
    rssi, snr, distance_km = gateway
    return GatewayShown(
        "" if rssi is None else tell.amount(rssi, "dBm", 0),
        _percent(rssi, _RSSI_DBM),
        "" if snr is None else tell.amount(snr, "dB", 1),
        _percent(snr, _SNR_DB),
        "" if snr is None or factor not in _FLOOR_DB else tell.texts.translate(word(snr, factor)),
        "" if distance_km is None else _distance(distance_km, tell),
    )


def _distance(distance_km: int, tell: Telling) -> str:
    if distance_km < 1:
        return tell.texts.gettext("less than 1 km")
    return tell.texts.gettext("about %(number)s km", number=tell.number(distance_km, 0))


def word(snr: float, factor: int) -> str:
    """How well a signal could be heard; translated when shown."""
    return next(said for above, said in _WORDS if snr - _FLOOR_DB[factor] >= above)


def _percent(number: float | None, ends: tuple[float, float]) -> int:
    """Where between the two ends a number lies."""
    lowest, highest = ends
    return 0 if number is None else round(100 * min(max((number - lowest) / (highest - lowest), 0.0), 1.0))
