// lora-packet (https://github.com/anthonykirby/lora-packet), driven line by line: the other side of our frames.
//   {"read": {phy, network, application, f_cnt}} -> its fields, and whether the MIC is right
//   {"make": {kind, dev_addr, flags, f_cnt, f_opts, f_port, payload, network, application}} -> {phy}; f_port may be null
//   {"join": {phy, app_key}} -> the fields of a join-request; {"ask": {those fields, app_key}} -> {phy}
//   {"accept": {…, app_key, dev_nonce}} -> {phy, keys}; {"accepted": {phy, app_key}} -> the fields of a join-accept
import { createInterface } from "node:readline";
import lora from "lora-packet";

const bytes = (hex) => Buffer.from(hex, "hex");
const hex = (buffer) => buffer.toString("hex");
const upper16 = (count) => {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(count >>> 16);
  return buffer;
};
const lower16 = (count) => {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(count & 0xffff);
  return buffer;
};

const answers = {
  read({ phy, network, application, f_cnt }) {
    const packet = lora.fromWire(bytes(phy));
    const high = upper16(f_cnt);
    const plain = packet.FRMPayload.length
      ? lora.decrypt(packet, bytes(application), bytes(network), high)
      : Buffer.alloc(0);
    return {
      mic: lora.verifyMIC(packet, bytes(network), undefined, high),
      dev_addr: hex(packet.DevAddr),
      f_cnt: packet.getFCnt(),
      flags: packet.FCtrl[0] & 0xf0,
      f_opts: hex(packet.FOpts),
      f_port: packet.getFPort(),
      payload: hex(plain),
    };
  },
  make({ kind, dev_addr, flags, f_cnt, f_opts, f_port, payload, network, application }) {
    const high = upper16(f_cnt);
    const packet = lora.fromFields(
      {
        MType: kind >> 5,
        DevAddr: bytes(dev_addr),
        FCnt: lower16(f_cnt),
        FCtrl: { ADR: !!(flags & 0x80), ADRACKReq: !!(flags & 0x40), ACK: !!(flags & 0x20), FPending: !!(flags & 0x10) },
        FOpts: bytes(f_opts),
        FPort: f_port ?? undefined,
        payload: bytes(payload),
      },
      bytes(application),
      bytes(network),
      undefined,
      high,
    );
    // It signs no frame without a port of its own accord.
    const mic = lora.calculateMIC(packet, bytes(network), undefined, high);
    return { phy: hex(Buffer.concat([packet.getPHYPayload().subarray(0, -mic.length), mic])) };
  },
  join({ phy, app_key }) {
    const packet = lora.fromWire(bytes(phy));
    return {
      mic: lora.verifyMIC(packet, undefined, bytes(app_key)),
      join_eui: hex(packet.AppEUI),
      dev_eui: hex(packet.DevEUI),
      dev_nonce: packet.DevNonce.readUInt16BE(0),
    };
  },
  ask({ join_eui, dev_eui, dev_nonce, app_key }) {
    const fields = { MType: 0, AppEUI: bytes(join_eui), DevEUI: bytes(dev_eui), DevNonce: bytes(dev_nonce) };
    return { phy: hex(lora.fromFields(fields, undefined, undefined, bytes(app_key)).getPHYPayload()) };
  },
  accepted({ phy, app_key }) {
    const packet = lora.fromWire(lora.decryptJoinAccept(lora.fromWire(bytes(phy)), bytes(app_key)));
    return {
      mic: lora.verifyMIC(packet, undefined, bytes(app_key)),
      join_nonce: hex(packet.AppNonce),
      net_id: hex(packet.NetID),
      dev_addr: hex(packet.DevAddr),
      dl_settings: hex(packet.DLSettings),
      rx_delay: hex(packet.RxDelay),
      cf_list: hex(packet.CFList),
    };
  },
  accept({ join_nonce, net_id, dev_addr, dl_settings, rx_delay, cf_list, app_key, dev_nonce }) {
    const packet = lora.fromFields(
      {
        MType: 1,
        AppNonce: bytes(join_nonce),
        NetID: bytes(net_id),
        DevAddr: bytes(dev_addr),
        DLSettings: dl_settings,
        RxDelay: rx_delay,
        CFList: bytes(cf_list),
      },
      undefined,
      undefined,
      bytes(app_key),
    );
    const keys = lora.generateSessionKeys(bytes(app_key), bytes(net_id), bytes(join_nonce), bytes(dev_nonce));
    return {
      phy: hex(Buffer.concat([packet.MHDR, packet.MACPayloadWithMIC])),
      nwk_s_key: hex(keys.NwkSKey),
      app_s_key: hex(keys.AppSKey),
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [[name, request]] = Object.entries(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(answers[name](request))}\n`);
}
