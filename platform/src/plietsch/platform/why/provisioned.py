"""Is it registered here, as a device of a type that is known?"""

from plietsch.platform.why.facts import Facts
from plietsch.platform.why.links import Finding, Link, judged, moment

NAME = "provisioned"


def judge(facts: Facts) -> Link:
    """The first link: what is not registered cannot be stored."""
    device = facts.device
    if device is None:
        return judged(NAME, [_unregistered(facts)], seen="")
    found: list[Finding] = []
    if device.decoder is None:
        found.append(
            Finding(
                "type-unknown",
                device.since,
                f"It is registered, of type {device.type}, which this installation does not know.",
                "`plietsch db migrate` brings the types that come with plietsch, `plietsch device-type add` your own.",
            )
        )
    return judged(
        NAME, found, seen=f"Registered, of type {device.type}, since {moment(device.since)}.", since=device.since
    )


def _unregistered(facts: Facts) -> Finding:
    waiting, place = facts.waiting, facts.place
    if waiting:
        return Finding(
            "not-registered",
            waiting.first_at,
            f"Nobody registered it here; {waiting.messages} messages of it wait in quarantine, the newest since "
            f"{moment(waiting.last_at)}.",
            f"`plietsch device install {facts.dev_eui} --at STATION --type TYPE` registers it and puts it at a "
            "station; what waits is stored by itself then.",
        )
    if place:
        return Finding(
            "no-device",
            None,
            f"The station {place.station} is registered, but no device was ever deployed there.",
            f"`plietsch device install DEVEUI --at {place.station}` puts one there.",
        )
    return Finding(
        "unknown-device",
        None,
        "Nobody registered it here, and nothing of it ever came.",
        "Compare the DevEUI with the one on the device; register it in ChirpStack, and here with "
        f"`plietsch device install {facts.dev_eui} --at STATION --type TYPE`.",
    )
