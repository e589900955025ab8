"""Stores: what is put is there again after a restart, and a torn write is none."""

import os

from plietsch_node.memory import MemoryStore
from plietsch_node.storage import FlashStore, RtcStore

FOLDER = "store-of-this-test"


class RtcMemory:
    """RTC memory as machine.RTC().memory."""

    def __init__(self, content=b""):
        self.content = content

    def __call__(self, content=None):
        if content is None:
            return self.content
        self.content = bytes(content)
        return None


def _emptied():
    """Return the path of an empty folder."""
    try:
        os.mkdir(FOLDER)
    except OSError:
        for name in os.listdir(FOLDER):
            os.remove(FOLDER + "/" + name)
    return FOLDER


def _keeps(make):
    make().put("a", [1, 2**40, "x", None])
    make().put("b", {"c": [0]})
    make().put("a", [3])
    assert make().get("a") == [3]
    assert make().get("b") == {"c": [0]}
    assert make().get("nothing") is None


def test_memory_keeps_as_long_as_it_is_there():
    store = MemoryStore()
    _keeps(lambda: store)


def test_rtc_memory_keeps_through_a_restart():
    memory = RtcMemory()
    _keeps(lambda: RtcStore(memory))


def test_flash_keeps_through_a_restart():
    folder = _emptied()
    _keeps(lambda: FlashStore(folder))
    _emptied()
    os.rmdir(folder)


def test_noise_in_rtc_memory_is_nothing():
    memory = RtcMemory()
    RtcStore(memory).put("a", 1)
    whole = memory.content
    for noise in (b"", b"\xff" * 40, whole[:-1], whole[:3], whole[:9] + b"?" + whole[10:]):
        assert RtcStore(RtcMemory(noise)).get("a") is None
    assert RtcStore(RtcMemory(whole)).get("a") == 1


def test_rtc_memory_is_bounded():
    memory = RtcMemory()
    store = RtcStore(memory, size=64)
    store.put("a", "x" * 20)
    try:
        store.put("a", "x" * 80)
    except OSError:
        assert store.get("a") == RtcStore(memory).get("a") == "x" * 20
    else:
        raise AssertionError("taken")


def test_a_file_cut_off_does_not_count():
    folder = _emptied()
    FlashStore(folder).put("a", [1, 2, 3])
    with open(folder + "/a.json.new", "wb") as file:
        file.write(b"cut o")
    assert FlashStore(folder).get("a") == [1, 2, 3]
    with open(folder + "/a.json", "wb") as file:
        file.write(b"cut off")
    assert FlashStore(folder).get("a") is None
    _emptied()
    os.rmdir(folder)
