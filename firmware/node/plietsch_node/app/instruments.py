"""Instruments as the application sees them: `channels`, and `read()` from channel to value.

Each wraps a driver, and lets its SensorError through. One that scatters has `sample_ms`, the time from one sample to
the next: of several, a reading has the median and the spread; `ready()` is called before the first. One that is
switched has `start()` and `stop()`, and `warm_up_ms`, the time from its start to its first sample.
"""


class Particulates:
    """An SDS011: PM2.5 and PM10 in µg/m³."""

    channels = ("pm2_5", "pm10")
    sample_ms = 1000
    warm_up_ms = 30000

    def __init__(self, sds011):
        self._driver = sds011

    def start(self):
        """Switch fan and laser on."""
        self._driver.work()

    def stop(self):
        """Switch them off: the laser lives 8000 h."""
        self._driver.sleep()

    def ready(self):
        """Drop what it sent while it warmed up."""
        self._driver.drain()

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


class Distance:
    """An A02YYUW: the distance in mm, down to the water."""

    channels = ("distance",)
    sample_ms = 200

    def __init__(self, a02yyuw):
        self._driver = a02yyuw

    def ready(self):
        """Drop what it sent while nobody listened."""
        self._driver.drain()

    def read(self):
        """Return the next measurement."""
        return {"distance": self._driver.read()}


class Rain:
    """A tipping bucket: the tips since power-on."""

    channels = ("rain_tips",)

    def __init__(self, rain_gauge):
        self._driver = rain_gauge

    def read(self):
        """Return the count now."""
        return {"rain_tips": self._driver.read()}


class Battery:
    """The battery behind a voltage divider at `adc` (`read_uv()`, as machine.ADC): its voltage in V."""

    channels = ("battery",)

    def __init__(self, adc, divider=2):
        self._adc = adc
        self._divider = divider

    def read(self):
        """Return the voltage now."""
        return {"battery": self._adc.read_uv() * self._divider / 1000000}


def make(name, bus):
    """Return the instrument of this name ("SDS011", "BME280", "DHT22", "A02YYUW", "rain" or "battery") at `bus`.

    Raises ValueError for any other. Only the driver asked for is loaded: a node has one or two.
    """
    if name == "SDS011":
        from plietsch_node.drivers.sds011 import SDS011

        return Particulates(SDS011(bus))
    if name == "BME280":
        from plietsch_node.drivers.bme280 import BME280

        return Weather(BME280(bus))
    if name == "DHT22":
        from plietsch_node.drivers.dht22 import DHT22

        return Air(DHT22(bus))
    if name == "A02YYUW":
        from plietsch_node.drivers.a02yyuw import A02YYUW

        return Distance(A02YYUW(bus))
    if name == "rain":
        from plietsch_node.drivers.rain_gauge import RainGauge

        return Rain(RainGauge(bus))
    if name == "battery":
        return Battery(bus)
    raise ValueError("no instrument: " + name)
