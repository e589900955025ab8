"""What a node keeps: through deep sleep in RTC memory, through a power-off in flash.

A store has `get(name)`, None where there is nothing, and `put(name, value)`; names are short, values whatever JSON
holds. A `put` to flash is atomic: whoever loses power during it finds the old value or the new one.
"""

import binascii
import json
import os

RTC_BYTES = 2048  # of the ESP32's RTC slow memory, what MicroPython gives to users (MICROPY_HW_RTC_USER_MEM_MAX)
_CHECKSUM_BYTES = 4


class RtcStore:
    """A store in `memory`, called as machine.RTC().memory: without argument to read, with bytes to write.

    After a power-off the memory holds noise, which its checksum tells from values: the store is empty then. So it is
    for whoever was reset in the middle of a `put`: nothing lies there that a power-off might not take.
    """

    def __init__(self, memory, size=RTC_BYTES):
        self._memory = memory
        self._size = size
        self._values = _unsealed(memory()) or {}

    def get(self, name):
        """Return what was put under `name`, or None."""
        return self._values.get(name)

    def put(self, name, value):
        """Keep `value` under `name`. Raises OSError if it does not fit; then the old value stays."""
        before = self._values.get(name)
        self._values[name] = value
        sealed = _sealed(self._values)
        if len(sealed) > self._size:
            self._values[name] = before
            raise OSError(28)  # ENOSPC
        self._memory(sealed)


class FlashStore:
    """A store in `folder`, which must exist: a file for each name, written beside the old one and then renamed.

    littlefs replaces by rename at once or not at all (its DESIGN.md, "atomic move"), and spreads the wear.
    """

    def __init__(self, folder):
        self._folder = folder

    def get(self, name):
        """Return what was put under `name`, or None."""
        try:
            with open(self._path(name), "rb") as file:
                return _unsealed(file.read())
        except OSError:
            return None

    def put(self, name, value):
        """Keep `value` under `name`. Raises OSError if the flash is full; then the old value stays."""
        path = self._path(name)
        with open(path + ".new", "wb") as file:
            file.write(_sealed(value))
        os.rename(path + ".new", path)

    def _path(self, name):
        return self._folder + "/" + name + ".json"


def _sealed(value):
    """Return `value` as JSON behind its checksum."""
    data = json.dumps(value).encode()
    return binascii.crc32(data).to_bytes(_CHECKSUM_BYTES, "little") + data


def _unsealed(data):
    """Return the value in `data`, or None if it is not whole."""
    checksum, data = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if binascii.crc32(data).to_bytes(_CHECKSUM_BYTES, "little") != checksum:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return None
