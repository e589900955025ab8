"""What can be wrong with a frame or a session.

LorawanError
├── FrameError
├── NotJoined
├── NotReady
└── PayloadTooLong
"""


class LorawanError(Exception):
    """Something is wrong with a frame or a session."""


class FrameError(LorawanError):
    """The frame is not valid, or not for this device; the message says why."""


class NotJoined(LorawanError):
    """There is no session: the device has not joined."""


class NotReady(LorawanError):
    """The duty cycle does not allow a frame yet: see `ready_at_ms`."""


class PayloadTooLong(LorawanError):
    """The payload does not fit a frame at this data rate: see `max_payload`."""
