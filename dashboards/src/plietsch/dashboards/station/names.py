"""Names: what methods, steps and quality flags are called on a station's page."""

from plietsch.dashboards.station.spans import Step
from plietsch.dashboards.texts import N_
from plietsch.platform.methods import GAUGE_ZERO, GAUGE_ZERO_SOUND, KAPPA_KOEHLER, RAW

# A line's name where a property has several; what has none goes by its own name.
METHODS = {
    RAW: N_("as measured"),
    KAPPA_KOEHLER: N_("corrected for humidity"),
    GAUGE_ZERO: N_("above the gauge's zero"),
    GAUGE_ZERO_SOUND: N_("above the gauge's zero"),
}
STEPS: dict[Step, str] = {
    "raw": N_("Values as measured."),
    "10m": N_("Means of ten minutes; the time is their beginning."),
    "1h": N_("Means of an hour; the time is the beginning of the hour."),
    "1d": N_("Daily means; a day goes from midnight to midnight, local time."),
}
SUMS: dict[Step, str] = {
    "1h": N_("Sums of an hour; the time is the beginning of the hour."),
    "1d": N_("Daily sums; a day goes from midnight to midnight, local time."),
}
# QARTOD's flags, for readers; from this one on a value is not counted.
SUSPECT = 3
# Of dust corrected for humidity: above what the correction is good for, its value is no more than a hint.
UNSURE = N_("not sure enough (air too humid)")
QUALITY = {
    1: N_("checked, plausible"),
    2: N_("not checked"),
    3: N_("suspect, perhaps wrong"),
    4: N_("failed its check"),
    9: N_("missing"),
}


def quality(flag: int, method: str = RAW) -> str:
    """What a flag of a series says; one that is corrected for humidity is suspect for one reason only."""
    return UNSURE if flag == SUSPECT and method == KAPPA_KOEHLER else QUALITY[flag]
