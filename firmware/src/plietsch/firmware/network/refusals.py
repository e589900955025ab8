"""Why a network server does not take a frame."""

MALFORMED = "malformed frame"
UNKNOWN_DEVICE = "unknown device"
UNKNOWN_ADDRESS = "unknown device address"
WRONG_MIC = "wrong MIC"
NONCE_USED = "DevNonce used before"
REPLAYED = "frame counter used before"
WRONG_CHANNEL = "channel not given to the device"
TOO_LONG = "longer than the data rate allows"


class Refused(Exception):
    """A frame is refused for one of the reasons above; what it was is only for the log."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(f"{reason} ({what})")
        self.reason = reason
        self.what = what
