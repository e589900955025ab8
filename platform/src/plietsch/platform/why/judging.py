"""The chain of a device, from facts. Pure."""

from plietsch.platform.why import decoding, place, plausible, provisioned, radio
from plietsch.platform.why.facts import Facts
from plietsch.platform.why.links import Chain

# In the order in which a value goes.
_LINKS = (
    provisioned.judge,
    radio.joined,
    radio.heard,
    decoding.judge,
    plausible.judge,
    place.installed,
    place.public,
    place.shown,
)


def judge(facts: Facts) -> Chain:
    """Judge each link, also behind one that is wrong: a second fault is listed, not hidden by the first."""
    station = facts.place.station if facts.place else None
    return Chain(facts.dev_eui, station, facts.at, tuple(link(facts) for link in _LINKS))
