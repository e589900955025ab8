"""The configuration against its table: what is completed, what is refused and why, what radio may change."""

from plietsch_node.app import commands, config, node
from plietsch_node.memory import MemoryStore


def _refused(call, *arguments):
    try:
        call(*arguments)
    except config.ConfigError as error:
        return error.field, str(error)
    raise AssertionError("accepted")


def test_a_kind_alone_is_a_configuration():
    for kind in config.KINDS:
        complete = config.validate({"kind": kind})
        assert complete["kind"] == kind
        assert complete["ring_readings"] == 4096
        assert complete["lorawan"] == {
            "adr": True, "data_rate": 5, "confirmed_tries": 3, "fair_use_s": 0, "rx_error_ms": 20
        }  # fmt: skip
        assert config.validate(complete) == complete


def test_each_kind_has_its_own_interval():
    intervals = [config.validate({"kind": kind})["interval_s"] for kind in config.KINDS]
    assert intervals == [300, 60, 300]


def test_limits_are_allowed_and_what_lies_beyond_is_not():
    for name, kind_of_value, lowest, highest, _, kinds in config.FIELDS:
        if kind_of_value is bool:
            continue
        for value, allowed in ((lowest, True), (highest, True), (lowest - 1, False), (highest + 1, False)):
            given = {"kind": kinds[0]}
            if name == "rising_interval_s":
                given["interval_s"] = highest
            outer, _, inner = name.rpartition(".")
            if outer:
                given[outer] = {inner: value}
            else:
                given[name] = value
            if allowed:
                config.validate(given)
            else:
                field, message = _refused(config.validate, given)
                assert field == name
                assert message == name + ": a whole number from " + str(lowest) + " to " + str(highest)


def test_what_is_wrong_is_named():
    assert _refused(config.validate, {})[0] == "kind"
    assert _refused(config.validate, [])[0] == "kind"
    assert _refused(config.validate, {"kind": "toaster"})[1] == "kind: one of fine-dust, water-level, rain"
    assert _refused(config.validate, {"kind": "rain", "intervall_s": 60})[0] == "intervall_s"
    assert _refused(config.validate, {"kind": "rain", "threshold_mm": 60})[0] == "threshold_mm"
    assert _refused(config.validate, {"kind": "rain", "lorawan": {"adr": 1}})[1] == "lorawan.adr: true or false"
    assert _refused(config.validate, {"kind": "rain", "lorawan": []})[0] == "lorawan"
    assert _refused(config.validate, {"kind": "rain", "lorawan.adr": True})[0] == "lorawan.adr"
    for value in ("300", 300.0, True, None):
        assert _refused(config.validate, {"kind": "rain", "interval_s": value})[0] == "interval_s"


def test_the_intervals_of_a_level_go_together():
    level = {"kind": "water-level", "interval_s": 600}
    assert _refused(config.validate, dict(level, rising_interval_s=601)) == (
        "rising_interval_s", "rising_interval_s: no more than interval_s, 600"
    )  # fmt: skip
    assert _refused(config.validate, dict(level, silence_s=599)) == (
        "silence_s", "silence_s: no less than interval_s, 600"
    )  # fmt: skip
    config.validate(dict(level, rising_interval_s=600, silence_s=600))
    # Who gives one of them alone need not know the others' defaults.
    assert config.validate({"kind": "water-level", "interval_s": 10})["rising_interval_s"] == 10
    assert config.validate({"kind": "water-level", "interval_s": 7200})["silence_s"] == 7200


def test_the_intervals_of_a_level_go_together_by_radio_too():
    before = config.validate({"kind": "water-level"})
    assert _refused(config.changed, before, "interval_s", 19)[0] == "rising_interval_s"
    assert _refused(config.changed, before, "interval_s", 3601)[0] == "silence_s"
    # In whichever order they stand in flash: MicroPython's dictionaries keep none.
    for names in (("interval_s", "silence_s"), ("silence_s", "interval_s")):
        stored = {"revision": 2, "changed": dict.fromkeys(names, 7200)}
        complete, holds = config.in_force({"kind": "water-level"}, stored)
        assert (complete["interval_s"], complete["silence_s"], holds) == (7200, 7200, True)


def test_a_file_may_name_its_schema():
    complete = config.validate({"$schema": "../config.schema.json", "kind": "rain"})
    assert complete == config.validate({"kind": "rain"})
    # Nowhere else.
    assert _refused(config.validate, {"kind": "rain", "lorawan": {"$schema": ""}})[0] == "lorawan.$schema"


