"""From the network's outbox to the broker, and from the broker's acknowledgement to the ledger."""

from collections import Counter
from collections.abc import Callable, Iterable

from plietsch.firmware.ledger import SENT, Entry, Ledger
from plietsch.firmware.network.simulated import SimulatedNetwork
from plietsch.firmware.publisher import Publisher, Stopped

NOT_ACKNOWLEDGED = "not sent: the broker did not acknowledge it"
STOPPED = "not sent: stopped while waiting for the broker"
REFUSED = "not sent: refused by the network server"
DROPPED = "not sent: dropped from the node's full buffer"


class Delivery:
    """Publishes what the network server says, and writes down what became of each reading."""

    def __init__(self, network: SimulatedNetwork, publisher: Publisher, ledger: Ledger) -> None:
        self.events: Counter[str] = Counter()
        self._network = network
        self._publisher = publisher
        self._ledger = ledger

    def deliver(self, frames: list[tuple[int, list[Entry]]]) -> None:
        """Publish what one station's `frames` (counter, readings) brought about. Raises Stopped."""
        readings = dict(frames)
        for topic, event in self._network.take_events():
            kind = topic.rpartition("/")[2]
            f_cnt = event["fCnt"] if kind == "up" else None
            entries = readings.pop(f_cnt, []) if f_cnt is not None else []
            try:
                self._publisher.publish(topic, event, self._on_fate(entries, f_cnt))
            except Stopped:
                self._write([(f_cnt, entries), *readings.items()], STOPPED)
                raise
            self.events[kind] += 1
        self._write(readings.items(), REFUSED)

    def drop(self, entries: list[Entry]) -> None:
        """Write down the readings that never left their node."""
        self._write([(None, entries)], DROPPED)

    def _write(self, frames: Iterable[tuple[int | None, list[Entry]]], fate: str) -> None:
        for f_cnt, entries in frames:
            if entries:
                self._ledger.write(entries, fate, f_cnt)

    def _on_fate(self, entries: list[Entry], f_cnt: int | None) -> Callable[[bool], None]:
        def settle(acknowledged: bool) -> None:
            self._ledger.write(entries, SENT if acknowledged else NOT_ACKNOWLEDGED, f_cnt)

        return settle
