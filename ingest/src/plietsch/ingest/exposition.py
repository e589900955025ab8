"""The worker's metrics in Prometheus' form, read from its plain numbers when somebody asks.

Names and units follow https://prometheus.io/docs/practices/naming/; `docs/ingest.md` says what to alert on.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    make_wsgi_app,  # pyright: ignore[reportUnknownVariableType] it leaves its type open
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from plietsch.ingest.digest import KINDS
from plietsch.ingest.metrics import Histogram
from plietsch.ingest.reasons import Reason
from plietsch.ingest.watch import Watch

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_PREFIX = "plietsch_ingest_"


def registry(watch: Watch) -> CollectorRegistry:
    """The metrics of a worker and of its process."""
    own = CollectorRegistry()
    own.register(_Ingest(watch))
    ProcessCollector(registry=own)
    GCCollector(registry=own)
    return own


def application(watch: Watch) -> "WSGIApplication":
    """Answers with the metrics, in the form that is asked for."""
    return cast("WSGIApplication", make_wsgi_app(registry(watch)))


class _Ingest(Collector):
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        yield from self._messages()
        yield from self._observations()
        yield from self._delays()
        yield from self._state()

    def _messages(self) -> Iterator[Metric]:
        now = self._watch.metrics
        received = _labelled("messages_received", "Messages received and acknowledged, by kind of event.", "event")
        for kind in KINDS:
            received.add_metric([kind], now.received[kind])
        yield received
        yield _counter("messages_stored", "Messages whose frame or event is stored.", now.stored)
        refused = _labelled("messages_refused", "Messages that could not become observations, by reason.", "reason")
        for reason in Reason:
            refused.add_metric([reason.value], now.refused[reason.value])
        yield refused
        yield _counter("messages_quarantined", "Messages of devices that nobody registered.", now.quarantined)
        yield _counter("frames_copied", "Frames that the network gave again under a new id.", now.copies)

    def _observations(self) -> Iterator[Metric]:
        now = self._watch.metrics
        yield _counter("observations_stored", "Observations stored.", now.observations)
        yield _counter("observations_repeated", "Observations that came again with a new frame.", now.repeated)
        yield _counter("observations_differing", "Of those, the ones with another number.", now.differing)
        yield _counter("observations_late", "Observations heard over an hour after they were measured.", now.late)

    def _delays(self) -> Iterator[Metric]:
        now = self._watch.metrics
        yield _histogram("batch_size_messages", "Messages in one transaction.", now.batch_size)
        yield _histogram("lag_seconds", "From the network's hearing a batch's first message to its commit.", now.lag_s)
        yield _histogram(
            "acknowledgement_delay_seconds",
            "From a batch's first message's receipt to its acknowledgement.",
            now.acknowledgement_delay_s,
        )

    def _state(self) -> Iterator[Metric]:
        health = self._watch.health
        yield _gauge("broker_connected", "1 while the subscription is in force.", health.broker.connected)
        yield _gauge("database_connected", "1 while the database answers.", health.database.connected)
        committed = health.last_committed_at
        yield _gauge(
            "last_commit_timestamp_seconds",
            "When the last batch was committed.",
            committed.timestamp() if committed else 0,
        )


def _labelled(name: str, text: str, label: str) -> CounterMetricFamily:
    return CounterMetricFamily(_PREFIX + name, text, labels=[label])


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(_PREFIX + name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, text, value=float(value))


def _histogram(name: str, text: str, values: Histogram) -> Metric:
    buckets: list[tuple[str, float]] = []
    below = 0
    for bound, count in zip([*map(float, values.bounds), float("inf")], list(values.counts), strict=True):
        below += count
        buckets.append(("+Inf" if bound == float("inf") else str(bound), below))
    return HistogramMetricFamily(_PREFIX + name, text, buckets=buckets, sum_value=values.sum)
