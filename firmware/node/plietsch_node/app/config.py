"""The configuration of a node: one JSON object, held against one table, completed by defaults.

`config.json` says what a node is and does, `keys.json` who it is to the network. What a downlink changed is kept in
flash and lies over the file; `config.schema.json` says the same as FIELDS to editors.
"""

KINDS = ("fine-dust", "water-level", "rain")
_LEVEL = KINDS[1:2]

# (name, type, lowest, highest, default, kinds). A name with a dot lies in the object before the dot. Limits of what can
# be changed by radio are those of `app/commands.py`.
FIELDS = (
    # How often is measured; a rain gauge is read so often.
    ("interval_s", int, 10, 43200, 300, ("fine-dust", "rain")),
    ("interval_s", int, 10, 43200, 60, _LEVEL),
    # How many samples make a reading: the SDS011 gives one a second, the A02YYUW several.
    ("samples", int, 1, 60, 10, ("fine-dust", "water-level")),
    # A level becomes a reading when it differs by this from the last one, ...
    ("threshold_mm", int, 1, 5000, 20, _LEVEL),
    # ... and always while the water rises faster than this: 30 cm an hour is a storm surge.
    ("rise_mm_per_min", int, 1, 1000, 5, _LEVEL),
    # By default no more than `interval_s`.
    ("rising_interval_s", int, 10, 43200, 20, _LEVEL),
    # Who has nothing new to say does so this often. A level's default is no less than `interval_s`.
    ("silence_s", int, 60, 43200, 3600, ("water-level", "rain")),
    # An acknowledgement is asked for when readings fill a frame, or the oldest has waited this long.
    ("confirm_after_s", int, 60, 43200, 10800, KINDS),
    # 0: as many as it takes; or 8 where `lorawan.fair_use_s` is set.
    ("confirm_per_day", int, 0, 1000, 0, KINDS),
    ("ring_readings", int, 128, 16384, 4096, KINDS),
    # Below it the node is slower: a lithium cell has about a tenth of its charge left at 3.4 V.
    ("battery_low_mv", int, 2000, 4480, 3400, KINDS),
    ("lorawan.adr", bool, False, True, True, KINDS),
    ("lorawan.data_rate", int, 0, 5, 5, KINDS),
    ("lorawan.confirmed_tries", int, 1, 8, 3, KINDS),
    ("lorawan.fair_use_s", int, 0, 86400, 0, KINDS),
    ("lorawan.rx_error_ms", int, 0, 500, 20, KINDS),
)
# The hexadecimal digits of each key.
KEYS = (("dev_eui", 16), ("join_eui", 16), ("app_key", 32))


class ConfigError(ValueError):
    """A field is wrong: `field` says which one, the message also what is allowed."""

    def __init__(self, field, allowed):
        super().__init__(field + ": " + allowed)
        self.field = field


def validate(given):
    """Return the complete configuration: `given` with the defaults of its kind. Raises ConfigError."""
    kind = given.get("kind") if isinstance(given, dict) else None
    if kind not in KINDS:
        raise ConfigError("kind", "one of " + ", ".join(KINDS))
    flat = _flat(given)
    complete = {"kind": kind, "lorawan": {}}
    for name, kind_of_value, lowest, highest, default, kinds in FIELDS:
        if kind in kinds:
            value = flat.pop(name) if name in flat else _default(complete, name, default)
            _check(name, value, kind_of_value, lowest, highest)
            _put(complete, name, value)
    for name in flat:
        raise ConfigError(name, "no field of a " + kind + " node")
    if kind in _LEVEL:
        _check_intervals(complete)
    return complete


def changed(config, field, value):
    """Return a copy of the complete `config` in which `field` has another `value`. Raises ConfigError."""
    return _with(config, {field: value})


def in_force(given, stored):
    """Return the configuration of the file `given` under what is `stored` of changes by radio, and whether that holds.

    Changes that no longer fit the file are passed over as a whole. Raises ConfigError for the file.
    """
    config = validate(given)
    try:
        return _with(config, (stored or {}).get("changed", {})), True
    except ConfigError:
        return config, False


def check_keys(keys):
    """Return `keys` if they are whole. Raises ConfigError, which never says a key."""
    for name, digits in KEYS:
        value = keys.get(name) if isinstance(keys, dict) else None
        if not isinstance(value, str) or len(value) != digits or value.lower().strip("0123456789abcdef"):
            raise ConfigError(name, str(digits) + " hexadecimal digits, without dashes")
        # A JoinEUI of zeros is one: networks without a join server of their own have it.
        if name != "join_eui" and not value.strip("0"):
            raise ConfigError(name, "zeros only: write the one under which the network server knows this device")
    for name in keys:
        if not any(name == known for known, _ in KEYS):
            raise ConfigError(name, "no key")
    return keys


def _with(config, values):
    # All at once: what goes together may not go together one by one.
    other = dict(config)
    other["lorawan"] = dict(config["lorawan"])
    for name in values:
        _put(other, name, values[name])
    return validate(other)


def _flat(given):
    flat = {}
    for name, value in given.items():
        if "." in name:
            raise ConfigError(name, "no field")
        # Editors find the schema by it.
        if name not in ("kind", "lorawan", "$schema"):
            flat[name] = value
    inner = given.get("lorawan", {})
    if not isinstance(inner, dict):
        raise ConfigError("lorawan", "an object")
    for name, value in inner.items():
        flat["lorawan." + name] = value
    return flat


def _check(name, value, kind_of_value, lowest, highest):
    # A bool is an int to CPython.
    if type(value) is not kind_of_value or not lowest <= value <= highest:
        number = "a whole number from " + str(lowest) + " to " + str(highest)
        allowed = "true or false" if kind_of_value is bool else number
        raise ConfigError(name, allowed)


def _default(complete, name, default):
    if complete["kind"] in _LEVEL:
        if name == "rising_interval_s":
            return min(default, complete["interval_s"])
        if name == "silence_s":
            return max(default, complete["interval_s"])
    return default


def _check_intervals(config):
    interval_s = config["interval_s"]
    if config["rising_interval_s"] > interval_s:
        raise ConfigError("rising_interval_s", "no more than interval_s, " + str(interval_s))
    if config["silence_s"] < interval_s:
        raise ConfigError("silence_s", "no less than interval_s, " + str(interval_s))


def _put(config, name, value):
    if "." in name:
        outer, name = name.split(".")
        config = config[outer]
    config[name] = value
