"""When a distance to the water becomes a reading, and whether the water rises."""

# The rate is taken over so many of the usual intervals, or minutes, however often is sampled meanwhile: between samples
# that lie close together, waves would be a surge, or the end of one.
_INTERVALS = 3
_SHORTEST_S = 60
_NOISE_MM = 10  # of waves and the sensor, between two medians: what is less is no rise, whatever the threshold
_BLIND_MS = 900000  # so long without a value, nobody knows whether the water still rises


class Level:
    """What was sampled of a distance to the water, in mm at the clock's ms; `state` is a former one's `state()`."""

    channel = "distance"

    def __init__(self, config, state=None):
        self._config = config
        # The last reading, its ms, whether the water rises, and a sample of each of the last intervals.
        self._taken_mm, self._taken_ms, self.rising, self._samples = state or [None, None, False, []]

    def state(self):
        """Return what must survive deep sleep."""
        return [self._taken_mm, self._taken_ms, self.rising, self._samples]

    def judge(self, values, now_ms):
        """Return whether a sample is to become a reading: it differs, it is time, or the water rises."""
        distance_mm = values.get(self.channel)
        if distance_mm is not None and distance_mm - distance_mm != 0:
            distance_mm = None  # beyond any range
        self._follow(distance_mm, now_ms)
        if not self._is_news(distance_mm, now_ms):
            return False
        self._taken_mm, self._taken_ms = distance_mm, now_ms
        return True

    def _is_news(self, distance_mm, now_ms):
        # The end of a measurement varies: where less than half an interval is missing, this one is the one.
        silence_ms = self._config["silence_s"] * 1000 - self._config["interval_s"] * 500
        if self._taken_ms is None or now_ms - self._taken_ms > silence_ms:
            return True
        if distance_mm is None or self._taken_mm is None:
            return distance_mm != self._taken_mm
        return self.rising or abs(distance_mm - self._taken_mm) >= self._config["threshold_mm"]

    def _follow(self, distance_mm, now_ms):
        if distance_mm is None:
            self.rising = self.rising and now_ms - self._samples[-1][0] < _BLIND_MS
            return
        spacing_s = max(self._config["interval_s"], _SHORTEST_S)
        first_ms, first_mm = self._samples[0] if self._samples else (now_ms, distance_mm)
        risen_mm, took_ms = first_mm - distance_mm, now_ms - first_ms
        rate = self._config["rise_mm_per_min"]
        fast = rate * took_ms / 60000
        if self.rising:
            # It ends at half the rate at which it began, so that it does not come and go.
            self.rising = risen_mm * 2 >= fast
        else:
            # And it takes a rise that counts: at 20 s a few mm of waves would be one.
            self.rising = took_ms > 0 and risen_mm >= max(fast, min(_NOISE_MM, rate * spacing_s / 30))
        # A measurement may end a little earlier than the last one did.
        if not self._samples or now_ms - self._samples[-1][0] >= spacing_s * 750:
            self._samples = self._samples[1 - _INTERVALS :] + [(now_ms, distance_mm)]
