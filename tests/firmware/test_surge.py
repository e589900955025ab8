"""A surge at a dozen level nodes: how soon the network knows that the water passed a mark."""

import pytest

from plietsch_bench.node import surge

NODES = 12


@pytest.mark.slow
def test_each_mark_is_seen_sooner_than_by_the_worst_case():
    seen = surge.simulate(NODES)
    assert len(seen.delays_s) == NODES * len(surge.MARKS_MM)
    assert seen.missed == 0
    # A node that knows of the surge samples three times a minute.
    assert seen.median_s < 20
    assert seen.quantile_s(0.99) < surge.WORST_S


@pytest.mark.slow
def test_half_of_the_gateways_are_enough():
    seen = surge.simulate(NODES, surge.half())
    assert seen.missed == 0
    assert seen.median_s < 30
    # Who has lost its gateway needs some frames to find the way to another one.
    assert seen.quantile_s(0.95) < surge.WORST_S
