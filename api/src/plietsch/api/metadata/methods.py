"""Methods as metadata name them: what they are, their version, and the numbers that they reckon with."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from plietsch.platform import methods


class Parameter(NamedTuple):
    """A number that a method reckons with: `unit` is UCUM."""

    name: str
    value: float
    unit: str
    description: str


_CRILLEY = "Crilley et al. 2018, Atmos. Meas. Tech. 11, 709-720, doi:10.5194/amt-11-709-2018"
# Ingest reckons with these; tests/api/test_metadata.py holds them against what it has.
_PARAMETERS: Mapping[str, tuple[Parameter, ...]] = MappingProxyType(
    {
        methods.KAPPA_KOEHLER: (
            Parameter("kappa", 0.4, "1", "How readily particles take up water"),
            Parameter("dry_density", 1.65, "g/cm3", "Of the particles"),
            Parameter("highest_humidity", 95.0, "%", "Above it the correction grows no more, and the value is suspect"),
        ),
        methods.GAUGE_ZERO_SOUND: (
            Parameter("speed_of_sound_at_0", 331.3, "m/s", "In air at 0 °C"),
            Parameter("speed_of_sound_per_degree", 0.606, "m/s/Cel", "How much it grows with each degree"),
        ),
        methods.RAIN_DIFFERENCE: (
            Parameter("longest_pause", 8100.0, "s", "After a longer one nobody knows when the rain fell"),
        ),
    }
)
_REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        methods.KAPPA_KOEHLER: _CRILLEY,
        methods.EAQI: "European Environment Agency, European Air Quality Index, bands of 2024",
        methods.UBA_LQI: "Umweltbundesamt, Luftqualitätsindex, bands of 2025",
    }
)


def document(method: str) -> dict[str, Any]:
    """A method, as `raw` or `kappa-koehler/1`."""
    name, version = methods.parts(method)
    return {
        "name": name,
        "version": version,
        "description": methods.DESCRIPTIONS.get(method, ""),
        "reference": _REFERENCES.get(method),
        "parameters": [each._asdict() for each in parameters(method)],
    }


def parameters(method: str) -> tuple[Parameter, ...]:
    """What a method reckons with everywhere; what depends on how an instrument is mounted stands with the series."""
    return _PARAMETERS.get(method, ())
