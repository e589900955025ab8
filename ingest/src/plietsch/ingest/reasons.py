"""Why a message did not become observations, or not all of its values did: the codes of `ingest_error.reason`.

`plietsch ingest errors` counts by them and says what to do; `docs/ingest.md` lists them from here.
"""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """A code, with a sentence that explains it to an operator and one that says what to do about it."""

    meaning: str
    remedy: str

    def __new__(cls, code: str, meaning: str, remedy: str) -> "Reason":
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        member.remedy = remedy
        return member

    TOPIC_MALFORMED = (
        "topic-malformed",
        "The topic is not application/…/device/{DevEUI}/event/{kind}.",
        "Look who publishes there; let PLIETSCH_MQTT_TOPIC name nothing but the network server's events, then discard.",
    )
    EVENT_MALFORMED = (
        "event-malformed",
        "The message is not an event of ChirpStack, neither in JSON nor in protobuf.",
        "Look at the payload: an integration of ChirpStack sends JSON or protobuf; anything else is another program's.",
    )
    DEVICE_MISMATCH = (
        "device-mismatch",
        "The DevEUI of the topic is not that of the message.",
        "Look for a bridge or a script that publishes under a wrong topic, or for somebody who tries it; then discard.",
    )
    UNEXPECTED_PORT = (
        "unexpected-port",
        "The frame came on a port that no decoder is registered for.",
        "The frame itself is stored. Of a device with a maker's codec it may be one about the device itself: discard. "
        "Once plietsch or the device type knows that port, retry.",
    )
    TYPE_UNKNOWN = (
        "type-unknown",
        "Nobody here knows the device's type, or this version of plietsch cannot read its definition.",
        "Run `plietsch db migrate` for types that come with plietsch, add another one with `plietsch device-type add`, "
        "or name another type in the region file; then retry.",
    )
    OBJECT_MISSING = (
        "object-missing",
        "The frame came without an object: the network server decodes no frames of this device.",
        "Install the maker's codec in the device profile (docs/chirpstack.md). If it is there, it failed: the device's "
        "`log` events say how. What came before cannot be decoded any more: discard.",
    )
    OBJECT_MALFORMED = (
        "object-malformed",
        "What the codec made of the frame is no object, or cannot be read at all.",
        "Look at the codec in the device profile: `data` has to be an object with a member for each value. Discard.",
    )
    OBJECT_EMPTY = (
        "object-empty",
        "The object has none of the channels of the device's type.",
        "A frame about the device itself, as many send after they joined: discard. If all are so, the codec is another "
        "one than the device type is for: look at docs/device-types.md, correct the type, and retry.",
    )
    OBJECT_VALUE = (
        "object-value",
        "A channel's place in the object has no number; the other values were stored.",
        "Look at the object: if the device says in this way that it has no value, add it to the channel's `missing` in "
        "the device type, and retry.",
    )
    OBJECT_UNIT = (
        "object-unit",
        "A number in the object has a unit that is not known or not one of its property; the other values were stored.",
        "Look at the object: if the codec is another one than the device type is for, correct the type; then retry.",
    )
    OBJECT_TIME = (
        "object-time",
        "The object does not say in the form of the device type when it was measured: the values have no time.",
        "Look at the object, correct `time` in the device type, and retry.",
    )
    PAYLOAD_EMPTY = (
        "payload-empty",
        "The payload has no reading, or a reading without a value.",
        "Look at the node: no instrument of it answers, or it runs another program. Discard.",
    )
    PAYLOAD_OVERSIZED = (
        "payload-oversized",
        "The payload is longer than LoRaWAN can carry, or than what is said in it.",
        "One of more than 222 bytes did not come over the air: look who publishes to the broker; else at the node's "
        "program. Discard.",
    )
    PAYLOAD_VERSION = (
        "payload-version",
        "The payload has a version that is not known.",
        "The node is newer than this worker, or another make: update plietsch and retry.",
    )
    PAYLOAD_TRUNCATED = (
        "payload-truncated",
        "The payload is cut off: its last reading, or what a node says of itself.",
        "Look at the fields of the frame and at the node's program: it sends more than the data rate lets it.",
    )
    PAYLOAD_PADDING = (
        "payload-padding",
        "The bits left over at the end of the payload are not zero.",
        "Look at the fields of the frame: the node encodes something else than docs/payload.md says.",
    )
    PAYLOAD_CODE = (
        "payload-code",
        "A field of the payload has a code that means nothing.",
        "Look at the fields of the frame: the node encodes something else than docs/payload.md says.",
    )
    NO_DEPLOYMENT = (
        "no-deployment",
        "The device was not deployed anywhere when it measured.",
        "If it hung there already, import the region with an earlier deployment.since, then retry.",
    )
    NO_DATASTREAM = (
        "no-datastream",
        "A channel of the deployment feeds no datastream; the other values were stored.",
        "Add the instrument to the device's sensors in the region file, import it, then retry.",
    )
    LINE_MALFORMED = (
        "line-malformed",
        "A line of a recording is not what the device type says of its recordings.",
        "The detail names file and line: mend it, or `recordings` of the type, import the file again, and discard.",
    )
    CLOCK_RESET = (
        "clock-reset",
        "The node's clock began anew, and nothing says how long before: the readings have no time.",
        "Change the battery of the node's clock. The frame is stored; nothing can give the readings a time. Discard.",
    )
    CLOCK_WRONG = (
        "clock-wrong",
        "The node's clock is years off: the readings have no time that can be believed.",
        "Set the node's clock, or let it join again. The frame is stored; the readings have no time. Discard.",
    )
    INTERPRET_FAILED = (
        "interpret-failed",
        "Ingest made a mistake of its own with the message.",
        "Report it, with the log of that moment; with a newer version, retry.",
    )
    STORE_FAILED = (
        "store-failed",
        "The database refused the message's data.",
        "The detail says what the database refused. Report it: ingest should have known; with a newer version, retry.",
    )


MEANINGS = {reason.value: reason.meaning for reason in Reason}


class Problem(NamedTuple):
    """Why a message, or a part of it, could not become observations; the detail is a sentence for the operator."""

    reason: Reason
    detail: str
