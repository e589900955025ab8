"""Instruments as the application sees them: `channels`, and `read()` from channel to value.

Each wraps a driver, and lets its SensorError through.
"""


class Particulates:
    """An SDS011: PM2.5 and PM10 in µg/m³."""

    channels = ("pm2_5", "pm10")

    def __init__(self, sds011):
        self._driver = sds011

    def read(self):
        """Return the values of the next measurement."""
        pm2_5, pm10 = self._driver.read()
        return {"pm2_5": pm2_5, "pm10": pm10}


class Weather:
    """A BME280: temperature in °C, humidity in percent, pressure in hPa."""

    channels = ("temperature", "humidity", "pressure")

    def __init__(self, bme280):
        self._driver = bme280

    def read(self):
        """Return the values of a measurement made now."""
        temperature_c, pressure_hpa, humidity_percent = self._driver.read()
        return {"temperature": temperature_c, "humidity": humidity_percent, "pressure": pressure_hpa}


class Air:
    """A DHT22: temperature in °C, humidity in percent."""

    channels = ("temperature", "humidity")

    def __init__(self, dht22):
        self._driver = dht22

    def read(self):
        """Return the values of a measurement made now."""
        temperature_c, humidity_percent = self._driver.read()
        return {"temperature": temperature_c, "humidity": humidity_percent}


class Battery:
    """The battery behind a voltage divider at `adc` (`read_uv()`, as machine.ADC): its voltage in V."""

    channels = ("battery",)

    def __init__(self, adc, divider=2):
        self._adc = adc
        self._divider = divider

    def read(self):
        """Return the voltage now."""
        return {"battery": self._adc.read_uv() * self._divider / 1000000}
