"""A device and its network, to talk to each other in tests: the node's frames on one side, the server on the other."""

import json
import random
import uuid
from typing import Any

from plietsch.firmware import identity
from plietsch.firmware.network import events, server
from plietsch.firmware.network.gateways import Copy, Gateway, Radio
from plietsch_node.lorawan import frame
from plietsch_node.lorawan.aes import Aes128

GATEWAY = Gateway("a840411f75f10001", "roof", 9.43, 54.78, 0.0)
OTHER = Gateway("a840411f75f10002", "mast", 9.44, 54.79, 20.0)
NAME = "somewhere"
SF7 = Radio(868_100_000, 7)
BETWEEN_FRAMES_S = 60.0
# Neither asks for anything by itself.
SILENT = server.Settings(adr=False, status_every_s=0)


class Device:
    """The device's side, without any rules of its own: it can be made to say whatever a test wants."""

    def __init__(self) -> None:
        self.app_key = Aes128(identity.app_key(NAME))
        self.dev_eui = bytes.fromhex(identity.dev_eui(NAME))
        self.join_eui = bytes.fromhex(identity.JOIN_EUI)
        self.dev_nonce = -1
        self.f_cnt = 0
        self.f_cnt_down = 0
        self.keys: Any = None
        self.accept: Any = None

    def join_request(self, dev_nonce: int | None = None) -> bytes:
        self.dev_nonce = self.dev_nonce + 1 if dev_nonce is None else dev_nonce
        return frame.encode_join_request(self.app_key, self.join_eui, self.dev_eui, self.dev_nonce)

    def join(self, phy: bytes) -> None:
        self.accept = frame.decode_join_accept(self.app_key, phy)
        self.keys = [Aes128(key) for key in frame.derive_keys(self.app_key, self.accept, self.dev_nonce)]
        self.f_cnt = self.f_cnt_down = 0

    def uplink(
        self,
        payload: bytes = b"",
        port: int | None = None,
        *,
        confirmed: bool = False,
        flags: int = 0,
        commands: bytes = b"",
        f_cnt: int | None = None,
    ) -> bytes:
        if f_cnt is not None:
            self.f_cnt = f_cnt
        kind = frame.CONFIRMED_UP if confirmed else frame.UNCONFIRMED_UP
        port = port or (1 if payload else None)
        data = frame.Data(kind, self.accept.dev_addr, flags, self.f_cnt, commands, port, payload)
        self.f_cnt += 1
        return frame.encode_data(*self.keys, data)

    def read(self, phy: bytes) -> frame.Data:
        """Return a downlink; a counter that went backwards has a wrong MIC."""
        f_cnt = frame.full_counter(frame.read_data(phy).f_cnt, self.f_cnt_down)
        self.f_cnt_down = f_cnt + 1
        return frame.decode_data(*self.keys, phy, f_cnt)


class Network:
    """One registered device, and a server that it talks to at `time_s`."""

    def __init__(self, settings: server.Settings = SILENT) -> None:
        self.published: list[tuple[str, events.Json]] = []
        self.registered = server.Device(identity.device_info(NAME), identity.JOIN_EUI, identity.app_key(NAME))
        dice = random.Random(1)
        self.server = server.NetworkServer(
            [self.registered],
            publish=lambda topic, event: self.published.append((topic, event)),
            new_address=lambda: dice.getrandbits(25),
            settings=settings,
        )
        self.time_s = 1_000_000_000.0
        self.device = Device()

    @property
    def session(self) -> Any:
        return self.registered.session

    def hear(
        self,
        phy: bytes,
        gateway: Gateway = GATEWAY,
        after_s: float = 0.0,
        radio: Radio = SF7,
        snr_db: float = 5.0,
        rssi_dbm: int = -90,
    ) -> None:
        self.server.hear(Copy(phy, gateway, radio, 7, self.time_s + after_s, rssi_dbm, snr_db))

    def settle(self, after_s: float = 0.2) -> list[server.Downlink]:
        downlinks = self.server.settle(self.time_s + after_s)
        self.time_s += BETWEEN_FRAMES_S
        return downlinks

    def send(self, phy: bytes, radio: Radio = SF7, snr_db: float = 5.0) -> server.Downlink | None:
        """Let the gateway hear a frame; return what comes back."""
        self.hear(phy, radio=radio, snr_db=snr_db)
        downlinks = self.settle()
        assert len(downlinks) <= 1
        return downlinks[0] if downlinks else None

    def exchange(self, phy: bytes, radio: Radio = SF7, snr_db: float = 5.0) -> frame.Data | None:
        """Let a frame go and its answer come: return what the device reads."""
        if not (downlink := self.send(phy, radio, snr_db)):
            return None
        self.server.sent(downlink)
        return self.device.read(downlink.phy_payload)

    def join(self) -> None:
        accept = self.send(self.device.join_request())
        assert accept
        self.device.join(accept.phy_payload)

    def enqueue(self, data: str = "qg==", **fields: Any) -> str:
        """Put a downlink into the device's queue; return its id."""
        dev_eui = identity.dev_eui(NAME)
        command = {"id": str(uuid.uuid4()), "devEui": dev_eui, "fPort": 3, "data": data, **fields}
        assert self.server.enqueue(dev_eui, json.dumps(command).encode())
        return str(command["id"])

    def kinds(self) -> list[str]:
        return [topic.rpartition("/")[2] for topic, _ in self.published]

    def events(self, kind: str) -> list[events.Json]:
        return [event for topic, event in self.published if topic.endswith(f"/{kind}")]


def joined(settings: server.Settings = SILENT) -> Network:
    """Return a network that the device has just joined."""
    network = Network(settings)
    network.join()
    network.published.clear()
    return network
