"""What a node sends, and when: answers, its status, new readings at once, and with a confirmation what is not yet safe.

Where acknowledgements are cheap, each frame is confirmed, and carries what waits beside the new reading. Elsewhere a
new reading goes out unconfirmed; once the readings that wait for an acknowledgement would fill a frame, or have waited
for `confirm_after_s`, confirmed frames carry them. They go oldest first, or newest first while the water rises; what
is acknowledged leaves the ring. If no acknowledgement comes, the network is away: confirmed frames become rare, down
to one an hour, and new readings go on going out, as it may be that only the way back is blocked.

While the battery is low, nothing is confirmed but what has waited for `confirm_after_s`.

A reading is sent with its date, so that it is the same reading however often it is sent. Until the network has told the
time, each frame asks for it, and the status frame is sent again and again to carry the question. Where the network
acknowledges that and tells no time, a reading that was taken just now goes alone and without a date, and confirmed:
acknowledged, it is not sent again.
"""

import binascii

from plietsch_node.app import payload
from plietsch_node.lorawan.errors import LorawanError, NotReady

DAY_MS = 86400000
WIDE_AFTER_S = 16 * 3600  # docs/payload.md: the receiver recognises 16 bits for 17 hours
FAIR_CONFIRMATIONS = 8  # a day, of the ten downlinks that a community network allows
_RETRY_MS = 60000  # after a failure of the radio
# SF9: from there on an acknowledgement takes a gateway less than 0.2 s, so that it has time for a hundred nodes.
_FAST_DATA_RATE = 3
_PAUSE_MS, _LONGEST_PAUSE_MS = 300000, 3600000  # between confirmed frames while the network is away
_ASK_MS = 60000  # between the first two questions for the time; then twice as long, and so on
_VAIN = 3  # so many acknowledged questions for the time, and readings go without
_JUST_NOW_S = 60
_STALE_MS = 2 * DAY_MS  # a clock that nobody set for so long may be wrong by more than 16 bits of a time bear
_AHEAD_S = 1800  # docs/payload.md: the receiver recognises 16 bits for 53 minutes ahead
_CLOCK_SET = 8  # in a payload's first byte
_MOST_ANSWERS = 4  # they wait in RTC memory


