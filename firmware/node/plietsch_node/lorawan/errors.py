"""What can be wrong with a frame or a session.

    LorawanError
    ├── FrameError
    │   ├── Truncated
    │   ├── WrongType
    │   ├── Malformed
    │   ├── BadMic
    │   ├── NotAsked
    │   ├── JoinNonceUsed
    │   └── WrongAddress
    ├── NotJoined
    ├── NotReady
    └── PayloadTooLong

The docstring of an error is its message.
"""


class LorawanError(Exception):
    """Something is wrong with a frame or a session."""

    def __init__(self, message=None):
        # Many builds of MicroPython leave docstrings out.
        super().__init__(message or getattr(self, "__doc__", None) or type(self).__name__)


class FrameError(LorawanError):
    """The frame is not valid."""


class Truncated(FrameError):
    """The frame is shorter than its header says."""


class WrongType(FrameError):
    """The frame is of another type or another major version than the one expected."""


class Malformed(FrameError):
    """The frame contradicts itself: MAC commands both in FOpts and on port 0, or a join-accept of odd length."""


class BadMic(FrameError):
    """The message integrity code does not belong to this frame, key and counter."""


class NotAsked(FrameError):
    """The join-accept answers no join-request, or one that has been answered."""


class JoinNonceUsed(FrameError):
    """The join-accept is the one that opened the session: it came late, or somebody repeats it."""


class WrongAddress(FrameError):
    """The frame is addressed to another device."""


class NotJoined(LorawanError):
    """There is no session: the device has not joined."""


class NotReady(LorawanError):
    """The duty cycle does not allow a frame yet: see `ready_at_ms`."""


class PayloadTooLong(LorawanError):
    """The payload does not fit a frame at this data rate: see `max_payload`."""
