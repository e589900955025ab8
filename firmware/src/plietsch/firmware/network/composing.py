"""What goes into a downlink, as far as it fits: an ACK, MAC commands, one of the application's messages. Pure.

Source: TS001-1.0.4, section 4.3.1; the order of preference is ChirpStack's (chirpstack/src/downlink/data.rs): MAC
commands first, up to 15 bytes of them beside a message, more on port 0 in place of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plietsch.firmware.network import downlinks, frames, mac_commands
from plietsch.firmware.network.session import Block, Session


@dataclass(frozen=True, slots=True)
class Matter:
    """What there is to be said; `must_send` asks for a frame even if there is nothing, `more` waits behind `item`."""

    ack: bool
    must_send: bool
    blocks: Sequence[Block]
    item: downlinks.Item | None
    more: bool
    adr: bool

    def __bool__(self) -> bool:
        """Whether a frame is due."""
        return self.ack or self.must_send or bool(self.blocks) or self.item is not None


@dataclass(frozen=True, slots=True)
class Composed:
    """A frame with what it carries."""

    frame: frames.DataDown
    blocks: Sequence[Block]
    item: downlinks.Item | None


def compose(session: Session, matter: Matter, limit_bytes: int) -> Composed:
    """Return the frame for so many bytes of payload (FOpts included)."""
    blocks = _fitting(matter.blocks, limit_bytes)
    commands = b"".join(command.encode() for block in blocks for command in block)
    on_port_0 = len(commands) > frames.MOST_F_OPTS_BYTES
    item = matter.item
    if item and (on_port_0 or len(commands) + len(item.data) > limit_bytes):
        item = None
    frame = frames.DataDown(
        session.dev_addr,
        session.f_cnt_down,
        confirmed=item is not None and item.confirmed,
        adr=matter.adr,
        ack=matter.ack,
        f_pending=matter.more or (matter.item is not None and item is None),
        f_opts=b"" if on_port_0 else commands,
        f_port=0 if on_port_0 else item.f_port if item else None,
        data=commands if on_port_0 else item.data if item else b"",
    )
    return Composed(frame, blocks, item)


def _fitting(blocks: Sequence[Block], limit_bytes: int) -> list[Block]:
    """Return the first blocks that fit as a whole, and whose answers fit into the options of a single frame.

    "The Network Server shall not generate a sequence of MAC commands that may not be answered by the end-device in one
    single uplink" (TS001-1.0.4, section 5).
    """
    fitting: list[Block] = []
    answer_bytes = frames.MOST_F_OPTS_BYTES
    for block in blocks:
        limit_bytes -= sum(len(command.encode()) for command in block)
        answer_bytes -= sum(mac_commands.ANSWER_BYTES.get(command.CID, 0) for command in block)
        if limit_bytes < 0 or answer_bytes < 0:
            break
        fitting.append(block)
    return fitting
