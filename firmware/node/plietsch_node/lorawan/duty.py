"""When a device may send again: the bands' duty cycles, the network's limit, a community network's fair use.

After a frame its band is silent for so long that this alone keeps to the duty cycle (the off-time of LoRaWAN L2 1.0
to 1.0.3, section 7.2.3). With the bare T·(n − 1), the hour over which duty cycle is observed (ETSI EN 300 220-1 V3.1.1,
section 5.4) could hold one frame too many, the one it ends with; so the silence is longer by H / (H − n·T'), where H
is the hour and T' the longest frame: 8 % at 1 %. Nothing but the end of the silence need be remembered, and a device
that has forgotten it waits for the longest one.

Times are the clock's milliseconds.
"""

from array import array

_HOUR_MS = 3_600_000
_HOURS = 25  # a sliding day touches 24 whole hours and parts of another
_MAX_EXPONENT = 15


class DutyCycle:
    """The silences a device has to keep; `fair_use_ms` is its airtime in any 24 hours, or 0 for any."""

    def __init__(self, region, fair_use_ms=0):
        self._region = region
        self._ready_ms = [0] * len(region.BANDS)
        self._all_ready_ms = 0  # of the network's limit over all bands
        self._exponent = 0
        self._fair_use_ms = fair_use_ms
        self._spent_ms = array("I", [0] * (_HOURS if fair_use_ms else 0))  # by hour of the clock, in turn
        self._hour = 0  # the newest of these hours

    def ready_at_ms(self, frequency_hz, airtime_us=0):
        """Return from when on a frame of `airtime_us` may go there; only fair use needs the airtime."""
        ready_ms = max(self._ready_ms[self._region.band(frequency_hz)], self._all_ready_ms)
        if self._fair_use_ms:
            ready_ms = max(ready_ms, self._fair_from_ms(-(-airtime_us // 1000)))
        return ready_ms

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
        if self._fair_use_ms:
            self._advance(ended_ms // _HOUR_MS)
            self._spent_ms[self._hour % _HOURS] += -(-airtime_us // 1000)

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

    def cold_start(self, now_ms):
        """Keep the silences that the longest frame would have needed: a power cut took the true ones along."""
        for band in range(len(self._ready_ms)):
            longest_ms = self._silence_ms(band, self._region.LONGEST_FRAME_US)
            self._ready_ms[band] = max(self._ready_ms[band], now_ms + longest_ms)
        longest_ms = self._limit_silence_ms(self._region.LONGEST_FRAME_US)
        self._all_ready_ms = max(self._all_ready_ms, now_ms + longest_ms)

    def state(self):
        """Return what `restore` takes, as a list of integers."""
        state = [self._exponent, self._all_ready_ms] + self._ready_ms
        if self._fair_use_ms:
            state.append(self._hour)
            state += list(self._spent_ms)
        return state

    def restore(self, state, now_ms):
        """Take over what `state` returned, by this clock or by one that a power cut set back to 0 (then a later one's
        silences are cut to the longest possible, and what was sent of late counts as sent just now: call `cold_start`).
        """
        bands = len(self._region.BANDS)
        self._exponent = state[0] & _MAX_EXPONENT
        longest_us = self._region.LONGEST_FRAME_US
        self._all_ready_ms = min(state[1], now_ms + self._limit_silence_ms(longest_us))
        for band in range(bands):
            self._ready_ms[band] = min(state[2 + band], now_ms + self._silence_ms(band, longest_us))
        if self._fair_use_ms and len(state) == 3 + bands + _HOURS:
            self._restore_fair_use(state[2 + bands], state[3 + bands :], now_ms // _HOUR_MS)

    def _silence_ms(self, band, airtime_us):
        n = self._region.BANDS[band][2]
        stretched = airtime_us * (n - 1) * _HOUR_MS
        return -(-stretched // (1000 * _HOUR_MS - n * self._region.LONGEST_FRAME_US))

    def _limit_silence_ms(self, airtime_us):
        return -(-airtime_us * ((1 << self._exponent) - 1) // 1000)

    def _advance(self, hour):
        """Make `hour` the newest: what is older than a day is forgotten."""
        for passed in range(max(self._hour + 1, hour - _HOURS + 1), hour + 1):
            self._spent_ms[passed % _HOURS] = 0
        self._hour = max(self._hour, hour)

    def _fair_from_ms(self, airtime_ms):
        """Return from when on the last day has room for `airtime_ms`: when enough of its hours have left it."""
        too_much = sum(self._spent_ms) + airtime_ms - self._fair_use_ms
        hour = self._hour - _HOURS
        while too_much > 0 and hour < self._hour:
            hour += 1
            too_much -= self._spent_ms[hour % _HOURS]
        return max(0, (hour + _HOURS) * _HOUR_MS)

    def _restore_fair_use(self, hour, spent_ms, now_hour):
        """Take over airtimes by hour; a clock that was set back shifts them so that the newest was this hour."""
        shift = max(0, hour - now_hour)
        self._hour = hour - shift
        for index, airtime_ms in enumerate(spent_ms):
            self._spent_ms[(index - shift) % _HOURS] = airtime_ms
