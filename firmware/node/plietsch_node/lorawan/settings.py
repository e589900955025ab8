"""What the network has set for a device.

`Settings.state` is a list that JSON holds; `Session` keeps it in flash.

Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), section 4.3.1.1 (ADR).
"""

from plietsch_node.lorawan.channels import ChannelPlan


class Settings:
    """The receive windows, the data rate and power to send with, the channels."""

    def __init__(self, region, data_rate, adr=True):
        self.adr = adr
        self._region = region
        self.plan = ChannelPlan(region)
        self.begin(data_rate)

    def begin(self, data_rate):
        """Take what holds before a network has said anything."""
        self.rx1_delay_s = 1
        self.rx1_offset = 0
        self.rx2_data_rate = self._region.RX2_DATA_RATE
        self.rx2_hz = self._region.RX2_HZ
        self.data_rate = data_rate
        self.power = 0
        self.transmissions = 1
        self.duty_exponent = 0
        self.plan.reset()

    def accept(self, accept, data_rate):
        """Take what a join-accept says (section 6.2.5); `data_rate` is that of the join-request."""
        self.begin(data_rate)
        self.rx1_delay_s = accept.rx_delay_s
        self.rx1_offset = accept.dl_settings >> 4 & 7
        if accept.dl_settings & 15 < len(self._region.DATA_RATES):
            self.rx2_data_rate = accept.dl_settings & 15
        self.plan.apply_cf_list(accept.frequencies_hz)

    def state(self):
        """Return everything as a list."""
        return [
            self.rx1_delay_s, self.rx1_offset, self.rx2_data_rate, self.rx2_hz, self.data_rate, self.power,
            self.transmissions, self.duty_exponent, self.plan.state(),
        ]  # fmt: skip

    def restore(self, state):
        """Take what `state` returned."""
        (
            self.rx1_delay_s, self.rx1_offset, self.rx2_data_rate, self.rx2_hz, self.data_rate, self.power,
            self.transmissions, self.duty_exponent, plan,
        ) = state  # fmt: skip
        self.plan.restore(plan)

    @property
    def power_dbm(self):
        """The power to send with, as EIRP."""
        return self._region.MAX_POWER_DBM - 2 * self.power

    def back_off(self):
        """Make it likelier to be heard (section 4.3.1.1): full power, then slower, then the default channels, too."""
        if self.power:
            self.power = 0
        elif self.data_rate:
            self.data_rate -= 1
        else:
            self.plan.enable_defaults()
            self.transmissions = 1

    def set_windows(self, rx1_offset, rx2_data_rate, rx2_hz):
        """Obey an RXParamSetupReq if all answers are yes; return (frequency_ok, rate_ok, offset_ok)."""
        offset_ok = rx1_offset <= self._region.MAX_RX1_OFFSET
        rate_ok = rx2_data_rate < len(self._region.DATA_RATES)
        frequency_ok = self._region.band(rx2_hz) is not None
        if offset_ok and rate_ok and frequency_ok:
            self.rx1_offset, self.rx2_data_rate, self.rx2_hz = rx1_offset, rx2_data_rate, rx2_hz
        return frequency_ok, rate_ok, offset_ok

    def keep_usable(self):
        """Have a data rate that some channel allows."""
        if not self.plan.usable(self.data_rate):
            # The only channel of the fastest data rate is gone.
            self.data_rate = self._region.MAX_JOIN_DATA_RATE
