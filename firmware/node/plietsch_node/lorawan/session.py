"""A device's session with its network: who it is, its keys, its counters.

What must survive power-off goes through a store, an object with `get(name)` (None where there is nothing) and
`put(name, value)`; names and values are short strings, integers and dicts of them, so that JSON can hold them. A
counter is stored before the frame that uses it is handed out, and keys before counters begin anew: after a power
cut a number may be skipped, none used twice.
"""

import binascii

from plietsch_node.lorawan import frame
from plietsch_node.lorawan.errors import NotAsked, NotJoined, WrongAddress, WrongType

MAX_DEV_NONCE = 0xFFFF


class MemoryStore:
    """A store that forgets: for tests, and for a simulated node whose state nobody keeps."""

    def __init__(self):
        self._values = {}

    def get(self, name):
        """Return what was put under `name`, or None."""
        return self._values.get(name)

    def put(self, name, value):
        """Keep `value` under `name`."""
        self._values[name] = value


class Session:
    """One device at one network (OTAA, LoRaWAN 1.0.4).

    `dev_eui` and `join_eui` are 8 bytes, most significant first; `app_key` 16; `cipher` makes a cipher of a key.
    """

    def __init__(self, dev_eui, join_eui, app_key, cipher, store):
        self.dev_eui = dev_eui
        self.join_eui = join_eui
        self.rx_delay_s = 1
        self.dev_addr = None
        self._asked = False
        self._cipher = cipher
        self._app = cipher(app_key)
        self._store = store
        self._resume()

    @property
    def joined(self):
        """Whether there are keys and counters to send with."""
        return self.dev_addr is not None

    @property
    def f_cnt_up(self):
        """The counter of the next uplink."""
        return self._store.get("f_cnt_up") or 0

    def join_request(self):
        """Return the next join-request. Its DevNonce counts up and is never used again (section 6.2.4).

        Raises NotJoined when all 65 536 are used up: the device needs a new JoinEUI.
        """
        last = self._store.get("dev_nonce")
        dev_nonce = 0 if last is None else last + 1
        if dev_nonce > MAX_DEV_NONCE:
            raise NotJoined("every DevNonce of this JoinEUI is used up")
        self._store.put("dev_nonce", dev_nonce)
        self._asked = True
        return frame.encode_join_request(self._app, frame.JoinRequest(self.join_eui, self.dev_eui, dev_nonce))

    def join_accept(self, phy):
        """Begin the session that the network offers in `phy`, and return the JoinAccept.

        Raises FrameError, and then the former session goes on. A request is answered once: the same answer again would
        begin the counters anew with the same keys.
        """
        if not self._asked:
            raise NotAsked()
        accept = frame.decode_join_accept(self._app, phy)
        self._asked = False
        network, application = frame.derive_keys(self._app, accept, self._store.get("dev_nonce"))
        self._store.put(
            "session",
            {
                "dev_addr": accept.dev_addr,
                "nwk_s_key": _hex(network),
                "app_s_key": _hex(application),
                "rx_delay_s": accept.rx_delay_s,
            },
        )
        self._store.put("f_cnt_up", 0)
        self._store.put("f_cnt_down", 0)
        self._resume()
        return accept

    def uplink(self, port, payload, confirmed=False, f_opts=b"", flags=0):
        """Return the next data frame up. Raises NotJoined."""
        if not self.joined:
            raise NotJoined()
        f_cnt = self.f_cnt_up
        self._store.put("f_cnt_up", f_cnt + 1)
        kind = frame.CONFIRMED_UP if confirmed else frame.UNCONFIRMED_UP
        data = frame.Data(kind, self.dev_addr, flags, f_cnt, f_opts, port, payload)
        return frame.encode_data(self._network, self._application, data)

    def downlink(self, phy):
        """Return the data frame that came down, decrypted, its counter in 32 bits.

        Raises NotJoined and FrameError; a frame heard before is a BadMic, as its counter is taken for a later one.
        """
        if not self.joined:
            raise NotJoined()
        on_air = frame.read_data(phy)
        if on_air.kind not in (frame.UNCONFIRMED_DOWN, frame.CONFIRMED_DOWN):
            raise WrongType()
        if on_air.dev_addr != self.dev_addr:
            raise WrongAddress()
        f_cnt = frame.full_counter(on_air.f_cnt, self._store.get("f_cnt_down") or 0)
        data = frame.decode_data(self._network, self._application, phy, f_cnt)
        self._store.put("f_cnt_down", f_cnt + 1)
        return data

    def _resume(self):
        kept = self._store.get("session")
        if kept:
            self.dev_addr = kept["dev_addr"]
            self.rx_delay_s = kept["rx_delay_s"]
            self._network = self._cipher(binascii.unhexlify(kept["nwk_s_key"]))
            self._application = self._cipher(binascii.unhexlify(kept["app_s_key"]))


def _hex(key):
    return binascii.hexlify(key).decode()
