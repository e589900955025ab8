"""The total of a rain gauge's tips, which outlives power-off and never goes backwards."""


class Rain:
    """The tips since the node was new; `state` is a former one's `state()`, `flash` keeps what outlives power-off.

    Tips between the last reading and a power cut are lost with the counter: who measures has no power.
    """

    channel = "rain_tips"
    rising = False

    def __init__(self, config, state, flash):
        self._config = config
        self._flash = flash
        # The total, the counter's last value, the total of the last reading, and its ms.
        self._total, self._count, self._taken, self._taken_ms = state or [flash.get("rain") or 0, 0, None, None]

    def state(self):
        """Return what must survive deep sleep."""
        return [self._total, self._count, self._taken, self._taken_ms]

    def total(self, count):
        """Return the total after the counter has come to `count` tips since power-on."""
        # Whose count is less than before has begun anew.
        self._total += count - self._count if count >= self._count else count
        self._count = count
        return self._total

    def judge(self, values, now_ms):
        """Put the total in the place of the count; return whether it is to become a reading: it grew, or it is time."""
        count = values[self.channel]
        total = values[self.channel] = None if count is None else self.total(count)
        silent = self._taken_ms is None or now_ms - self._taken_ms >= self._config["silence_s"] * 1000
        if not silent and total == self._taken:
            return False
        if total is not None and total != self._taken:
            # Before it is recorded: what was said is never taken back.
            self._flash.put("rain", total)
        self._taken, self._taken_ms = total, now_ms
        return True
