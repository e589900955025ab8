"""How long the same readings are in CayenneLPP, which many workshop nodes speak.

Source: the type table of the CayenneLPP reference (https://github.com/myDevicesIoT/CayenneLPP, README; the same at
https://docs.mydevices.com/docs/lorawan/cayenne-lpp): a byte for the channel, a byte for the type, then the data. It has
no time, so that a frame is one reading, and one whose frame got lost is lost. What it has no type for goes as an
analog value (two bytes, steps of 0.01 up to 327.67) or, where that is too short, as an illuminance (two bytes up to
65 535), as nodes in the field do.
"""

from collections.abc import Iterable

HEADER_BYTES = 2
ANALOG_INPUT, ILLUMINANCE, TEMPERATURE, HUMIDITY, BAROMETER = 2, 2, 2, 1, 2

DATA_BYTES = {
    "pm2_5": ILLUMINANCE,  # up to 999.9
    "pm10": ILLUMINANCE,
    "pm2_5_spread": ANALOG_INPUT,
    "pm10_spread": ANALOG_INPUT,
    "temperature": TEMPERATURE,
    "humidity": HUMIDITY,
    "pressure": BAROMETER,
    "battery": ANALOG_INPUT,
    "distance": ILLUMINANCE,  # in mm; an analog input would have steps of 1 cm
    "distance_spread": ILLUMINANCE,
    "rain_tips": ILLUMINANCE,  # begins anew at 65 536, ours at 1 000 000
}


def size_bytes(channels: Iterable[str]) -> int:
    """Return the bytes of one reading of these channels."""
    return sum(HEADER_BYTES + DATA_BYTES[channel] for channel in channels)
