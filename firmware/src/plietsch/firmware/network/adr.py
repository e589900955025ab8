"""Adaptive data rate: what a device should send with, from how well its last frames were heard. Pure.

The algorithm is Semtech's ("LoRaWAN – simple rate adaptation recommended algorithm", 2016) in the form that is
ChirpStack's default (chirpstack/src/adr/default.rs): the best SNR of the last 20 uplinks, less what the data rate needs
and a margin for the place, buys steps of 3 dB, first of data rate, then of power.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plietsch.firmware.network import eu868
from plietsch.firmware.network.gateways import REQUIRED_SNR_DB

HISTORY = 20
STEP_DB = 3.0
DEFAULT_MARGIN_DB = 10.0
MOST_TRANSMISSIONS = 3
# How often to send each frame next, by share of frames lost (below 5, 10, 30 %, or more) and how often it is sent now.
TRANSMISSIONS = ((1, 1, 2), (1, 2, 3), (2, 3, 3), (3, 3, 3))
LOSSES = (0.05, 0.10, 0.30)


class Heard(NamedTuple):
    """A frame as the best gateway heard it, and the power step it was sent with."""

    f_cnt: int
    snr_db: float
    power: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a device sends with; `power` is the step below the most that is allowed."""

    data_rate: int
    power: int = 0
    transmissions: int = 1


def decide(
    now: Setting,
    history: Sequence[Heard],
    margin_db: float = DEFAULT_MARGIN_DB,
    fastest: int = eu868.FASTEST_LORA_DATA_RATE,
    weakest: int = eu868.LOWEST_POWER_STEP,
) -> Setting:
    """Return what the device should send with, given its frames in order, the last one sent with `now`.

    `fastest` bounds the data rate, `weakest` the power step.
    """
    transmissions = _transmissions(now.transmissions, _loss(history))
    needed = REQUIRED_SNR_DB[eu868.DATA_RATES[now.data_rate][0]]
    steps = int((max(heard.snr_db for heard in history) - needed - margin_db) / STEP_DB)
    data_rate, power = min(now.data_rate, fastest), now.power
    # Louder only on full evidence, or power would go up and down.
    if steps < 0 and sum(heard.power == power for heard in history) < HISTORY:
        return Setting(data_rate, power, transmissions)
    return Setting(*_walk(steps, data_rate, power, fastest, weakest), transmissions)


def _walk(steps: int, data_rate: int, power: int, fastest: int, weakest: int) -> tuple[int, int]:
    """Return data rate and power step after so many steps: up means faster, then weaker; down means louder."""
    if steps < 0:
        return data_rate, max(0, power + steps)
    faster = min(steps, fastest - data_rate)
    return data_rate + faster, max(power, min(weakest, power + steps - faster))


def _transmissions(now: int, loss: float) -> int:
    row = sum(loss >= limit for limit in LOSSES)
    return TRANSMISSIONS[row][min(max(now, 1), MOST_TRANSMISSIONS) - 1]


def _loss(history: Sequence[Heard]) -> float:
    """Return how many frames were lost per frame heard; none, as long as there is too little to tell."""
    if len(history) < HISTORY:
        return 0.0
    lost = history[-1].f_cnt - history[0].f_cnt - (len(history) - 1)
    return lost / len(history)
