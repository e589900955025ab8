"""How long a battery lasts: currents by state, seconds by state, nothing else. Pure; every assumption is a value here.

What a board really draws depends on its regulator, its divider and its LEDs as well; measure it before you believe a
figure of years.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY_S = 86_400
MONTH_DAYS = 30.4


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Currents in mA out of the battery while something is on; times in s; the battery.

    ESP32 Series Datasheet v3.5, table "Power Consumption by Power Modes": modem-sleep at 160 MHz 27 to 44 mA,
    light-sleep 0.8 mA, deep-sleep with RTC timer and memory 10 µA. SX1261/2 datasheet: 118 mA at +22 dBm and 90 mA at
    +14 dBm in the 868 MHz band with the amplifier set up for +22, receiving LoRa 5.3 mA with boosted gain, 0.6 µA
    asleep with its settings kept. Nova Fitness SDS011 V1.3: 70 mA at 5 V, asleep below 4 mA (sold with 2 mA). DFRobot
    A02YYUW: 8 mA on average. Bosch BME280: 0.7 mA for 10 ms, which is left out.
    """

    awake_ma: float = 35.0
    light_sleep_ma: float = 0.8  # while an instrument warms up: the node waits for nothing else
    deep_sleep_ma: float = 0.010 + 0.010  # the second ten for a regulator and a divider of the better kind
    radio_asleep_ma: float = 0.0006
    receive_ma: float = 5.3
    # By power in dBm: what is not in it draws what the next higher one draws.
    transmit_ma: Mapping[int, float] = field(default_factory=lambda: {14: 90.0, 17: 95.0, 20: 102.0, 22: 118.0})
    power_dbm: int = 14  # EU868's highest, 16 dBm EIRP, less what an antenna gains; ADR lowers it near a gateway
    # An instrument's (while it works, while it does not); the second is 0 where a transistor switches its supply off.
    instruments_ma: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: {
            "fine-dust": (70.0 * 5 / 3.7 / 0.85, 0.0),
            "water-level": (8.0, 0.0),
            "rain": (0.0, 0.0),
        }
    )
    boot_s: float = 0.5  # from the timer to the first line of main.py, imports included: MicroPython of .mpy files
    capacity_mah: float = 6_800.0  # two 18650 cells of 3 400 mAh
    usable: float = 0.8  # of the capacity: what cold, age and the regulator leave
    self_discharge_a_month: float = 0.02  # of the capacity, of lithium-ion cells


# The SDS011 told to sleep, but never without its 5 V.
NOT_SWITCHED = Assumptions(instruments_ma={"fine-dust": (70.0 * 5 / 3.7 / 0.85, 2.0 * 5 / 3.7 / 0.85)})


@dataclass(frozen=True, slots=True)
class Day:
    """Seconds of a day of a node: in each state of the application, of it sending and receiving, and how many wakes."""

    kind: str
    states_s: Mapping[str, float]
    sending_s: float
    receiving_s: float
    wakes: int


def charge_mah(day: Day, assumed: Assumptions) -> dict[str, float]:
    """Return the charge of the day by what draws it, in mAh."""
    measuring_s = day.states_s.get("warm-up", 0.0) + day.states_s.get("measure", 0.0)
    working_ma, resting_ma = assumed.instruments_ma[day.kind]
    awake_s = day.states_s.get("measure", 0.0) + day.states_s.get("send", 0.0) + day.wakes * assumed.boot_s
    warm_up_s, waiting_s = day.states_s.get("warm-up", 0.0), day.states_s.get("wait", 0.0)
    mas = {
        "awake": awake_s * assumed.awake_ma + (warm_up_s + waiting_s) * assumed.light_sleep_ma,
        "asleep": (DAY_S - awake_s - warm_up_s - waiting_s) * assumed.deep_sleep_ma + DAY_S * assumed.radio_asleep_ma,
        "sending": day.sending_s * transmit_ma(assumed),
        "receiving": day.receiving_s * assumed.receive_ma,
        "instruments": measuring_s * working_ma + (DAY_S - measuring_s) * resting_ma,
    }
    return {name: charge / 3600 for name, charge in mas.items()}


def life_days(day: Day, assumed: Assumptions) -> float:
    """Return for how many days the battery lasts without sun."""
    a_day_mah = sum(charge_mah(day, assumed).values())
    lost_mah = assumed.capacity_mah * assumed.self_discharge_a_month / MONTH_DAYS
    return assumed.capacity_mah * assumed.usable / (a_day_mah + lost_mah)


def transmit_ma(assumed: Assumptions) -> float:
    """Return the current while the radio sends."""
    return next(current for power, current in sorted(assumed.transmit_ma.items()) if power >= assumed.power_dbm)
