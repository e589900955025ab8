"""Did it join the network, and is it heard?

What ChirpStack says in `log` events (chirpstack/src/uplink/join.rs, data.rs): UPLINK_MIC, that a join request was made
with another key; OTAA, that a join was refused, mostly for a DevNonce used before; UPLINK_F_CNT_RETRANSMISSION, that a
frame's counter did not rise, and UPLINK_F_CNT_RESET, that it began anew. Both are dropped.
"""

from collections.abc import Iterator
from datetime import datetime

from plietsch.platform.why.facts import Facts, Log
from plietsch.platform.why.links import Finding, Link, judged, moment, span, unknown

JOINED, HEARD = "joined", "heard"

# A node joins when it starts, and when its network is gone; more often in a day, and it loses its power or its session.
_MANY_JOINS = 5
# Below this margin a frame is lost whenever somebody parks in the way. ADR leaves more (ChirpStack: 10 dB).
_LEAST_MARGIN_DB = 3.0
# Of these, that is: a few frames say nothing.
_LEAST_FRAMES = 10
_MANY_LOST = 0.3
_LEAST_COPIES, _MANY_COPIES = 3, 0.3


def joined(facts: Facts) -> Link:
    """The second link: a session with the network server."""
    if facts.device is None:
        return unknown(JOINED, "Nothing is known of a device that is not registered.")
    health = facts.health
    known = max((at for at in (health.joined_at, health.heard_at) if at), default=None)
    found = list(_refused(facts, known))
    if not found and facts.is_recorded:
        return unknown(JOINED, "What it measured was recorded: no network tells of it.")
    if not found and health.joins >= _MANY_JOINS:
        found.append(
            Finding(
                "rejoins",
                health.joined_at,
                f"It joined {health.joins} times within a day.",
                "Look at its supply and at the cause of its resets (`plietsch device show`): it starts anew, or "
                "does not hear the network's answers.",
            )
        )
    if not found and known is None:
        return unknown(JOINED, "Nothing tells whether it ever asked to join.")
    seen = f"Joined {moment(health.joined_at)}." if health.joined_at else "Its frames are accepted: it has a session."
    return judged(JOINED, found, seen=seen, since=health.joined_at)


def _refused(facts: Facts, known: datetime | None) -> Iterator[Finding]:
    """What the network server has refused since it was heard or joined last."""
    mic = facts.newest_log("UPLINK_MIC")
    if mic and _after(mic, known):
        yield Finding(
            "wrong-key",
            _since(mic, known),
            f"ChirpStack refuses what it sends, {moment(mic.last_at)} last: “{mic.description}”.",
            "Compare the AppKey and the JoinEUI on the device with those in ChirpStack, correct them, and start it "
            "anew.",
        )
    otaa = facts.newest_log("OTAA")
    if otaa and _after(otaa, known):
        yield Finding(
            "join-refused",
            _since(otaa, known),
            f"ChirpStack does not let it join, {moment(otaa.last_at)} last: “{otaa.description}”.",
            "If the device forgot which DevNonce it used (new firmware, new board), flush its DevNonces in ChirpStack "
            "(device, OTAA keys); then start it anew.",
        )


def heard(facts: Facts) -> Link:
    """The third link: its frames arrive here."""
    if facts.device is None:
        return unknown(HEARD, "Nothing is known of a device that is not registered.")
    heard_at = facts.health.heard_at
    if heard_at is None:
        return _never(facts)
    found = list(_counters(facts, heard_at))
    if facts.is_silent and not any(finding.code == "frame-counter" for finding in found):
        found.append(_silent(facts, heard_at))
    found += _weak(facts, heard_at)
    return judged(HEARD, found, seen=_signal(facts, heard_at), since=heard_at)


def _never(facts: Facts) -> Link:
    if list(_refused(facts, None)):
        return unknown(HEARD, "No frame of it can arrive before it has joined.")
    since = facts.health.joined_at or (facts.device.since if facts.device else None)
    what = f", though it joined {moment(facts.health.joined_at)}" if facts.health.joined_at else ""
    finding = Finding(
        "never-heard",
        since,
        f"No frame of it ever arrived{what}.",
        "Is it switched on, and is a gateway within its reach? Look in ChirpStack whether the device stands there with "
        "this DevEUI and when it was seen last; if it was, look whether ChirpStack's MQTT integration reaches our "
        "broker.",
    )
    return judged(HEARD, [finding], seen="")


