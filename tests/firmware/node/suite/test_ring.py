"""The ring of readings: what goes in comes out, in order, until it is acknowledged; what goes is counted."""

from plietsch_node.app import payload, records
from plietsch_node.app.ring import SEGMENT_READINGS, Folder, Ring
from plietsch_node.memory import MemoryStore
from support.node_scene import MemoryFolder

T = 1767225600


class Shelf:
    """What a ring lies on, and the ring."""

    def __init__(self, readings=256, folder=None):
        self.folder = folder or MemoryFolder()
        self.rtc, self.flash = MemoryStore(), MemoryStore()
        self.readings = readings
        self.life = 1
        self.lost = []
        self.open()

    def open(self):
        """Take the ring up as after deep sleep."""
        self.ring = Ring(self.folder, self.rtc, self.flash, self.readings, self.life, self.lost.extend)
        return self.ring

    def cut_power(self):
        """Take it up as after a power cut."""
        self.rtc = MemoryStore()
        self.life += 1
        return self.open()

    def fill(self, count, start=T):
        """Record so many readings; return their numbers."""
        return [self.ring.append(start + i, {"rain_tips": (start + i) % 1000}) for i in range(count)]

    def times(self, newest_first=False):
        """Return the times of what waits."""
        return [time_s for _, time_s, _ in self.ring.walk(newest_first)]


def test_a_record_reads_back_as_what_the_payload_says():
    for group in payload.GROUPS:
        for channel, bits, lowest, steps, highest_code in group:
            for code in list(range(0, highest_code + 1, 61)) + [highest_code]:
                value = code / steps + lowest
                record = b"x" + records.pack(T, 0, {channel: value})
                assert records.values(record, 1) == {channel: value}
                assert payload.code(value, bits, lowest, steps, highest_code) == code
    beyond = {"pm10": float("inf"), "pm2_5": -float("inf"), "temperature": None, "battery": float("nan")}
    record = records.pack(T, 7, beyond)
    assert records.stamp(record, 0) == (T, 7)
    assert records.values(record, 0) == dict(beyond, battery=None)


def test_what_goes_in_comes_out_either_way():
    shelf = Shelf()
    numbers = shelf.fill(150)
    assert shelf.ring.waiting == 150
    assert shelf.times() == [T + i for i in range(150)]
    assert shelf.times(True) == [T + i for i in range(149, -1, -1)]
    assert [number for number, _, _ in shelf.ring.walk()] == numbers == sorted(numbers)
    assert next(shelf.ring.walk())[2] == {"rain_tips": T % 1000}


def test_it_outlives_deep_sleep_and_power_cuts():
    shelf = Shelf()
    for i in range(100):
        shelf.fill(1, T + i)
        shelf.open()
        if i % 10 == 0:
            shelf.cut_power()
    assert shelf.ring.waiting == 100
    assert shelf.times() == [T + i for i in range(100)]
    assert len(shelf.folder.files) == 2


def test_what_is_acknowledged_goes_and_its_files_with_it():
    shelf = Shelf()
    numbers = shelf.fill(200)
    shelf.ring.ack(numbers[:70])
    assert shelf.ring.waiting == 130
    assert shelf.times()[0] == T + 70
    assert len(shelf.folder.files) == 3
    shelf.open()
    shelf.ring.ack(numbers[190:])
    assert shelf.times(True)[0] == T + 189
    shelf.ring.ack(numbers[:190])
    assert (shelf.ring.waiting, shelf.times(), shelf.folder.files) == (0, [], {})
    assert shelf.fill(1)[0] > numbers[-1]
    shelf.open()
    assert shelf.times() == [T]


def test_acknowledged_twice_counts_once():
    shelf = Shelf()
    numbers = shelf.fill(10)
    shelf.ring.ack(numbers[:5])
    shelf.ring.ack(numbers[:6])
    assert shelf.ring.waiting == 4


def test_after_a_power_cut_less_than_a_segment_is_sent_again():
    shelf = Shelf()
    numbers = shelf.fill(200)
    shelf.ring.ack(numbers[:100])
    shelf.cut_power()
    assert 100 <= shelf.ring.waiting < 100 + SEGMENT_READINGS
    assert shelf.times()[-100:] == [T + i for i in range(100, 200)]


