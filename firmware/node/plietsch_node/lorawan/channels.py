"""The channels a device may send on: the region's own, the network's list at joining, and what commands changed.

Sources: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), sections 4.3.1.1, 5.3, 5.6 and 5.9; Regional Parameters
RP002-1.0.4, section 2.4.
"""

from array import array

_EACH, _ALL_ON = 0, 6  # ChMaskCntl: a bit for each channel, or every defined one
_KEEP = 15  # as DataRate or TXPower of a LinkADRReq
_STATE_HZ = 100  # the unit on air, and four digits less in RTC memory


class ChannelPlan:
    """Frequencies and data rates by channel index; at first the region's default channels."""

    def __init__(self, region):
        self._region = region
        self._up_hz = array("I", [0] * region.MAX_CHANNELS)  # 0: no such channel
        self._down_hz = array("I", [0] * region.MAX_CHANNELS)  # of RX1; 0: the same as up
        self._rates = bytearray(region.MAX_CHANNELS)  # highest data rate << 4 | lowest
        self._mask = 0
        self.reset()

    def reset(self):
        """Go back to the default channels, all switched on."""
        for index in range(self._region.MAX_CHANNELS):
            self._define(index, 0, 0)
        for index, frequency_hz in enumerate(self._region.JOIN_CHANNELS_HZ):
            self._define(index, frequency_hz, self._region.MAX_JOIN_DATA_RATE << 4)

    def enable_defaults(self):
        """Switch on the default channels and leave the others as they are: the last step of ADR's back-off."""
        self._mask |= (1 << len(self._region.JOIN_CHANNELS_HZ)) - 1

    def usable(self, data_rate):
        """Return the indexes of the channels that are switched on and allow `data_rate`.

        The default channels where there is none left, as commands can bring about; empty only for a data rate that
        these do not allow, either.
        """
        allowed = [i for i in range(self._region.MAX_CHANNELS) if self._allows(i, data_rate)]
        on = [i for i in allowed if self._mask >> i & 1]
        return on or [i for i in allowed if i < len(self._region.JOIN_CHANNELS_HZ)]

    def frequency_hz(self, index):
        """Return where channel `index` sends."""
        return self._up_hz[index]

    def rx1_frequency_hz(self, index):
        """Return where the network answers in RX1 after an uplink on channel `index`."""
        return self._down_hz[index] or self._up_hz[index]

    def apply_cf_list(self, frequencies_hz):
        """Begin anew with the default channels and those of a join-accept's list (type 0), which follow them.

        A frequency of 0, or one that the region does not allow, leaves its channel undefined.
        """
        self.reset()
        first = len(self._region.JOIN_CHANNELS_HZ)
        for index, frequency_hz in enumerate(frequencies_hz):
            if self._region.band(frequency_hz) is not None:
                self._define(first + index, frequency_hz, self._region.MAX_JOIN_DATA_RATE << 4)

    def new_channel(self, index, frequency_hz, lowest, highest):
        """Obey a NewChannelReq if both answers are yes; return (frequency_ok, rates_ok). Frequency 0 removes."""
        if not len(self._region.JOIN_CHANNELS_HZ) <= index < self._region.MAX_CHANNELS:
            return False, False
        if frequency_hz == 0:
            self._define(index, 0, 0)
            return True, True
        rates_ok = lowest <= highest < len(self._region.DATA_RATES)
        frequency_ok = self._region.band(frequency_hz) is not None
        if rates_ok and frequency_ok:
            self._define(index, frequency_hz, highest << 4 | lowest)
        return frequency_ok, rates_ok

    def dl_channel(self, index, frequency_hz):
        """Obey a DlChannelReq if both answers are yes; return (frequency_ok, exists)."""
        exists = bool(self._defined() >> index & 1)
        frequency_ok = self._region.band(frequency_hz) is not None
        if exists and frequency_ok:
            self._down_hz[index] = frequency_hz
        return frequency_ok, exists

    def link_adr(self, requests, data_rate, power):
        """Obey a block of contiguous LinkADRReq wholly or not at all, at present at `data_rate` and `power`.

        A request is (data rate, power, mask, mask control, transmissions).

        Returns (mask_ok, rate_ok, power_ok, new), where new is (data_rate, power, transmissions), or None unless all
        are ok. The masks work in their order, everything else is the last request's.
        """
        mask = self._mask_after(requests)
        wanted_rate, wanted_power, _, _, transmissions = requests[-1]
        data_rate = data_rate if wanted_rate == _KEEP else wanted_rate
        power = power if wanted_power == _KEEP else wanted_power
        # With a mask that is refused, the data rate is judged by what the region knows.
        rate_ok = data_rate < len(self._region.DATA_RATES) if not mask else self._any_allows(mask, data_rate)
        power_ok = power < self._region.POWER_STEPS
        if not (mask and rate_ok and power_ok):
            return bool(mask), rate_ok, power_ok, None
        self._mask = mask
        return True, True, True, (data_rate, power, transmissions or 1)

    def state(self):
        """Return what differs from the default channels, as a list of integers that `restore` takes."""
        state = [self._mask]
        defaults = len(self._region.JOIN_CHANNELS_HZ)
        for i in range(self._region.MAX_CHANNELS):
            if self._down_hz[i] or (i >= defaults and self._up_hz[i]):
                state += [i, self._up_hz[i] // _STATE_HZ, self._down_hz[i] // _STATE_HZ, self._rates[i]]
        return state

    def restore(self, state):
        """Take over what `state` returned."""
        self.reset()
        for at in range(1, len(state), 4):
            self._define(state[at], state[at + 1] * _STATE_HZ, state[at + 3])
            self._down_hz[state[at]] = state[at + 2] * _STATE_HZ
        self._mask = state[0]

    def _define(self, index, frequency_hz, rates):
        """Define a channel and switch it on, or remove it (0 Hz); RX1 follows it again."""
        self._up_hz[index] = frequency_hz
        self._down_hz[index] = 0
        self._rates[index] = rates
        self._mask = self._mask | 1 << index if frequency_hz else self._mask & ~(1 << index)

    def _defined(self):
        mask = 0
        for index, frequency_hz in enumerate(self._up_hz):
            mask |= bool(frequency_hz) << index
        return mask

    def _allows(self, index, data_rate):
        rates = self._rates[index]
        return self._up_hz[index] and rates & 15 <= data_rate <= rates >> 4

    def _any_allows(self, mask, data_rate):
        return any(mask >> i & 1 and self._allows(i, data_rate) for i in range(self._region.MAX_CHANNELS))

    def _mask_after(self, requests):
        """Return the channels on after all of `requests`, 0 if that is none, or undefined ones are among them."""
        mask = 0
        for _, _, bits, control, _ in requests:
            if control not in (_EACH, _ALL_ON):
                return 0
            mask = self._defined() if control == _ALL_ON else bits
        return 0 if mask & ~self._defined() else mask
