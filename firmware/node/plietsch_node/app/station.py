"""The fine-dust station: asks its instruments, keeps their readings, sends them in as few frames as they fit.

Ports: a clock has `time_s()`, whole seconds of Unix time or, until it is set, since the start, and `is_set`; a radio
has `send(phy)` and `receive()`, which gives the bytes heard in the receive windows or None.
"""

from collections import namedtuple

from plietsch_node.app import payload
from plietsch_node.drivers.errors import SensorError
from plietsch_node.lorawan.errors import FrameError

MAX_PAYLOAD_BYTES = 51  # what every data rate of EU868 carries (RP002, M without repeater, DR0–2)
BUFFER_READINGS = 96  # eight hours of one every five minutes, about 40 kB
WIDE_AFTER_S = 16 * 3600  # docs/payload.md: the receiver recognises 16 bits for 17 hours

# One frame that went out, and the readings in it.
Sent = namedtuple("Sent", ("f_cnt", "readings"))


class Node:
    """A station of `instruments`, a mapping from name to object with `channels` and `read()`."""

    def __init__(self, instruments, session, radio, clock, battery=None, buffer_readings=BUFFER_READINGS):
        self.max_payload = MAX_PAYLOAD_BYTES
        self.dropped = 0
        self._instruments = dict(instruments)
        if battery is not None:
            self._instruments["battery"] = battery
        self._session = session
        self._radio = radio
        self._clock = clock
        self._buffer_readings = buffer_readings
        self._buffer = []  # of (whether the clock was set, reading), oldest first

    @property
    def waiting(self):
        """How many readings wait to be sent."""
        return len(self._buffer)

    def join(self):
        """Ask the network for a session; return whether it gave one."""
        self._radio.send(self._session.join_request())
        phy = self._radio.receive()
        if phy is None:
            return False
        try:
            self._session.join_accept(phy)
        except FrameError:
            return False  # the answer to another device, or noise
        return True

    def measure(self, names=None):
        """Ask the instruments of these `names`, or all, keep the reading for `flush` and return it.

        An instrument that fails leaves None for its channels, and the others are asked all the same.
        """
        clock_set, time_s = self._clock.is_set, self._clock.time_s()
        values = {}
        for name in self._instruments if names is None else names:
            for channel, value in _ask(self._instruments[name]).items():
                # A second instrument for a channel counts where the first gave nothing.
                if values.get(channel) is None:
                    values[channel] = value
        reading = (time_s, values)
        self._keep((clock_set, reading))
        return reading

    def flush(self):
        """Send what waits; return a `Sent` for each frame.

        What the radio refuses (an OSError) goes on waiting. Raises NotJoined.
        """
        sent = []
        while self._buffer:
            readings, clock_set, wide = self._next_frame()
            f_cnt = self._session.f_cnt_up
            frame = payload.encode(readings, clock_set, wide)
            self._radio.send(self._session.uplink(payload.PORT, frame))
            del self._buffer[: len(readings)]
            sent.append(Sent(f_cnt, readings))
        return sent

    def _next_frame(self):
        """Return the readings of the next frame, with its two flags."""
        clock_set, (oldest_s, _) = self._buffer[0]
        wide = self._clock.time_s() - oldest_s > WIDE_AFTER_S
        readings = []
        for was_set, reading in self._buffer:
            # One flag of the frame says it of all its times.
            if was_set != clock_set:
                break
            readings.append(reading)
        # A reading is never larger than the smallest payload of EU868, so that at least one fits.
        return readings[: payload.how_many_fit(readings, self.max_payload, wide)], clock_set, wide

    def _keep(self, entry):
        if len(self._buffer) >= self._buffer_readings:
            del self._buffer[0]
            self.dropped += 1
        self._buffer.append(entry)


def _ask(instrument):
    try:
        return instrument.read()
    except SensorError:
        return dict.fromkeys(instrument.channels)