def test_a_change_is_held_against_the_table_and_leaves_the_old_one_alone():
    before = config.validate({"kind": "water-level"})
    after = config.changed(before, "threshold_mm", 5)
    assert (before["threshold_mm"], after["threshold_mm"]) == (20, 5)
    assert _refused(config.changed, before, "threshold_mm", 0)[0] == "threshold_mm"
    assert config.changed(before, "lorawan.adr", False)["lorawan"]["adr"] is False
    assert before["lorawan"]["adr"] is True


def test_what_was_changed_lies_over_the_file_while_it_fits():
    stored = {"revision": 2, "changed": {"threshold_mm": 5}}
    complete, holds = config.in_force({"kind": "water-level"}, stored)
    assert (complete["threshold_mm"], holds) == (5, True)
    complete, holds = config.in_force({"kind": "rain"}, stored)
    assert ("threshold_mm" in complete, holds) == (False, False)
    assert config.in_force({"kind": "rain"}, None) == (config.validate({"kind": "rain"}), True)


def test_what_radio_may_change_is_in_the_table_with_the_same_limits():
    limits = {(name, lowest, highest) for name, _, lowest, highest, _, _ in config.FIELDS}
    assert set(commands.FIELDS) <= limits


def test_keys_are_checked_and_never_said():
    keys = {"dev_eui": "0102030405060708", "join_eui": "0" * 16, "app_key": "00112233445566778899AABBCCDDEEFF"}
    assert config.check_keys(keys) == keys
    for wrong in ("00112233445566778899aabbccddeef", "g" * 32, None):
        field, message = _refused(config.check_keys, dict(keys, app_key=wrong))
        assert field == "app_key"
        assert message == "app_key: 32 hexadecimal digits, without dashes"
        assert str(wrong) not in message
    assert _refused(config.check_keys, {})[0] == "dev_eui"
    assert _refused(config.check_keys, dict(keys, nwk_key="0" * 32))[0] == "nwk_key"
    assert _refused(config.check_keys, dict(keys, dev_eui="01-02-03-04-05-06"))[0] == "dev_eui"


def test_keys_of_zeros_are_the_example_and_nobody_s():
    keys = {"dev_eui": "0" * 16, "join_eui": "0" * 16, "app_key": "0" * 32}
    field, message = _refused(config.check_keys, keys)
    assert field == "dev_eui"
    assert "network server" in message
    keys["dev_eui"] = "0102030405060708"
    assert _refused(config.check_keys, keys)[0] == "app_key"


class Ports:
    """What of a node's ports its configuration needs."""

    def __init__(self):
        self.flash = MemoryStore()
        self.reset_cause = "power-on"


KEYS = {"dev_eui": "3" * 16, "join_eui": "1" * 16, "app_key": "2" * 32}


def test_what_was_found_right_is_not_judged_again_after_deep_sleep():
    ports, given = Ports(), {"kind": "rain"}
    first = node.configuration(given, KEYS, ports)
    assert list(first) == [config.validate(given), True]
    marked = ports.flash.get("in_force")
    marked[2]["interval_s"] = 77
    ports.flash.put("in_force", marked)
    ports.reset_cause = "deep-sleep"
    assert node.configuration(given, KEYS, ports)[0]["interval_s"] == 77
    # Another file, a change by radio, or a reset: it is judged anew.
    assert node.configuration({"kind": "fine-dust"}, KEYS, ports)[0] == config.validate({"kind": "fine-dust"})
    ports.flash.put("config", {"revision": 1, "changed": {"interval_s": 60}})
    assert node.configuration(given, KEYS, ports)[0]["interval_s"] == 60
    ports.flash.put("in_force", [given, ports.flash.get("config"), {}, True])
    ports.reset_cause = "watchdog"
    assert node.configuration(given, KEYS, ports)[0]["interval_s"] == 60


def test_a_wrong_configuration_is_refused_whatever_was_right_before():
    ports = Ports()
    node.configuration({"kind": "rain"}, KEYS, ports)
    ports.reset_cause = "deep-sleep"
    assert _refused(node.configuration, {"kind": "snow"}, KEYS, ports)[0] == "kind"
    ports.reset_cause = "power-on"
    assert _refused(node.configuration, {"kind": "rain"}, {}, ports)[0] == "dev_eui"
