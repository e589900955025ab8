"""The payload of readings, versions 1 and 2: readings to bytes, as `docs/payload.md` lays them out.

A reading is `(time_s, values)`: whole seconds, and a dict from channel to number, or to None where the
instrument gave no valid answer. Channels that are not in the dict belong to instruments the node has not got.
"""

PORT, STATUS_PORT, COMMANDS_PORT = 1, 2, 3
HEADER_BITS = 6
# By version: how many bits say which groups a reading has. Version 2 has a last one that nothing uses yet.
FLAGS_BITS = (0, 4, 8)

# A field is (channel, bits, lowest value, steps per unit, highest code); a group is present as a whole.
# Ranges: Nova Fitness SDS011 V1.3; Bosch BST-BME280-DS002, section 1; Aosong AM2302. A spread is that of the samples
# behind one reading. Distances reach beyond the 4.5 m of DFRobot's A02YYUW: a radar sees 15 m.
GROUPS = (
    (("pm2_5", 14, 0, 10, 9999), ("pm10", 14, 0, 10, 9999)),
    (("temperature", 11, -40, 10, 1250), ("humidity", 10, 0, 10, 1000)),
    (("pressure", 13, 300, 10, 8000),),
    (("battery", 7, 2, 50, 124),),
    # From here on in version 2 only.
    (("pm2_5_spread", 10, 0, 10, 1000), ("pm10_spread", 10, 0, 10, 1000)),
    (("distance", 14, 0, 1, 16000), ("distance_spread", 8, 0, 1, 250)),
    (("rain_tips", 20, 0, 1, 999999),),
)
CHANNELS = tuple(field[0] for group in GROUPS for field in group)


def encode(readings, clock_set=True, wide=False):
    """Return the bytes of one frame of `readings`, oldest first, in version 1 if that can say them.

    `clock_set` says whether times are Unix time or seconds since the node started; `wide` sends 32 bits of each
    time instead of 16. Raises ValueError for no reading, a reading without a value, and an unknown channel.
    """
    if not readings:
        raise ValueError("a frame has at least one reading")
    version = max(version_of(values) for _, values in readings)
    return _packed(_numbers(readings, version, clock_set, wide))


def reading_bits(values, wide=False, version=None):
    """Return the size in bits of a reading with these `values`, in this version or the lowest that can say them."""
    size_bits = (32 if wide else 16) + FLAGS_BITS[version or version_of(values)]
    for group in GROUPS:
        if _is_present(group, values):
            size_bits += sum(field[1] for field in group)
    return size_bits


def version_of(values):
    """Return the lowest version that can say these `values`. Raises ValueError for none, and an unknown channel."""
    if not values:
        raise ValueError("a reading has at least one value")
    for channel in values:
        if channel not in CHANNELS:
            raise ValueError("unknown channel: " + channel)
    return 2 if any(_is_present(group, values) for group in GROUPS[FLAGS_BITS[1] :]) else 1


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


def _numbers(readings, version, clock_set, wide):
    """Give each number of a frame, and how many bits it has."""
    yield version << 2 | bool(clock_set) << 1 | bool(wide), HEADER_BITS
    for time_s, values in readings:
        if wide:
            yield time_s >> 16 & 0xFFFF, 16
        yield time_s & 0xFFFF, 16
        flags = 0
        for place, group in enumerate(GROUPS):
            if _is_present(group, values):
                flags |= 1 << FLAGS_BITS[version] - 1 - place
        yield flags, FLAGS_BITS[version]
        for group in GROUPS:
            if _is_present(group, values):
                for channel, bits, lowest, steps, highest_code in group:
                    yield code(values.get(channel), bits, lowest, steps, highest_code), bits


def _packed(numbers):
    """Return the bytes that numbers of so many bits each make in a row, filled up with zeros.

    What is left over stays small: a number as long as a frame would be heap at every step.
    """
    packed, rest, rest_bits = bytearray(), 0, 0
    for number, bits in numbers:
        rest = rest << bits | number
        rest_bits += bits
        while rest_bits >= 8:
            rest_bits -= 8
            packed.append(rest >> rest_bits)
            rest &= (1 << rest_bits) - 1
    if rest_bits:
        packed.append(rest << 8 - rest_bits)
    return bytes(packed)


def _is_present(group, values):
    return any(field[0] in values for field in group)