def test_when_it_is_full_the_oldest_go_and_are_counted():
    shelf = Shelf(readings=128)
    numbers = shelf.fill(128)
    shelf.ring.ack(numbers[10:20])
    shelf.fill(1, T + 128)
    assert shelf.ring.dropped == SEGMENT_READINGS - 10
    assert shelf.lost == [T + i for i in range(SEGMENT_READINGS) if not 10 <= i < 20]
    assert shelf.ring.waiting == 65
    shelf.cut_power()
    assert shelf.ring.dropped == SEGMENT_READINGS - 10
    assert shelf.ring.waiting == 65
    shelf.fill(300, T + 200)
    assert shelf.ring.waiting <= 128
    assert shelf.ring.waiting + shelf.ring.dropped == 429 - 10
    assert len(shelf.folder.files) == 2


def test_more_is_remembered_than_there_is_room_for():
    shelf = Shelf(readings=4096)
    numbers = shelf.fill(1280)
    for start in range(0, 1280, SEGMENT_READINGS):
        shelf.ring.ack(numbers[start : start + 10])
    # Of the oldest segments it is forgotten: they go once more.
    assert shelf.ring.waiting == 1280 - 8 * 10
    assert len(shelf.times()) == shelf.ring.waiting
    shelf.open()
    assert len(shelf.times()) == shelf.ring.waiting


def test_a_torn_record_is_none_and_harms_no_other():
    shelf = Shelf()
    shelf.fill(3)
    whole = dict(shelf.folder.files)
    shelf.fill(1, T + 3)
    torn = shelf.folder.files["0"]
    for size in range(len(whole["0"]), len(torn)):
        shelf.folder.files = {"0": torn[:size]}
        shelf.cut_power()
        assert shelf.times() == [T, T + 1, T + 2]
        shelf.fill(2, T + 10)
        assert shelf.times() == [T, T + 1, T + 2, T + 10, T + 11]
        shelf.cut_power()
        assert shelf.times() == [T, T + 1, T + 2, T + 10, T + 11]


