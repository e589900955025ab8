"""Why a message did not become observations, or not all of its values did: the codes of `ingest_error.reason`.

`plietsch ingest errors` counts by them; the operating manual lists them from here.
"""

from enum import StrEnum


class Reason(StrEnum):
    """A code, with the sentence that explains it to an operator."""

    meaning: str

    def __new__(cls, code: str, meaning: str) -> "Reason":
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    TOPIC_MALFORMED = "topic-malformed", "The topic is not application/…/device/{DevEUI}/event/{kind}."
    EVENT_MALFORMED = "event-malformed", "The message is not an event of ChirpStack, neither in JSON nor in protobuf."
    DEVICE_MISMATCH = "device-mismatch", "The DevEUI of the topic is not that of the message."
    UNEXPECTED_PORT = "unexpected-port", "The frame came on a port that no decoder is registered for."
    PAYLOAD_EMPTY = "payload-empty", "The payload has no reading, or a reading without a value."
    PAYLOAD_OVERSIZED = "payload-oversized", "The payload is longer than LoRaWAN can carry."
    PAYLOAD_VERSION = "payload-version", "The payload has a version that is not known."
    PAYLOAD_TRUNCATED = "payload-truncated", "The last reading of the payload is cut off."
    PAYLOAD_PADDING = "payload-padding", "The bits left over at the end of the payload are not zero."
    PAYLOAD_CODE = "payload-code", "A field of the payload has a code that means nothing."
    NO_DEPLOYMENT = "no-deployment", "The device was not deployed anywhere when it measured."
    NO_DATASTREAM = "no-datastream", "A channel of the deployment feeds no datastream; the other values were stored."
    CLOCK_RESET = (
        "clock-reset",
        "The node's clock began anew, and nothing says how long before: the readings have no time.",
    )
    CLOCK_WRONG = "clock-wrong", "The node's clock is years off: the readings have no time that can be believed."
    STORE_FAILED = "store-failed", "The database refused the message's data."


MEANINGS = {reason.value: reason.meaning for reason in Reason}