class Reporter:
    """Sends for `node`, by `device`, what waits in `ring`; `state` is a former one's `state()`."""

    def __init__(self, node, device, ring, state=None):
        self._node = node
        self._device = device
        self._ring = ring
        self.status_due = False
        self._answers = []  # each: whether it was to a reboot, and its bytes in hexadecimal
        # The ms of the last status frame and of the last time from the network; the highest number sent; since when
        # readings wait; whether it is time for confirmed frames; how many in a row were not acknowledged, and when
        # the next one may go; whether a new reading's turn was last; how often the time was asked for in vain, and when
        # it may be again; the size of a reading; how many of these questions were acknowledged; when a status that was
        # not may be said again; whether, where nobody answers, it is a join-request's turn.
        self._status_ms, self._timed_ms = -DAY_MS, None
        self._sent, self._since_ms, self._draining, self._missed, self._confirm_ms = -1, None, False, 0, 0
        self._new_was_last, self._asked, self._ask_ms, self._bits = False, 0, 0, 0
        self._untold, self._tell_ms, self._joins = 0, 0, True
        if state:
            self._restore(state)
        # After a reset between two writes the ring may have begun a number again.
        self._sent = min(self._sent, ring.next_number - 1)

    def state(self):
        """Return what must survive deep sleep."""
        return [
            self._answers, self.status_due, self._status_ms, self._timed_ms, self._sent, self._since_ms, self._draining,
            self._missed, self._confirm_ms, self._new_was_last, self._asked, self._ask_ms, self._bits, self._untold,
            self._tell_ms, self._joins,
        ]  # fmt: skip

    def _restore(self, state):
        (
            self._answers, self.status_due, self._status_ms, self._timed_ms, self._sent, self._since_ms, self._draining,
            self._missed, self._confirm_ms, self._new_was_last, self._asked, self._ask_ms, self._bits, self._untold,
            self._tell_ms, self._joins,
        ) = state  # fmt: skip

    async def run(self):
        """Join if need be, and send what is due, as far as the duty cycle allows now.

        Return the clock's ms at which there will be more to do, or None if that is up to new readings.
        """
        while not self._node.reboot_wanted:
            self._node.feed()
            now = self._node.clock.ms()
            try:
                self._node.date()
                if await self._join(now):
                    continue
                if not self._device.joined:
                    return self._device.next_join_ms
                frame = self._next(now)
                ready_ms = self._device.ready_at_ms(len(frame[1])) if frame else self._later(now)
                # Nobody answers, but perhaps somebody hears: frames and join-requests take turns.
                self._joins = self._joins or not frame
                if self._device.lost and self._joins:
                    ready_ms = min(ready_ms, self._device.next_join_ms)
                if ready_ms > now:
                    return ready_ms
                if frame:
                    self._joins = True
                    await self._send(now, *frame)
            except NotReady:
                return now + 1000
            except (LorawanError, OSError):
                return self._node.clock.ms() + _RETRY_MS
            finally:
                self._node.remember()
        return None

    async def _join(self, now):
        """Ask for a session where there is none, or nobody answers in it; return whether it was asked for."""
        device = self._device
        if (device.joined and not (device.lost and self._joins)) or device.next_join_ms > now:
            return False
        self._joins = False
        if await device.join():
            self.status_due, self._tell_ms = True, 0
        return True

    def _next(self, now):
        """Return port, bytes, whether to confirm, and the readings of the next frame; None if nothing is due."""
        if self._answers:
            return payload.COMMANDS_PORT, binascii.unhexlify(self._answers[0][1]), False, ()
        due = now >= self._status_due_ms()
        if due or (not self._node.is_dated and now >= self._ask_ms):
            return payload.STATUS_PORT, self._node.status(), due or self._untold < _VAIN, ()
        if not self._node.is_dated and self._untold >= _VAIN and now >= self._confirm_ms:
            newest = self._ring.undated()
            if newest and newest[0] > self._sent and self._node.time_s() - newest[1] <= _JUST_NOW_S:
                return payload.PORT, payload.encode([newest[1:]], False), True, [newest]
        readings, confirmed = self._readings(now)
        if not readings:
            return None
        readings.sort()  # by number: in the order of their times
        pairs = [(time_s, values) for _, time_s, values in readings]
        wide = any(self._is_wide(time_s) for time_s, _ in pairs)
        return payload.PORT, payload.encode(pairs, True, wide), confirmed, readings

    def _status_due_ms(self):
        return max(0 if self.status_due else self._status_ms + DAY_MS, self._tell_ms)

    def _readings(self, now):
        """Return the readings of the next frame, and whether it is to be confirmed."""
        if not self._ring.waiting:
            self._draining, self._since_ms = False, None
            return [], False
        if self._since_ms is None:
            self._since_ms = now
        # The ring is read only if there is something new: a level node looks every minute.
        new = self._fitting(True, self._sent) if self._ring.next_number > self._sent + 1 else []
        if self._may_confirm(now):
            waiting = self._fitting(self._node.rising, -1)
            # If the newest reading is not among them, it takes turns with what waits.
            if not new or new[0][0] in [number for number, _, _ in waiting] or self._new_was_last:
                return waiting, bool(waiting)
        return new, False

    def _may_confirm(self, now):
        if now < self._confirm_ms:
            return False
        late = now - self._since_ms >= self._confirm_after_ms()
        if self._node.saving:
            return late
        cheap = self._device.data_rate >= _FAST_DATA_RATE and not self._spacing_ms()
        if cheap or late or self._fills_a_frame():
            self._draining = True
        return self._draining

    def _confirm_after_ms(self):
        return self._node.config["confirm_after_s"] * 1000

    def _fills_a_frame(self):
        """Return whether what waits is about as much as a frame holds."""
        return self._ring.waiting * self._bits >= self._device.max_payload() * 8 - payload.HEADER_BITS

    def _fitting(self, newest_first, above):
        """Return the readings beyond number `above` that fit a frame."""
        room = self._device.max_payload() * 8 - payload.HEADER_BITS
        found, size, version, wide = [], 0, 1, False
        for reading in self._ring.walk(newest_first):
            number, time_s, values = reading
            if number <= above:
                break
            # Without its flags, which depend on the version of the whole frame, and with a short time.
            size += payload.reading_bits(values, False, 1) - payload.FLAGS_BITS[1]
            version = max(version, payload.version_of(values))
            wide = wide or self._is_wide(time_s)
            each = payload.FLAGS_BITS[version] + 16 * wide
            if size + (len(found) + 1) * each > room:
                break
            found.append(reading)
        if found:
            self._bits = payload.reading_bits(found[0][2])
        return found

    def _is_wide(self, time_s):
        """Return whether a time has to be sent whole."""
        # Who does not know the time does not know how old a reading of a former life is.
        if not self._node.is_dated or self._timed_ms is None or self._node.clock.ms() - self._timed_ms > _STALE_MS:
            return True
        # A reading lies ahead whose clock was set back after it.
        return not -_AHEAD_S <= self._node.time_s() - time_s <= WIDE_AFTER_S

    async def _send(self, now, port, data, confirmed, readings):
        ask_time = self._timed_ms is None or now - self._timed_ms >= self._node.timed_for_ms
        if readings:
            # Before it is sent: power may fail while it is on air, and somebody have heard it.
            self._node.tell("sending", [time_s for _, time_s, _ in readings], confirmed)
        told = self._device.network_time
        receipt = await self._device.send(port, data, confirmed=confirmed, ask_time=ask_time)
        now = self._node.clock.ms()
        if port == payload.STATUS_PORT:
            self._sent_status(now, receipt)
        elif not readings:
            self._answer_sent()
        if self._device.network_time != told:
            self._node.set_time(*self._device.network_time)
            self._timed_ms, self._asked, self._untold = now, 0, 0
        elif ask_time and not self._node.is_dated:
            self._ask_ms = now + min(_ASK_MS << min(self._asked, 8), _LONGEST_PAUSE_MS)
            self._asked += 1
            self._untold += bool(receipt.acked)
        for downlink_port, command in receipt.downlinks:
            if downlink_port == payload.COMMANDS_PORT:
                self._obey(command)
        if receipt.more and not self._answers and port != payload.STATUS_PORT:
            self.status_due = True  # whatever is sent opens the window for what else the network has
        if readings:
            self._sent_readings(now, receipt, confirmed, readings, data[0] & _CLOCK_SET)

    def _sent_status(self, now, receipt):
        if not receipt.acked:
            # Of what nobody heard, nothing is forgotten.
            self._tell_ms = now + max(_LONGEST_PAUSE_MS, self._spacing_ms())
            return
        self.status_due, self._status_ms, self._tell_ms = False, now, 0
        self._node.status_sent()

    def _sent_readings(self, now, receipt, confirmed, readings, dated):
        times = [time_s for _, time_s, _ in readings]
        self._node.tell("sent", receipt.f_cnt, times, confirmed)
        self._new_was_last = not confirmed
        self._sent = max(self._sent, readings[-1][0])
        if not confirmed:
            return
        if receipt.acked:
            self._ring.ack([number for number, _, _ in readings])
            self._node.tell("acked", times)
            # What is left waits for more, unless it fills a frame already.
            if dated:
                self._since_ms, self._draining = now, False
            self._missed = 0
            self._confirm_ms = now + self._spacing_ms()
        else:
            # In a surge it is rather a gateway that failed than all of them, and each try may find another one.
            pause_ms = _RETRY_MS if self._node.rising else min(_PAUSE_MS << min(self._missed, 8), _LONGEST_PAUSE_MS)
            self._missed += 1
            self._confirm_ms = now + max(pause_ms, self._spacing_ms(), self._node.saving * self._confirm_after_ms())

    def _spacing_ms(self):
        config = self._node.config
        per_day = config["confirm_per_day"] or (FAIR_CONFIRMATIONS if config["lorawan"]["fair_use_s"] else 0)
        return DAY_MS // per_day if per_day else 0

    def _obey(self, data):
        from plietsch_node.app import commands  # seldom

        command = commands.parse(data)
        # Who has not heard the answer asks again, with the same token.
        if len(self._answers) < _MOST_ANSWERS:
            reboot = command.command == commands.REBOOT and command.result == commands.OK
            self._answers.append([reboot, binascii.hexlify(self._node.obey(command)).decode()])

    def _answer_sent(self):
        reboot, _ = self._answers.pop(0)
        if reboot:
            self._node.reboot_wanted = True

    def _later(self, now):
        """Return when there is something to do though nothing new comes."""
        due = [self._status_due_ms()]
        if not self._node.is_dated:
            due.append(self._ask_ms)
        elif self._ring.waiting:
            after_ms = self._since_ms + self._confirm_after_ms()
            if not self._node.saving and (self._draining or self._fills_a_frame()):
                after_ms = now
            due.append(max(after_ms, self._confirm_ms, now + _RETRY_MS))
        return min(due)
