"""Instruments as the application sees them: `channels`, and `read()` from channel to value.

Each wraps a driver, and lets its SensorError through. One that scatters has `sample_ms`, the time from one sample to
the next: of several, a reading has the median and the spread; `ready()` is called before the first. One that is
switched has `start()` and `stop()`, and `warm_up_ms`, the time from its start to its first sample.
"""


class Instrument:
    """A `driver` that says all its `channels` in one."""

    def __init__(self, driver, *channels):
        self.channels = channels
        self._driver = driver

    def read(self):
        """Return the values of a measurement made now, or of the next."""
        values = self._driver.read()
        if not isinstance(values, tuple):
            values = (values,)
        return {self.channels[place]: value for place, value in enumerate(values)}


class Sampled(Instrument):
    """One that scatters and has several samples a second, as an A02YYUW."""

    sample_ms = 200

    def ready(self):
        """Drop what it sent while nobody listened."""
        self._driver.drain()


class Particulates(Sampled):
    """An SDS011: PM2.5 and PM10 in µg/m³, by a laser behind a fan."""

    sample_ms = 1000
    warm_up_ms = 30000

    def start(self):
        """Switch fan and laser on."""
        self._driver.work()

    def stop(self):
        """Switch them off: the laser lives 8000 h."""
        self._driver.sleep()


class Battery:
    """The battery behind a voltage divider at `adc` (`read_uv()`, as machine.ADC)."""

    def __init__(self, adc, divider=2):
        self._adc = adc
        self._divider = divider

    def read(self):
        """Return the voltage in V."""
        return self._adc.read_uv() * self._divider / 1000000


def make(name, bus):
    """Return the instrument of this name ("SDS011", "BME280", "DHT22", "A02YYUW", "rain" or "battery") at `bus`.

    Raises ValueError for any other. Only the driver asked for is loaded: a node has one or two.
    """
    if name == "SDS011":
        from plietsch_node.drivers.sds011 import SDS011

        return Particulates(SDS011(bus), "pm2_5", "pm10")
    if name == "BME280":
        from plietsch_node.drivers.bme280 import BME280

        return Instrument(BME280(bus), "temperature", "pressure", "humidity")
    if name == "DHT22":
        from plietsch_node.drivers.dht22 import DHT22

        return Instrument(DHT22(bus), "temperature", "humidity")
    if name == "A02YYUW":
        from plietsch_node.drivers.a02yyuw import A02YYUW

        return Sampled(A02YYUW(bus), "distance")
    if name == "rain":
        from plietsch_node.drivers.rain_gauge import RainGauge

        return Instrument(RainGauge(bus), "rain_tips")
    if name == "battery":
        return Instrument(Battery(bus), "battery")
    raise ValueError("no instrument: " + name)
