"""The total of a rain gauge's tips, which outlives power-off and never goes backwards."""

# A counter that begins anew stays below what it had been; one that is misread comes back.
_READS = 3


class Rain:
    """The tips since the node was new; `state` is a former one's `state()`, `flash` keeps what outlives power-off.

    `restarted` says that the counter has begun anew with the node. Tips between the last reading and a power cut are
    lost with the counter: who measures has no power.
    """

    channel = "rain_tips"
    rising = False

    def __init__(self, config, state, flash, restarted=True):
        self._config = config
        self._flash = flash
        # The total, the counter's last value, the total of the last reading, and its ms; how many reads since were
        # below that value, without zeros, and the last one of them.
        if not state:
            total, count = flash.get("rain") or (0, 0)
            state = [total, 0 if restarted else count, None, None, 0, 0]
        self._total, self._count, self._taken, self._taken_ms, self._reads, self._lower = state

    def state(self):
        """Return what must survive deep sleep."""
        return [self._total, self._count, self._taken, self._taken_ms, self._reads, self._lower]

    def total(self, count):
        """Return the total after the counter has come to `count` tips since power-on.

        A count that is less than before counts only once three reads were, none below the one before it: then the
        counter has begun anew. What it counted meanwhile is not lost, unless it overtook the old count before. A 0 is
        nothing to add, and what a counter says that fails.
        """
        if count < self._count:
            self._reads = (self._reads if count >= self._lower else 0) + (1 if count else 0)
            self._lower = count
            if self._reads < _READS:
                return self._total
            self._count = 0
        self._reads = self._lower = 0
        self._total += count - self._count
        self._count = count
        return self._total

    def judge(self, values, now_ms):
        """Put the total in the place of the count; return whether it is to become a reading: it grew, or it is time."""
        count = values.get(self.channel)
        total = values[self.channel] = None if count is None else self.total(count)
        # The end of a measurement varies: where less than half an interval is missing, this one is the one.
        silence_ms = self._config["silence_s"] * 1000 - self._config["interval_s"] * 500
        silent = self._taken_ms is None or now_ms - self._taken_ms > silence_ms
        if not silent and total == self._taken:
            return False
        if total is not None and total != self._taken:
            # Before it is recorded: what was said is never taken back.
            self._keep()
        self._taken, self._taken_ms = total, now_ms
        return True

    def _keep(self):
        try:
            self._flash.put("rain", [self._total, self._count])
        except OSError:
            pass  # full: until the next rain RTC memory alone has it
