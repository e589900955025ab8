"""N1: bytes and airtime of a reading, by type of node and spreading factor, beside CayenneLPP's."""

from plietsch_bench.node import lpp
from plietsch_bench.node.kinds import KINDS, Kind
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result, ratio
from plietsch_node.app import payload
from plietsch_node.lorawan import airtime, eu868

FRAME_BYTES = 13  # MHDR 1, FHDR 7, FPort 1, MIC 4 (TS001-1.0.4, section 4)
TIME_S = 1_767_225_600
MS_A_DAY_FAIR_USE = 30_000  # The Things Network's fair use policy


def run(_plan: Plan, progress: Progress) -> Result:
    """Encode a reading of each type by the node's own code; nothing is timed."""
    progress("N1 payloads")
    rows = [_row(kind, spreading_factor) for kind in KINDS for spreading_factor in range(7, 13)]
    ours, theirs = _bytes(KINDS[0]), lpp.size_bytes(KINDS[0].values)
    slowest = [row for row in rows if row["SF"] == 12]
    longest = max(float(row["airtime, ms"]) / float(row["airtime in CayenneLPP, ms"]) for row in slowest)
    return Result(
        "N1",
        "one reading of a fine-dust node with time, spreads, weather and battery; limit: the same channels in"
        " CayenneLPP, without time",
        ours,
        "bytes",
        theirs,
        {},
        [Goal("of our airtime at SF12 is CayenneLPP's, at least", 1.0, ratio(1.0, longest))],
        rows=rows,
    )


def _row(kind: Kind, spreading_factor: int) -> dict[str, float | str]:
    ours, theirs = _bytes(kind), lpp.size_bytes(kind.values)
    airtime_ms, theirs_ms = _airtime_ms(ours, spreading_factor), _airtime_ms(theirs, spreading_factor)
    data_rate = eu868.DATA_RATES.index((spreading_factor, 125))
    readings = [(TIME_S + 300 * number, kind.values) for number in range(100)]
    room = eu868.MAX_PAYLOAD[data_rate]
    together = max(number for number in range(1, 100) if len(payload.encode(readings[:number])) <= room)
    full_ms = _airtime_ms(len(payload.encode(readings[:together])), spreading_factor)
    return {
        "node": kind.name,
        "SF": spreading_factor,
        "bytes": ours,
        "bytes in CayenneLPP": theirs,
        "airtime, ms": airtime_ms,
        "airtime in CayenneLPP, ms": theirs_ms,
        "a day within 30 s of airtime": int(MS_A_DAY_FAIR_USE / airtime_ms),
        "readings in a full frame": together,
        "airtime a reading in it, ms": full_ms / together,
    }


def _bytes(kind: Kind) -> int:
    return len(payload.encode([(TIME_S, kind.values)]))


def _airtime_ms(payload_bytes: int, spreading_factor: int) -> float:
    return airtime.time_on_air_us(FRAME_BYTES + payload_bytes, spreading_factor, 125) / 1000