def test_a_record_with_a_wrong_bit_is_passed_over():
    shelf = Shelf()
    shelf.fill(5)
    data = bytearray(shelf.folder.files["0"])
    data[len(data) // 5 * 2 + 5] ^= 4
    shelf.folder.files["0"] = bytes(data)
    shelf.cut_power()
    assert shelf.times() == [T, T + 1, T + 3, T + 4]
    assert shelf.ring.waiting == 4
    shelf.ring.ack([number for number, _, _ in shelf.ring.walk()])
    assert (shelf.ring.waiting, shelf.folder.files) == (0, {})


def test_readings_without_a_clock_wait_for_their_date():
    shelf = Shelf()
    shelf.ring.append(5, {"pm10": 1}, dated=False)
    shelf.ring.append(305, {"pm10": 2}, dated=False)
    assert (shelf.ring.waiting, shelf.times()) == (2, [])
    shelf.open()
    shelf.ring.date(T)
    assert shelf.times() == [T + 5, T + 305]
    shelf.cut_power()
    assert shelf.times() == [T + 5, T + 305]
    shelf.ring.ack([number for number, _, _ in shelf.ring.walk()])
    shelf.cut_power()
    assert shelf.flash.get("ring")[3] == []


def test_the_second_of_a_reading_without_a_clock_is_the_right_one():
    shelf = Shelf()
    shelf.ring.append(5, {"pm10": 1}, dated=False, ms=600)
    shelf.ring.append(6, {"pm10": 2}, dated=False, ms=100)
    shelf.ring.date(T, 500)
    assert shelf.times() == [T + 6, T + 6]


def test_readings_of_a_life_that_nobody_dated_are_dropped_once():
    shelf = Shelf()
    shelf.ring.append(5, {"pm10": 1}, dated=False)
    shelf.fill(2)
    shelf.cut_power()
    assert (shelf.ring.waiting, shelf.ring.dropped, shelf.lost) == (2, 1, [5])
    shelf.ring.append(7, {"pm10": 1}, dated=False)
    shelf.open()
    assert (shelf.ring.waiting, shelf.ring.dropped) == (3, 1)
    shelf.cut_power()
    shelf.cut_power()
    assert (shelf.ring.waiting, shelf.ring.dropped, shelf.lost) == (2, 2, [5, 7])


def test_more_lives_than_dates():
    shelf = Shelf()
    for _ in range(12):
        shelf.ring.append(5, {"pm10": 1}, dated=False)
        shelf.ring.date(T + 1000 * shelf.life)
        shelf.cut_power()
    assert shelf.ring.dropped == 4
    assert shelf.times() == [T + 1000 * life + 5 for life in range(5, 13)]
    shelf.cut_power()
    assert shelf.ring.dropped == 4


def test_a_flash_that_fails_once_costs_nothing():
    shelf = Shelf()
    shelf.fill(3)
    works = shelf.folder.append
    calls = []

    def fails_once(name, data):
        calls.append(name)
        if len(calls) == 1:
            works(name, data[:4])
            raise OSError(5)
        works(name, data)

    shelf.folder.append = fails_once
    shelf.fill(3, T + 3)
    assert shelf.times() == [T + i for i in range(6)]
    assert (shelf.ring.waiting, shelf.ring.dropped) == (6, 0)
    shelf.cut_power()
    assert shelf.times() == [T + i for i in range(6)]


def test_files_of_a_real_folder():
    folder = Folder("ring-of-a-test")
    try:
        shelf = Shelf(folder=Folder("ring-of-a-test"))
        shelf.fill(70)
        assert sorted(folder.names()) == ["0", "1"]
        shelf.cut_power()
        assert len(shelf.times()) == 70
        shelf.ring.ack([number for number, _, _ in shelf.ring.walk()])
        assert folder.names() == []
    finally:
        import os

        for name in folder.names():
            folder.remove(name)
        os.rmdir("ring-of-a-test")


def _refusing(store, name, times):
    """Let `store` refuse to keep `name` so many times."""
    put = store.put
    left = [times]

    def refuse(each, value):
        if each == name and left[0]:
            left[0] -= 1
            raise OSError(28)
        put(each, value)

    store.put = refuse


def test_what_goes_is_counted_once_though_the_flash_refuses_the_count():
    shelf = Shelf(readings=128)
    _refusing(shelf.flash, "ring", 1000)
    for i in range(400):
        shelf.fill(1, T + i)
        shelf.open()
    assert len(shelf.lost) == len(set(shelf.lost)) == shelf.ring.dropped
    assert shelf.ring.waiting + shelf.ring.dropped == 400
    assert shelf.times() == [T + i for i in range(shelf.ring.dropped, 400)]


def test_a_full_flash_is_freed_by_the_oldest_segment():
    shelf = Shelf(readings=1024)
    shelf.fill(256)
    folder = shelf.folder
    works, takes = folder.append, shelf.flash.put
    most = sum(len(data) for data in folder.files.values())

    def full(_=None):
        return sum(len(data) for data in folder.files.values()) >= most

    def append(name, data):
        if full():
            raise OSError(28)
        works(name, data)

    def put(name, value):
        if full():
            raise OSError(28)
        takes(name, value)

    folder.append, shelf.flash.put = append, put
    shelf.fill(100, T + 256)
    assert shelf.ring.dropped == len(shelf.lost) == 2 * SEGMENT_READINGS
    assert shelf.times() == [T + i for i in range(128, 356)]
    shelf.cut_power()
    assert (shelf.ring.dropped, shelf.ring.waiting) == (128, 228)


def test_a_flash_that_lets_nothing_go_keeps_what_it_has():
    shelf = Shelf(readings=128)
    shelf.fill(128)
    _refusing(shelf.flash, "ring", 1000)
    works = shelf.folder.remove

    def stuck(name):
        raise OSError(30)

    shelf.folder.remove = stuck
    try:
        shelf.fill(1, T + 128)
        raise AssertionError
    except OSError:
        pass
    assert (shelf.ring.dropped, shelf.ring.waiting, shelf.lost) == (0, 128, [])
    shelf.folder.remove = works
    shelf.ring.lose(T + 128)
    shelf.open()
    assert (shelf.ring.dropped, shelf.ring.waiting, shelf.lost) == (1, 128, [T + 128])


def test_a_date_that_the_flash_refuses_is_said_again():
    shelf = Shelf()
    shelf.ring.append(5, {"pm10": 1}, dated=False)
    _refusing(shelf.flash, "ring", 2)
    for _ in range(2):
        shelf.ring.date(T)
        assert (shelf.ring.waiting, shelf.times()) == (1, [])
        shelf.open()
    shelf.ring.date(T)
    assert shelf.times() == [T + 5]
    shelf.cut_power()
    assert shelf.times() == [T + 5]


def test_what_nobody_can_date_is_counted_once_though_the_flash_refuses_at_first():
    shelf = Shelf()
    shelf.ring.append(5, {"pm10": 1}, dated=False)
    _refusing(shelf.flash, "ring", 1)
    shelf.cut_power()
    assert (shelf.ring.waiting, shelf.ring.dropped) == (0, 0)
    shelf.cut_power()
    shelf.cut_power()
    assert (shelf.ring.waiting, shelf.ring.dropped, shelf.lost) == (0, 1, [5])
