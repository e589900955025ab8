"""When a device may send again: the bands' duty cycles, the network's limit, and `fair_use` if there is such a limit.

After a frame its band is silent for so long that this alone keeps to the duty cycle (the off-time of LoRaWAN L2 1.0
to 1.0.3, section 7.2.3). With the bare T·(n − 1), the hour over which duty cycle is observed (ETSI EN 300 220-1 V3.1.1,
section 5.4) could hold one frame too many, the one it ends with; so the silence is longer by H / (H − n·T'), where H
is the hour and T' the longest frame: 8 % at 1 %. Nothing but the end of the silence need be remembered, and a device
that has forgotten it waits for the longest one.

Times are the clock's milliseconds.
"""

_HOUR_MS = 3_600_000
_MAX_EXPONENT = 15


class DutyCycle:
    """The silences a device has to keep; `fair_use_ms` is its airtime in any 24 hours, or 0 for any."""

    def __init__(self, region, fair_use_ms=0):
        self._region = region
        self._ready_ms = [0] * len(region.BANDS)
        self._all_ready_ms = 0  # of the network's limit over all bands
        self._exponent = 0
        self._fair_use = None
        if fair_use_ms:
            from plietsch_node.lorawan.fair_use import FairUse

            self._fair_use = FairUse(fair_use_ms)

    def ready_at_ms(self, frequency_hz, airtime_us=0):
        """Return from when on a frame of `airtime_us` may go there; only fair use needs the airtime."""
        ready_ms = max(self._ready_ms[self._region.band(frequency_hz)], self._all_ready_ms)
        if self._fair_use:
            ready_ms = max(ready_ms, self._fair_use.ready_at_ms(airtime_us))
        return ready_ms

    def paced_at_ms(self, airtime_us):
        """Return from when on a frame of `airtime_us` leaves enough of fair use for later hours."""
        return self._fair_use.paced_at_ms(airtime_us) if self._fair_use else 0

    def off_time_ms(self, frequency_hz, airtime_us):
        """Return how long the band is silent after a frame of `airtime_us` there, also by the network's limit."""
        band = self._region.band(frequency_hz)
        return max(self._silence_ms(band, airtime_us), self._limit_silence_ms(airtime_us))

    def sent(self, frequency_hz, ended_ms, airtime_us):
        """Count a frame that ended at `ended_ms`."""
        band = self._region.band(frequency_hz)
        self._ready_ms[band] = max(self._ready_ms[band], ended_ms + self._silence_ms(band, airtime_us))
        if self._exponent:
            self._all_ready_ms = max(self._all_ready_ms, ended_ms + self._limit_silence_ms(airtime_us))
        if self._fair_use:
            self._fair_use.sent(ended_ms, airtime_us)

    def limit(self, exponent):
        """Obey a DutyCycleReq from the next frame on: 1/2^exponent of the time over all bands; 0 is no limit."""
        self._exponent = exponent
        if not exponent:
            self._all_ready_ms = 0

    def block(self, until_ms):
        """Keep every band silent until then."""
        self._ready_ms = [max(ready_ms, until_ms) for ready_ms in self._ready_ms]
        if self._exponent:
            # `restore` cuts a band's silence to what the band asks for.
            self._all_ready_ms = max(self._all_ready_ms, until_ms)

    def silent_until_ms(self):
        """Return from when on every band may be used."""
        return max(max(self._ready_ms), self._all_ready_ms)

    def state(self):
        """Return what `restore` takes, as a list of integers."""
        state = [self._exponent, self._all_ready_ms] + self._ready_ms
        return state + self._fair_use.state() if self._fair_use else state

    def restore(self, state, now_ms):
        """Take over what `state` returned, by this clock or by one that a power cut set back to 0 (then a later one's
        silences are cut to the longest possible, and what was sent of late counts as sent just now).
        """
        bands = len(self._region.BANDS)
        self._exponent = state[0] & _MAX_EXPONENT
        longest_us = self._region.LONGEST_FRAME_US
        self._all_ready_ms = min(state[1], now_ms + self._limit_silence_ms(longest_us))
        for band in range(bands):
            self._ready_ms[band] = min(state[2 + band], now_ms + self._silence_ms(band, longest_us))
        if self._fair_use and len(state) > 2 + bands:
            self._fair_use.restore(state[2 + bands :], now_ms)

    def _silence_ms(self, band, airtime_us):
        n = self._region.BANDS[band][2]
        stretched = airtime_us * (n - 1) * _HOUR_MS
        return -(-stretched // (1000 * _HOUR_MS - n * self._region.LONGEST_FRAME_US))

    def _limit_silence_ms(self, airtime_us):
        return -(-airtime_us * ((1 << self._exponent) - 1) // 1000)
