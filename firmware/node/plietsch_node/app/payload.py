"""The payload of a fine-dust node, version 1: readings to bytes, as `docs/payload.md` lays them out.

A reading is `(time_s, values)`: whole seconds, and a dict from channel to number, or to None where the
instrument gave no valid answer. Channels that are not in the dict belong to instruments the node has not got.
"""

PORT = 1
VERSION = 1
HEADER_BITS = 6
FLAGS_BITS = 4

# A field is (channel, bits, lowest value, steps per unit, highest code); a group is present as a whole.
# Ranges: Nova Fitness SDS011 V1.3; Bosch BST-BME280-DS002, section 1; Aosong AM2302.
GROUPS = (
    (("pm2_5", 14, 0, 10, 9999), ("pm10", 14, 0, 10, 9999)),
    (("temperature", 11, -40, 10, 1250), ("humidity", 10, 0, 10, 1000)),
    (("pressure", 13, 300, 10, 8000),),
    (("battery", 7, 2, 50, 124),),
)
CHANNELS = tuple(field[0] for group in GROUPS for field in group)


def encode(readings, clock_set=True, wide=False):
    """Return the bytes of one frame of `readings`, oldest first.

    `clock_set` says whether times are Unix time or seconds since the node started; `wide` sends 32 bits of each
    time instead of 16. Raises ValueError for no reading, a reading without a value, and an unknown channel.
    """
    if not readings:
        raise ValueError("a frame has at least one reading")
    time_bits = 32 if wide else 16
    frame = VERSION << 2 | bool(clock_set) << 1 | bool(wide)
    for time_s, values in readings:
        frame = frame << time_bits | time_s & ((1 << time_bits) - 1)
        frame = _append(frame, values)
    size_bits = HEADER_BITS + sum(reading_bits(values, wide) for _, values in readings)
    size_bytes = (size_bits + 7) // 8
    return (frame << (size_bytes * 8 - size_bits)).to_bytes(size_bytes, "big")


def how_many_fit(readings, max_bytes, wide=False):
    """Return how many of `readings`, from the first on, fit one frame of `max_bytes`."""
    size_bits = HEADER_BITS
    for number, (_, values) in enumerate(readings):
        size_bits += reading_bits(values, wide)
        if size_bits > max_bytes * 8:
            return number
    return len(readings)


def reading_bits(values, wide=False):
    """Return the size in bits of a reading with these `values`."""
    size_bits = (32 if wide else 16) + FLAGS_BITS
    for group in _present(values):
        size_bits += sum(field[1] for field in group)
    return size_bits


def code(value, bits, lowest, steps, highest_code):
    """Return `value` as the number of steps above `lowest`, or one of the three codes for what has no number."""
    all_ones = (1 << bits) - 1
    if value is None or value != value:
        return all_ones
    scaled = (value - lowest) * steps
    # The nearest step decides what is within the range: an ESP32 has single precision, and 4.48 V would else lie
    # above 4.48 V.
    if scaled >= highest_code + 0.5:
        return all_ones - 1
    if scaled < -0.5:
        return all_ones - 2
    return int(scaled + 0.5)


def _append(frame, values):
    present = _present(values)
    for group in GROUPS:
        frame = frame << 1 | (group in present)
    for group in present:
        for channel, bits, lowest, steps, highest_code in group:
            frame = frame << bits | code(values.get(channel), bits, lowest, steps, highest_code)
    return frame


def _present(values):
    for channel in values:
        if channel not in CHANNELS:
            raise ValueError("unknown channel: " + channel)
    present = [group for group in GROUPS if any(field[0] in values for field in group)]
    if not present:
        raise ValueError("a reading has at least one value")
    return present
