"""A device's session with its network: who it is, its keys, its counters, and how none of them is ever used twice.

| kept in | what | written |
|---|---|---|
| flash, "join" | the last DevNonce | before each join-request |
| flash, "session" | address, keys, what the network set | at a join, and when the network changes something |
| flash, "counters" | where reserved counters end, the next one down | each `RESERVED` frames, each downlink |
| RTC memory, "counters" | the next counter up | before each frame |

Flash holds a counter that is ahead of the one in use, as numbers are reserved before they are used: after a power-off,
when RTC memory is empty, the device goes on from there. At most `RESERVED` numbers are skipped, none is used twice.

Both flash records also say for how long the device may have to be silent after what it sent (see `duty`), which a clock
that begins anew cannot know. They name the session by its DevNonce: a power cut between two records leaves counters of
another session, which do not count.

Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), sections 4.3.1.5 (counters) and 6.2.4 (DevNonce).
"""

import binascii

from plietsch_node.lorawan import frame
from plietsch_node.lorawan.errors import FrameError, NotJoined

MAX_DEV_NONCE = 0xFFFF
MAX_COUNTER = 0xFFFFFFFF
RESERVED = 128  # a write every ten hours for a frame every five minutes, and far below the 2¹⁵ a network can follow


class Session:
    """One device at one network (OTAA, LoRaWAN 1.0.4).

    `keys` has `dev_eui`, `join_eui` and `app_key` as hex digits, most significant byte first; `cipher` makes a cipher
    of a key; `rtc` and `flash` are stores (`plietsch_node.storage`).
    """

    def __init__(self, keys, cipher, rtc, flash):
        self.dev_addr = None
        self.settings = None  # what the network set, as `Device` keeps it
        self._eui = binascii.unhexlify(keys["dev_eui"])
        self._join_eui = binascii.unhexlify(keys["join_eui"])
        self._cipher = cipher
        self._app = cipher(binascii.unhexlify(keys["app_key"]))
        self._rtc = rtc
        self._flash = flash
        self._asked = False
        self._resume()
        if self.settings is None:
            # Power was cut before what the accept said was kept: without it, the network is not heard.
            self.dev_addr = None

    @property
    def joined(self):
        """Whether there are keys and counters to send with."""
        return self.dev_addr is not None and self._up <= MAX_COUNTER

    @property
    def heard(self):
        """Whether the network was ever heard in this session: not so if its keys are of another request's accept."""
        return self._down > 0

    @property
    def silence_ms(self):
        """For how long the device must be silent at most after all it ever sent."""
        join = self._flash.get("join")
        # A join-request after the session's own is the newer one.
        asked = join and (not self.joined or join[0] != self._id)
        return max(self._silence_ms, join[1] if asked else 0)

    def join_request(self, silence_ms):
        """Return the next join-request, after which the device must be silent for `silence_ms`.

        `silence_ms` covers what was sent before, too. The DevNonce counts up and is never used again. Raises NotJoined
        when all 65 536 are used up: the device needs a new JoinEUI.
        """
        last = self._flash.get("join")
        # The session was opened by one, too, should the record of the last one be unreadable.
        used = [record[0] for record in (last, self._flash.get("session")) if record]
        dev_nonce = max(used) + 1 if used else 0
        if dev_nonce > MAX_DEV_NONCE:
            raise NotJoined("every DevNonce of this JoinEUI is used up")
        self._flash.put("join", [dev_nonce, silence_ms])
        self._asked = True
        return frame.encode_join_request(self._app, self._join_eui, self._eui, dev_nonce)

    def join_accept(self, phy):
        """Begin the session that the network offers in `phy`, and return the JoinAccept.

        Raises FrameError, and then the former session goes on. A request is answered once: the same answer again would
        begin the counters anew with the same keys.
        """
        if not self._asked:
            raise FrameError("not asked")
        accept = frame.decode_join_accept(self._app, phy)
        former = self._flash.get("session")
        if former and former[4] == accept.join_nonce:
            raise FrameError("repeated")
        self._asked = False
        dev_nonce, silence_ms = self._flash.get("join")
        network, application = frame.derive_keys(self._app, accept, dev_nonce)
        keys = [_hex(network), _hex(application)]
        self._flash.put("session", [dev_nonce, accept.dev_addr] + keys + [accept.join_nonce, None])
        self._flash.put("counters", [dev_nonce, 0, 0, silence_ms])
        self._resume()
        return accept

    def keep(self, settings):
        """Keep what the network has set, a list, with the session."""
        if settings != self.settings:
            self.settings = settings
            self._flash.put("session", self._flash.get("session")[:5] + [settings])

    def uplink(self, port, payload, confirmed, f_opts, flags, silence_ms):
        """Return the counter and the PHYPayload of the next data frame.

        After it the device must be silent for `silence_ms`. Raises NotJoined, also when all counters are used up.
        """
        if not self.joined:
            raise NotJoined()
        f_cnt = self._up
        if f_cnt >= self._reserved or silence_ms > self._silence_ms:
            self._reserved, self._silence_ms = max(self._reserved, f_cnt + RESERVED), silence_ms
            self._note()
        self._up = f_cnt + 1
        self._rtc.put("counters", [self._id, self._up])
        kind = frame.CONFIRMED_UP if confirmed else frame.UNCONFIRMED_UP
        data = frame.Data(kind, self.dev_addr, flags, f_cnt, f_opts, port, payload)
        return f_cnt, frame.encode_data(self._network, self._application, data)

    def owe(self, silence_ms):
        """Note that the device must be silent for `silence_ms` after the frame that goes out now."""
        if silence_ms > self._silence_ms:
            self._silence_ms = silence_ms
            self._note()

    def downlink(self, phy):
        """Return the data frame that came down, decrypted, its counter in 32 bits.

        Raises NotJoined and FrameError; a frame heard before has a wrong MIC, as its counter is taken for a later one.
        """
        if self.dev_addr is None:
            raise NotJoined()
        on_air = frame.read_data(phy)
        if on_air.kind not in (frame.UNCONFIRMED_DOWN, frame.CONFIRMED_DOWN):
            raise FrameError("wrong type")
        if on_air.dev_addr != self.dev_addr:
            raise FrameError("not ours")
        f_cnt = frame.full_counter(on_air.f_cnt, self._down)
        data = frame.decode_data(self._network, self._application, phy, f_cnt)
        # Before anybody acts on it: no power cut lets the same order be heard again.
        self._down = f_cnt + 1
        self._note()
        return data

    def _note(self):
        self._flash.put("counters", [self._id, self._reserved, self._down, self._silence_ms])

    def _resume(self):
        self._silence_ms = self._down = 0
        kept = self._flash.get("session")
        if not kept:
            return
        self._id, self.dev_addr, network, application, _, self.settings = kept
        self._network = self._cipher(binascii.unhexlify(network))
        self._application = self._cipher(binascii.unhexlify(application))
        counters = self._flash.get("counters")
        if not counters or counters[0] != self._id:
            # Power was cut between the records of a join, or nobody knows which numbers are used: no session.
            self.dev_addr = None
            return
        _, self._reserved, self._down, self._silence_ms = counters
        latest = self._rtc.get("counters")
        self._up = latest[1] if latest and latest[0] == self._id else self._reserved


def _hex(key):
    return binascii.hexlify(key).decode()
