"""The status frame's encoder against the table that the decoder is held against too."""

from binascii import hexlify

from plietsch_node.app import status
from support import vectors

TABLE = vectors.load("status.json")
FIELDS = "kind firmware reset_cause data_rate revision boots uptime_h battery_v saving fan_h waiting dropped errors"


def _encoded(said):
    return status.encode(*[said[name] for name in FIELDS.split()])


def _test_status_of(vector):
    assert hexlify(_encoded(vector["status"])).decode() == vector["hex"]


globals().update(vectors.cases(_test_status_of, TABLE["valid"], "name"))


def test_no_more_errors_are_said_than_fit_the_smallest_frame():
    said = dict(TABLE["valid"][0]["status"])
    said["errors"] = [["BME280", 1]] * 30
    assert len(_encoded(said)) == 20 + 2 * status.MOST_ERRORS <= 51


def test_the_first_bytes_are_the_identity():
    said = dict(TABLE["valid"][0]["status"])
    identity = _encoded(said)[: status.IDENTITY_BYTES]
    said["waiting"], said["fan_h"], said["battery_v"], said["saving"] = 99, 8, None, True
    assert _encoded(said)[: status.IDENTITY_BYTES] == identity
