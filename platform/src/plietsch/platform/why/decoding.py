"""Do its frames become readings? What could not is among ingest's errors, with a reason (docs/ingest.md)."""

from collections.abc import Iterator, Mapping

from plietsch.platform.why.facts import Facts, Refusal
from plietsch.platform.why.links import Finding, Link, judged, moment, unknown

NAME = "decoded"

_ENCODING = (
    "Look at its fields (`plietsch ingest errors --device {dev_eui}`): it runs another program than docs/payload.md "
    "describes, or is registered under another's DevEUI. Flash it anew."
)
_CODEC = (
    "Compare the codec in its device profile with the device type, and correct one of the two (docs/chirpstack.md)."
)
# What to do about the device where nothing of its frames can be read.
_REMEDIES: Mapping[str, str] = {
    "device-mismatch": "Look for a bridge or a script that publishes under a wrong topic.",
    "event-malformed": "Look who publishes under its topic: an integration of ChirpStack sends JSON or protobuf.",
    "unexpected-port": "Give it the port that its type expects ({type}: `plietsch device-type show {type}`), or the "
    "type that it is.",
    "type-unknown": "`plietsch db migrate` brings the types that come with plietsch; or name another type.",
    "object-missing": "Install the maker's codec in its device profile in ChirpStack (docs/chirpstack.md).",
    "object-malformed": _CODEC,
    "object-empty": _CODEC,
    "object-time": _CODEC,
    "payload-empty": "No instrument of it answers: look at its wiring.",
    "payload-oversized": _ENCODING,
    "payload-version": "The node's program is newer than this installation, or another make: update plietsch, then "
    "`plietsch ingest errors retry --reason payload-version`.",
    "payload-truncated": "It sends more than its data rate lets it, or runs another program: flash it anew.",
    "payload-padding": _ENCODING,
    "payload-code": _ENCODING,
    "interpret-failed": "Report it, with the log of ingest at that moment.",
    "store-failed": "Report it, with `plietsch ingest errors --device {dev_eui}`.",
}
# Where the rest of a frame is stored all the same.
_PARTLY: Mapping[str, str] = {
    "no-datastream": "Install it again with its instruments: `plietsch device install {dev_eui} --at STATION --sensor "
    "MODEL …`, then `plietsch ingest errors retry --reason no-datastream`.",
    "object-value": _CODEC,
    "object-unit": _CODEC,
}
# These say nothing of a frame that can be read: the clock is the node's (`plausible`), the deployment ours (`place`), a
# topic names no device, and a line is one of a recording.
ELSEWHERE = frozenset({"clock-reset", "clock-wrong", "no-deployment", "topic-malformed", "line-malformed"})
REASONS = frozenset({*_REMEDIES, *_PARTLY, *ELSEWHERE})
# Half an interval of patience: a frame that is no reading comes between two that are.
_MISSED_INTERVALS = 1.5
# A node that was heard for so long has had readings to send.
_EXPECTED_INTERVALS = 3


def judge(facts: Facts) -> Link:
    """The fourth link: readings, from frames."""
    heard_at = facts.health.heard_at
    if facts.device is None or (heard_at is None and not facts.refusals):
        return unknown(NAME, "No frame has arrived that could be decoded.")
    found = [*_nothing(facts), *_partly(facts)]
    if not found and facts.decoded_at is None and _has_no_readings(facts):
        found.append(
            Finding(
                "no-readings",
                facts.deployment.since if facts.deployment else None,
                "It is heard, but none of its frames has a reading.",
                "Look at its status (`plietsch device show`): do its instruments answer? If its deployment was entered "
                f"late, `plietsch ingest reprocess --device {facts.dev_eui} --since TIME` stores what it measured.",
            )
        )
    if not found and facts.decoded_at is None:
        if facts.refused("no-deployment") or facts.waiting:
            return judged(NAME, [], seen="Its frames can be read.")
        return unknown(NAME, "No frame with a reading has arrived yet.")
    seen = f"Decoded, {moment(facts.decoded_at)} last." if facts.decoded_at else ""
    return judged(NAME, found, seen=seen, since=facts.decoded_at)


def _nothing(facts: Facts) -> Iterator[Finding]:
    """Frames came, and none of them could be read since the newest reading."""
    newest = facts.refused(*_REMEDIES)
    if newest is None or not _is_newer(facts, newest) or not _is_missed(facts):
        return
    codec = facts.newest_log("UPLINK_CODEC")
    code, seen, do = newest.reason, newest.detail, _REMEDIES[newest.reason]
    if code == "object-missing" and codec and codec.last_at >= newest.first_at:
        code, seen = "codec-failed", f"The codec in the network server fails: “{codec.description}”."
        do = "Correct the codec in its device profile, or take that of its maker: it is for another device or version."
    since = max(newest.first_at, facts.decoded_at) if facts.decoded_at else newest.first_at
    yield Finding(code, since, f"{seen} So {newest.number} times, {moment(newest.last_at)} last.", _said(facts, do))


def _partly(facts: Facts) -> Iterator[Finding]:
    for reason, do in _PARTLY.items():
        refusal = facts.refused(reason)
        if refusal and _is_newer(facts, refusal):
            yield Finding(reason, refusal.first_at, refusal.detail, _said(facts, do))


def _is_newer(facts: Facts, refusal: Refusal) -> bool:
    """Whether it was received with or after the newest frame whose readings are stored."""
    return facts.decoded_received_at is None or refusal.last_at >= facts.decoded_received_at


def _is_missed(facts: Facts) -> bool:
    """Whether there would have been another reading by now: a maker's device sends frames of other kinds in between."""
    decoded_at, heard_at = facts.decoded_at, facts.health.heard_at
    return decoded_at is None or (heard_at or facts.at) - decoded_at >= facts.interval * _MISSED_INTERVALS


def _has_no_readings(facts: Facts) -> bool:
    deployment, heard_at = facts.deployment, facts.health.heard_at
    if deployment is None or deployment.phase == "removed" or heard_at is None:
        return False
    return heard_at - deployment.since >= facts.interval * _EXPECTED_INTERVALS


def _said(facts: Facts, do: str) -> str:
    return do.format(dev_eui=facts.dev_eui, type=facts.device.type if facts.device else "")
