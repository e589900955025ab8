"""Asks instruments, several times where they scatter.

The spread of a reading is half the interquartile range of its samples: a truck that passes, or a wave, moves it as
little as it moves the median. Quartiles take four samples; where fewer were valid there is none.
"""

_FEWEST = 4


async def measure(instrument, samples, clock):
    """Return a reading of `instrument` by channel, None for what it gave no valid answer to."""
    call(instrument, "ready")
    if samples < 2 or not hasattr(instrument, "sample_ms"):
        return once(instrument)
    found = {channel: [] for channel in instrument.channels}
    started_ms = clock.ms()
    for number in range(samples):
        if number:
            await clock.sleep_until(started_ms + number * instrument.sample_ms)
        now = once(instrument)
        for channel, valid in found.items():
            if now.get(channel) is not None:
                valid.append(now[channel])
    values = {}
    for channel, valid in found.items():
        valid.sort()
        values[channel] = median(valid)
        if samples >= _FEWEST:
            values[channel + "_spread"] = spread(valid)
    return values


def once(instrument):
    """Return what `instrument` says now; None for each channel if it gives no valid answer."""
    return call(instrument, "read") or dict.fromkeys(instrument.channels)


def call(instrument, method):
    """Return what a `method` of `instrument` returns; None if it fails, or has no such."""
    if hasattr(instrument, method):
        try:
            return getattr(instrument, method)()
        except Exception:  # noqa: BLE001 whatever a driver raises, even in its own error: it shall not stop the others
            return None  # it is said as a missing value
    return None


def median(ordered):
    """Return the median of values in their order, None of none."""
    return _middle(ordered) if ordered else None


def spread(ordered):
    """Return half the interquartile range of values in their order, None of fewer than four."""
    count = len(ordered)
    if count < _FEWEST:
        return None
    # The medians of the lower and the upper half (Tukey's hinges).
    half = (count + 1) // 2
    return (_middle(ordered[count - half :]) - _middle(ordered[:half])) / 2


def _middle(ordered):
    middle = len(ordered) // 2
    if len(ordered) & 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
