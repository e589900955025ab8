"""The node's memory of readings: a bounded ring of files, of which only one at a time is in the heap.

A record is its length, its bytes and a checksum; a segment is a file of up to 64 of them, only ever appended to,
named by its number. A record that a power cut tore is not a whole one, and was not recorded. Every reading is written
before it is sent: one append in five minutes is 100 000 a year, which spread over half of a 4 MB flash wears each of
its 500 blocks 200 times, of the 100 000 it lasts.

What is acknowledged is remembered in RTC memory, and a segment of which nothing waits any more is removed. After a
power cut some of a segment is sent once more, which the receiver recognises. When the ring is full its oldest segment
goes, and what of it still waited is counted as dropped: the count and the removal are one write. So it does when the
flash is full; the count then has to wait for the room, and RTC memory has it meanwhile.

Readings of a time without a clock carry the number of the node's start, its *life*, and count parts of a second, as it
need not have begun with a whole one. `date` says when it began; what nobody can date in a later life is dropped.
"""

import binascii
import os

from plietsch_node.app import records

SEGMENT_READINGS = 64
_CHECKSUM_BYTES = 2
_TICKS = 64  # a second: two years of them fit 32 bits
# How many segments may be acknowledged in part: the oldest one, the newest one, and some of times when the newest
# readings went first. What more is remembered would not fit RTC memory; it is sent again.
_MOST_MASKS = 8
_MOST_DATES = 8


class Folder:
    """The files of a folder, which is made if need be. Each method raises OSError."""

    def __init__(self, path):
        self._path = path
        try:
            os.mkdir(path)
        except OSError:
            pass  # it is there, or what comes next says what is wrong

    def names(self):
        """Return the names of the files."""
        return os.listdir(self._path)

    def read(self, name):
        """Return the bytes of a file."""
        with open(self._path + "/" + name, "rb") as file:
            return file.read()

    def append(self, name, data):
        """Write `data` behind what the file holds."""
        with open(self._path + "/" + name, "ab") as file:
            file.write(data)

    def remove(self, name):
        """Remove a file."""
        os.remove(self._path + "/" + name)


