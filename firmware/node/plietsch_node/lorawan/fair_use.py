"""How much airtime a community network leaves a device in any 24 hours, and how much of it to leave for later hours.

Times are the clock's milliseconds.
"""

from array import array

_HOUR_MS = 3_600_000
_HOURS = 25  # a sliding day touches 24 whole hours and parts of another
_SHARE = 4  # an hour may take one part in so many of what is left


class FairUse:
    """At most `most_ms` of airtime in any 24 hours."""

    def __init__(self, most_ms):
        self._most_ms = most_ms
        self._spent_ms = array("I", [0] * _HOURS)  # by hour of the clock, in turn
        self._hour = 0  # the newest of these hours

    def ready_at_ms(self, airtime_us):
        """Return from when on the last day has room for `airtime_us`: when enough of its hours have left it."""
        too_much = sum(self._spent_ms) + _ms(airtime_us) - self._most_ms
        hour = self._hour - _HOURS
        while too_much > 0 and hour < self._hour:
            hour += 1
            too_much -= self._spent_ms[hour % _HOURS]
        return max(0, (hour + _HOURS) * _HOUR_MS)

    def paced_at_ms(self, airtime_us):
        """Return from when on a frame of `airtime_us` leaves each later hour one like it, or as much of one as the day
        has: a surge shall be told to its end.
        """
        airtime_ms = _ms(airtime_us)
        each_ms = min(airtime_ms, max(1, self._most_ms // _HOURS))
        spent_ms = used_ms = airtime_ms + self._spent_ms[self._hour % _HOURS]
        # So many hours later, what was sent before that day began has left it, and each hour since had its frame.
        worst_ms = 0
        for later in range(_HOURS - 1, -1, -1):
            worst_ms = max(worst_ms, spent_ms + later * each_ms)
            spent_ms += self._spent_ms[(self._hour + later) % _HOURS] if later else 0
        if used_ms * (_SHARE - 1) <= self._most_ms - worst_ms:
            return 0
        return (self._hour - -airtime_ms // each_ms) * _HOUR_MS

    def sent(self, ended_ms, airtime_us):
        """Count a frame that ended at `ended_ms`."""
        hour = ended_ms // _HOUR_MS
        # What is older than a day is forgotten.
        for passed in range(max(self._hour + 1, hour - _HOURS + 1), hour + 1):
            self._spent_ms[passed % _HOURS] = 0
        self._hour = max(self._hour, hour)
        self._spent_ms[self._hour % _HOURS] += _ms(airtime_us)

    def state(self):
        """Return what `restore` takes, as a list of integers."""
        return [self._hour] + list(self._spent_ms)

    def restore(self, state, now_ms):
        """Take over what `state` returned; by a clock that was set back, so that the newest hour was this one."""
        hour, *spent_ms = state
        shift = max(0, hour - now_ms // _HOUR_MS)
        self._hour = hour - shift
        for index, airtime_ms in enumerate(spent_ms):
            self._spent_ms[(index - shift) % _HOURS] = airtime_ms


def _ms(airtime_us):
    return -(-airtime_us // 1000)
