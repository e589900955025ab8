"""What the network has set for a device, and how the device answers when it sets something else.

`Settings.state` is a list that JSON holds; `Session` keeps it in flash.

Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), sections 4.3.1.1 (ADR) and 5 (MAC commands).
"""

from plietsch_node.lorawan import commands
from plietsch_node.lorawan.channels import ChannelPlan


class Settings:
    """The receive windows, the data rate and power to send with, the channels."""

    def __init__(self, region, data_rate):
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
        """Make it likelier to be heard (section 4.3.1.1): full power, then slower, then every channel."""
        if self.power:
            self.power = 0
        elif self.data_rate:
            self.data_rate -= 1
        else:
            self.plan.enable_all()
            self.transmissions = 1

    def obey(self, requests, snr_db, battery):
        """Carry out what the network asks; return the answers to send once, and those to repeat until it is heard."""
        once, sticky = b"", b""
        block = []
        for number, (identifier, *values) in enumerate(requests):
            if identifier == commands.LINK_ADR:
                block.append(values)
                if requests[number + 1 : number + 2] and requests[number + 1][0] == identifier:
                    continue  # the block goes on
                once += self._link_adr(block)
                block = []
            elif identifier == commands.DUTY_CYCLE:
                (self.duty_exponent,) = values
                once += commands.said(identifier)
            elif identifier == commands.DEV_STATUS:
                once += commands.dev_status_ans(battery, snr_db)
            elif identifier == commands.NEW_CHANNEL:
                once += commands.said(identifier, *self.plan.new_channel(*values))
            elif identifier == commands.RX_PARAM_SETUP:
                sticky += commands.said(identifier, *self._rx_param_setup(*values))
            elif identifier == commands.RX_TIMING_SETUP:
                (self.rx1_delay_s,) = values
                sticky += commands.said(identifier)
            elif identifier == commands.DL_CHANNEL:
                sticky += commands.said(identifier, *self.plan.dl_channel(*values))
        if not self.plan.usable(self.data_rate):
            # The only channel of the fastest data rate is gone.
            self.data_rate = self._region.MAX_JOIN_DATA_RATE
        return once, sticky

    def _link_adr(self, block):
        mask_ok, rate_ok, power_ok, new = self.plan.link_adr(block, self.data_rate, self.power)
        if new:
            self.data_rate, self.power, self.transmissions = new
        return commands.said(commands.LINK_ADR, mask_ok, rate_ok, power_ok) * len(block)

    def _rx_param_setup(self, rx1_offset, data_rate, frequency_hz):
        offset_ok = rx1_offset <= self._region.MAX_RX1_OFFSET
        rate_ok = data_rate < len(self._region.DATA_RATES)
        frequency_ok = self._region.band(frequency_hz) is not None
        if offset_ok and rate_ok and frequency_ok:
            self.rx1_offset, self.rx2_data_rate, self.rx2_hz = rx1_offset, data_rate, frequency_hz
        return frequency_ok, rate_ok, offset_ok