class Ring:
    """At most `readings` in `folder` (see `Folder`), taken in this `life`, a number that grows with each cold start.

    `dropped` counts what was lost since the node was new; `forgotten(times)` hears of it.
    """

    def __init__(self, folder, rtc, flash, readings, life, forgotten=None):
        self._folder = folder
        self._rtc = rtc
        self._flash = flash
        self._most = max(2, readings // SEGMENT_READINGS)
        self._life = life
        self._forgotten = forgotten
        # The lowest segment that counts, what was dropped, the life before which everything undated has been dropped,
        # and the dates of lives.
        self._first, self.dropped, self._void, self._dates = flash.get("ring") or [0, 0, 0, []]
        kept = rtc.get("ring")
        if kept:
            # Flash is written first; what it did not take is here only.
            self._first, self.dropped = max(self._first, kept[0]), max(self.dropped, kept[1])
        self._acked = dict(kept[-1]) if kept else {}
        if not kept or not self._resume(kept):
            self._scan()

    @property
    def next_number(self):
        """The number of the next reading; numbers grow."""
        return self._last * SEGMENT_READINGS + self._count

    def append(self, time_s, values, dated=True, ms=0):
        """Record a reading of Unix time, or of seconds and `ms` since power-on if it is not `dated`; return its number.

        Raises OSError if the flash does not take it, ValueError for values that no payload can say.
        """
        time = time_s if dated else ticks(time_s * 1000 + ms)
        body = records.pack(time, 0 if dated else self._life, values)
        record = bytes((len(body),)) + body + _checksum(body)
        if self._count >= SEGMENT_READINGS:
            self._begin()
        self._write(record)
        number = self.next_number
        self._count += 1
        self._size += len(record)
        self.waiting += 1
        self._undated += not dated
        self._remember()
        return number

    def lose(self, time_s):
        """Count a reading as dropped that could not be recorded."""
        self.dropped += 1
        self._keeps()  # what takes no reading may take no number either
        self._remember()
        self._tell_lost([time_s])

    def walk(self, newest_first=False):
        """Give number, Unix time and values of each reading that waits and has a date."""
        for segment in sorted(self._segments(), reverse=newest_first):
            data = self._read(segment)
            starts = _starts(data)
            places = range(len(starts))
            for place in reversed(places) if newest_first else places:
                if self._waits(segment, place, data, starts[place]):
                    time_s = self._unix_s(data, starts[place])
                    if time_s is not None:
                        yield segment * SEGMENT_READINGS + place, time_s, records.values(data, starts[place])

    def ack(self, numbers):
        """Forget the readings of these `numbers`: they have arrived."""
        touched, segments = set(), self._segments()
        for number in numbers:
            segment, place = divmod(number, SEGMENT_READINGS)
            mask = self._acked.get(segment, 0)
            if segment in segments and not mask >> place & 1:
                self._acked[segment] = mask | 1 << place
                self.waiting -= 1
                touched.add(segment)
        self._remember()
        for segment in touched:
            self._tidy(segment)
        self._remember()

    def date(self, start_s, ms=0):
        """Say the Unix time at which this life began, in seconds and `ms`; if flash refuses, it is to be said again."""
        if not self._undated:
            return
        # It may have been said before a reset.
        if all(life != self._life for life, _ in self._dates):
            dates, void, lost = self._dates + [[self._life, start_s * 1000 + ms]], self._void, []
            if len(dates) > _MOST_DATES:
                oldest, void = dates.pop(0)[0], self._life
                lost = [each for segment in self._segments() for each in self._times(segment, oldest)]
            if not self._changes(void, dates, lost):
                return
        self._undated = 0
        self._remember()

    def undated(self):
        """Return number, seconds since power-on and values of the newest reading if that waits for its date."""
        if not (self._undated and self._count):
            return None
        data, place = self._read(self._last), self._count - 1
        starts = _starts(data)
        if len(starts) != self._count or not self._waits(self._last, place, data, starts[-1]):
            return None
        time, life = records.stamp(data, starts[-1])
        if life != self._life:
            return None
        return self._last * SEGMENT_READINGS + place, second(time, 0), records.values(data, starts[-1])

    def _write(self, record):
        for drop_oldest in (False, True):
            try:
                return self._folder.append(str(self._last), record)
            except OSError:
                # A bad file, now perhaps with a torn end, or a full flash: go on in another one.
                self._begin(drop_oldest)
        return self._folder.append(str(self._last), record)

    def _begin(self, always=False):
        """Begin a segment; the oldest goes if there are enough, or `always`."""
        self._last, self._count, self._size = self._last + 1, 0, 0
        segments = sorted(self._segments())
        if segments and (always or len(segments) >= self._most):
            self._drop(segments[0])
        self._remember()

    def _drop(self, segment):
        lost = self._times(segment)
        before = self._first, self.dropped
        self._first, self.dropped = segment + 1, self.dropped + len(lost)
        kept = self._keeps()
        if not self._removes(str(segment)) and not kept:
            self._first, self.dropped = before
            raise OSError(28)  # ENOSPC
        if not kept:
            self._keeps()  # now there is room
        self._acked.pop(segment, None)
        self.waiting -= len(lost)
        self._tell_lost(lost)

    def _changes(self, void, dates, lost):
        """Keep other dates, and drop what has none now; return whether flash took it."""
        before = self._void, self._dates
        self._void, self._dates = void, dates
        self.dropped += len(lost)
        if not self._keeps():
            self._void, self._dates = before
            self.dropped -= len(lost)
            return False
        self.waiting -= len(lost)
        self._tell_lost(lost)
        return True

    def _tell_lost(self, times):
        if times and self._forgotten:
            self._forgotten(times)

    def _tidy(self, segment):
        """Remove the segment if nothing of it waits."""
        if self._times(segment) or not self._removes(str(segment)):
            return
        self._acked.pop(segment, None)
        if segment == self._last:
            self._last, self._count, self._size = segment + 1, 0, 0

    def _times(self, segment, life=None):
        """Return the times of what waits in a segment, of all or of one life."""
        data = self._read(segment)
        return [
            self._unix_s(data, start) or records.stamp(data, start)[0] // _TICKS
            for place, start in enumerate(_starts(data))
            if self._waits(segment, place, data, start) and life in (None, records.stamp(data, start)[1])
        ]

    def _waits(self, segment, place, data, start):
        if start < 0 or self._acked.get(segment, 0) >> place & 1:
            return False
        return records.stamp(data, start)[1] == self._life or self._unix_s(data, start) is not None

    def _unix_s(self, data, start):
        time_s, life = records.stamp(data, start)
        if life == 0:
            return time_s
        for dated, start_ms in self._dates:
            if dated == life:
                return second(time_s, start_ms)
        return None

    def _segments(self):
        return [int(name) for name in self._folder.names() if name.isdigit() and int(name) >= self._first]

    def _read(self, segment):
        try:
            return self._folder.read(str(segment))
        except OSError:
            return b""

    def _removes(self, name):
        """Remove a file; return whether flash allowed it."""
        try:
            self._folder.remove(name)
        except OSError:
            return False
        return True

    def _remember(self):
        while len(self._acked) > _MOST_MASKS:
            self.waiting += bin(self._acked.pop(min(self._acked))).count("1")
        acked = [[segment, mask] for segment, mask in self._acked.items()]
        places = [self._first, self.dropped, self._last, self._count, self._size]
        self._rtc.put("ring", places + [self.waiting, self._undated, acked])

    def _keeps(self):
        """Keep what only flash has; return whether it took it."""
        try:
            self._flash.put("ring", [self._first, self.dropped, self._void, self._dates])
        except OSError:
            return False
        return True

    def _resume(self, kept):
        """Take up what RTC memory holds; return whether the files agree with it."""
        first, _, self._last, self._count, self._size, self.waiting, self._undated, _ = kept
        return first == self._first and len(self._read(self._last)) == self._size

    def _scan(self):
        """Find out from the files what there is: after a power cut, or a reset between two writes."""
        for name in self._folder.names():
            if name.isdigit() and int(name) < self._first:
                self._removes(name)  # its loss is counted already
        segments = sorted(self._segments())
        self._acked = {segment: mask for segment, mask in self._acked.items() if segment in segments}
        self._last, self._count, self._size = (segments or [self._first])[-1], 0, 0
        self.waiting, self._undated, lost, lives = 0, 0, [], set()
        for segment in segments:
            lost += self._scan_segment(segment, lives)
        dates = [date for date in self._dates if date[0] in lives]
        if lost or len(dates) < len(self._dates):
            self.waiting += len(lost)
            if not self._changes(self._life, dates, lost):
                self.waiting -= len(lost)
                segments = []  # they stay, to be counted the next time
        for segment in segments:
            self._tidy(segment)
        self._remember()

    def _scan_segment(self, segment, lives):
        """Count what waits in a segment, collect the lives in it, and return the times of what nobody can date."""
        data = self._read(segment)
        starts = _starts(data)
        lost = []
        for place, start in enumerate(starts):
            time_s, life = records.stamp(data, start) if start >= 0 else (0, 0)
            if self._waits(segment, place, data, start):
                self.waiting += 1
                self._undated += life == self._life
                lives.add(life)
            elif start >= 0 and self._void <= life < self._life and self._unix_s(data, start) is None:
                lost.append(time_s // _TICKS)
        if segment == self._last:
            self._size = len(data)
            # Behind a torn record nothing would be found.
            self._count = len(starts) if _end(data) == len(data) else SEGMENT_READINGS
        return lost


def ticks(ms):
    """Return the time of a record that was made `ms` after power-on."""
    return ms * _TICKS // 1000 & 0xFFFFFFFF


def second(time, start_ms):
    """Return the Unix time of a record with the time `time` in a life that began at `start_ms`."""
    return ((2 * time + 1) * 500 // _TICKS + start_ms) // 1000


def _starts(data):
    """Return where each record's bytes start in a segment's `data`: -1 for one with a wrong checksum."""
    starts, at = [], 0
    end = _end(data)
    while at < end:
        size = data[at]
        body = data[at + 1 : at + 1 + size]
        whole = _checksum(body) == data[at + 1 + size : at + 1 + size + _CHECKSUM_BYTES]
        starts.append(at + 1 if whole else -1)
        at += 1 + size + _CHECKSUM_BYTES
    return starts


def _end(data):
    """Return where the last whole record of `data` ends."""
    at = 0
    while at < len(data) and data[at] and at + 1 + data[at] + _CHECKSUM_BYTES <= len(data):
        at += 1 + data[at] + _CHECKSUM_BYTES
    return at


def _checksum(body):
    return (binascii.crc32(body) & 0xFFFF).to_bytes(_CHECKSUM_BYTES, "little")
