"""`kappa-koehler/1`: fine dust without the water that its particles took up, in µg/m³."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from plietsch.ingest.quality import Quality
from plietsch.ingest.series.pointwise import MISSING, Result

# How readily particles take up water (hygroscopicity parameter κ), and their density when dry in g/cm³, both as in
# Crilley et al. 2018, Atmos. Meas. Tech. 11, 709-720, for the air of a European town.
KAPPA: Final = 0.4
DRY_DENSITY: Final = 1.65
# Towards saturation the correction grows beyond all bounds, and with it what an error of humidity does (BME280 data
# sheet: ± 3 %); in fog, droplets count as dust. From here on the correction is that of this humidity: what is left is
# too much rather than too little, an upper bound, and suspect.
HIGHEST_HUMIDITY_PERCENT: Final = 95.0
_DECIMALS: Final = 1


@dataclass(frozen=True, slots=True)
class DryDust:
    """The method for one size of fine dust, named as its property."""

    lead: str
    beside: tuple[str, ...] = field(default=("humidity",), init=False)

    def of(self, lead: float, beside: Sequence[float | None]) -> Result:
        humidity_percent = beside[0]
        if humidity_percent is None:
            return MISSING
        flag = Quality.GOOD if humidity_percent < HIGHEST_HUMIDITY_PERCENT else Quality.SUSPECT
        return Result(dry_dust_ug_m3(lead, humidity_percent), flag)


def dry_dust_ug_m3(dust_ug_m3: float, humidity_percent: float) -> float:
    """Fine dust as it would weigh when dry (Crilley et al. 2018): raw / (1 + κ/ρ · a/(1 - a)), a being the water's
    activity, which in equilibrium is the relative humidity."""
    activity = min(humidity_percent, HIGHEST_HUMIDITY_PERCENT) / 100
    return round(dust_ug_m3 / (1 + KAPPA / DRY_DENSITY * activity / (1 - activity)), _DECIMALS)
