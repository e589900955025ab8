"""The traffic has what the judge is to judge."""

import itertools
import random
from datetime import UTC, datetime, timedelta

from faults.traffic import traffic


def test_what_a_run_hears() -> None:
    sent = list(itertools.islice(traffic(random.Random(0)), 300))
    delays = [
        message.heard_at - datetime.fromtimestamp(at_s, UTC)
        for message in sent
        if message.heard_at
        for _, _, at_s in message.readings
    ]
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    assert any(hour - second < delay <= hour for delay in delays)
    assert any(hour < delay < hour + second for delay in delays), "late by less than a second"
    assert len({reading for message in sent for reading in message.readings}) < len(delays), "some come again"
    assert any(message.kind == "join" for message in sent)