def _counters(facts: Facts, heard_at: datetime) -> Iterator[Finding]:
    log = facts.newest_log("UPLINK_F_CNT_RETRANSMISSION", "UPLINK_F_CNT_RESET")
    if log and log.last_at > heard_at:
        yield Finding(
            "frame-counter",
            _since(log, heard_at),
            f"ChirpStack drops its frames, {moment(log.last_at)} last: “{log.description}”.",
            "It counts its frames anew without a new session, or somebody sends its frames again: let it join anew "
            "(start it anew; a device of ABP needs OTAA).",
        )
        return
    radio = facts.radio
    if radio.copies >= _LEAST_COPIES and radio.copies >= _MANY_COPIES * (radio.frames + radio.copies):
        yield Finding(
            "frame-counter",
            radio.last_copy_at,
            f"{radio.copies} of its {radio.frames + radio.copies} frames within a day came again with a counter that "
            "was there before; they are kept and not counted twice.",
            "Look for a gateway that delivers late, or for somebody who sends its frames again; ChirpStack drops them "
            "while “skip frame-counter check” is off.",
        )


def _silent(facts: Facts, heard_at: datetime) -> Finding:
    seen = (
        f"Silent for {span(facts.at - heard_at)}, since {moment(heard_at)}; it is meant to send every "
        f"{span(facts.interval)}"
    )
    if facts.battery_is_low:
        return Finding(
            "battery-empty", heard_at, f"{seen}. Its battery was nearly empty when it said so last.",
            "Charge or change the battery; if a solar panel feeds it, clean it and look where it faces.",
        )  # fmt: skip
    if facts.radio.gateways_live is False:
        return Finding(
            "gateway-silent", heard_at,
            f"{seen}. The gateways that heard it have heard nobody since.",
            "Look at the gateway: its supply, its way to the internet, and in ChirpStack when it was seen last.",
        )  # fmt: skip
    others = " Its gateways hear others." if facts.radio.gateways_live else ""
    return Finding(
        "silent", heard_at, f"{seen}.{others}",
        "Go and look: its supply, its antenna, and whether somebody took it down.",
    )  # fmt: skip


def _weak(facts: Facts, heard_at: datetime) -> Iterator[Finding]:
    radio = facts.radio
    lost = 1 - radio.distinct / radio.expected if radio.expected else 0.0
    do = (
        "Put its antenna upright, outside and higher, away from metal and out of the cellar; or set up a gateway "
        "nearer to it."
    )
    if radio.margin_db is not None and radio.margin_db < _LEAST_MARGIN_DB and (radio.gateways or 0) <= 1:
        yield Finding("weak-signal", None, f"{_signal(facts, heard_at)} That is at the limit.", do)
    elif radio.expected >= _LEAST_FRAMES and lost >= _MANY_LOST:
        yield Finding(
            "frames-lost",
            None,
            f"{lost:.0%} of the frames that it counted within a day never arrived.",
            do,
        )


def _signal(facts: Facts, heard_at: datetime) -> str:
    if facts.is_recorded:
        return f"Its frames are lines of a recording, up to {moment(heard_at)}."
    radio = facts.radio
    gateways = round(radio.gateways or 0)
    by = f" by {gateways} gateway{'' if gateways == 1 else 's'}" if gateways else ""
    if radio.margin_db is None or radio.rssi_dbm is None:
        return f"Heard{by}, {moment(heard_at)} last."
    return (
        f"Heard{by}, {moment(heard_at)} last: {radio.rssi_dbm:.0f} dBm, {radio.margin_db:.1f} dB above what "
        f"SF{radio.spreading_factor} needs."
    )


def _after(log: Log, known: datetime | None) -> bool:
    return known is None or log.last_at > known


def _since(log: Log, known: datetime | None) -> datetime:
    """When it began, as far as is known: the first time that it was said, and not before all was well."""
    return max(log.first_at, known) if known else log.first_at
