"""The verb of this room: `plietsch simulate`."""

from plietsch.firmware.commands.simulate import app

__all__ = ["app"]
