"""The payload's encoder against the table that the decoder is held against too."""

from binascii import hexlify

from plietsch_node.app import payload
from support import vectors

VALID = vectors.load("payload.json")["valid"]
TIME_S = 1767225600


def _test_payload_of(vector):
    readings = [(reading["time_s"], reading["values"]) for reading in vector["readings"]]
    frame = payload.encode(readings, vector["clock_set"], vector["wide"])
    assert hexlify(frame).decode() == vector["hex"]


globals().update(vectors.cases(_test_payload_of, VALID, "name"))


def test_every_step_of_every_channel_keeps_its_code():
    for group in payload.GROUPS:
        for channel, bits, lowest, steps, highest_code in group:
            # A million tips one by one would take a minute.
            for code in range(0, highest_code + 1, 1 + highest_code // 16384):
                value = code / steps + lowest
                assert payload.code(value, bits, lowest, steps, highest_code) == code, channel


def test_no_number_is_missing():
    assert payload.code(float("nan"), 14, 0, 10, 9999) == 16383


def test_infinity_lies_beyond_the_range():
    assert payload.code(float("inf"), 14, 0, 10, 9999) == 16382
    assert payload.code(float("-inf"), 14, 0, 10, 9999) == 16381


def test_version_1_is_taken_where_it_suffices():
    assert payload.encode([(TIME_S, {"pm10": 1.0})])[0] >> 4 == 1
    assert payload.encode([(TIME_S, {"pm10": 1.0, "pm10_spread": None})])[0] >> 4 == 2
    assert payload.reading_bits({"battery": 3.7}) == 16 + 4 + 7
    assert payload.reading_bits({"battery": 3.7}, version=2) == 16 + 8 + 7


def test_what_cannot_be_said_is_refused():
    for readings in ([], [(0, {})], [(0, {"noise": 40.0})], [(0, {"pm10": 1.0, "noise": 40.0})]):
        try:
            payload.encode(readings)
        except ValueError:
            continue
        raise AssertionError("encoded " + repr(readings))
