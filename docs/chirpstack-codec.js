// How the nodes of plietsch speak, for ChirpStack 4: device profile, "Codec", "JavaScript functions".
//
// Made by `plietsch ingest codec` from the tables by which plietsch itself decodes: do not change it by hand.
// docs/payload.md describes what goes over the air, docs/chirpstack.md how this is used.
//
//   decodeUplink    port 1: readings; port 2: how a node is; port 3: its answer to a command
//   encodeDownlink  {"command": "set", "field": "interval_s", "value": 300, "token": 7}: bytes for port 3
//
// Both are those of LoRa Alliance TS013 (Payload Codec API). What a node does not say is left out of `data`: not every
// network server can hold null. A frame is decoded as a whole or not at all; then `errors` says why not.

// ---- The tables -----------------------------------------------------------------------------------------------------

// Ports, and the most bytes that LoRaWAN carries.
var READINGS_PORT = 1;
var STATUS_PORT = 2;
var COMMANDS_PORT = 3;
var LONGEST_BYTES = 222;

// Readings: how many bits say which groups a reading has, by version.
var FLAGS_BITS = { 1: 4, 2: 8 };
// The bits of a time; 16 of them are unambiguous from BEFORE_S before the frame was heard on, in seconds.
var NARROW_TIME_BITS = 16;
var WIDE_TIME_BITS = 32;
var BEFORE_S = 62335;
var NARROW_SPAN_S = Math.pow(2, NARROW_TIME_BITS);
// Why there is no number: all bits of a code are ones, one less, two less.
var FAULTS = ["missing", "above", "below"];
// The groups, by their bits from the highest on. A value is (code + offset) / steps; its unit ends its name.
var GROUPS = [
  [ // particulates
    { name: "pm2_5_ug_m3", bits: 14, offset: 0, steps: 10, highestCode: 9999 },
    { name: "pm10_ug_m3", bits: 14, offset: 0, steps: 10, highestCode: 9999 },
  ],
  [ // air
    { name: "temperature_c", bits: 11, offset: -400, steps: 10, highestCode: 1250 },
    { name: "humidity_percent", bits: 10, offset: 0, steps: 10, highestCode: 1000 },
  ],
  [ // pressure
    { name: "pressure_hpa", bits: 13, offset: 3000, steps: 10, highestCode: 8000 },
  ],
  [ // battery
    { name: "battery_v", bits: 7, offset: 100, steps: 50, highestCode: 124 },
  ],
  [ // spread
    { name: "pm2_5_spread_ug_m3", bits: 10, offset: 0, steps: 10, highestCode: 1000 },
    { name: "pm10_spread_ug_m3", bits: 10, offset: 0, steps: 10, highestCode: 1000 },
  ],
  [ // water
    { name: "distance_mm", bits: 14, offset: 0, steps: 1, highestCode: 16000 },
    { name: "distance_spread_mm", bits: 8, offset: 0, steps: 1, highestCode: 250 },
  ],
  [ // rain
    { name: "rain_tips", bits: 20, offset: 0, steps: 1, highestCode: 999999 },
  ],
];

// Status: who a node is, how it is, and once for each instrument that had errors.
var IDENTITY = [
  { name: "version", bits: 4 },
  { name: "kind", bits: 4 },
  { name: "major", bits: 8 },
  { name: "minor", bits: 8 },
  { name: "patch", bits: 8 },
  { name: "reset_cause", bits: 4 },
  { name: "data_rate", bits: 4 },
  { name: "revision", bits: 16 },
  { name: "boots", bits: 16 },
  { name: "uptime_h", bits: 16 },
];
var CONDITION = [
  { name: "saving", bits: 1 },
  { name: "battery", bits: 7 },
  { name: "fan_h", bits: 16 },
  { name: "waiting", bits: 16 },
  { name: "dropped", bits: 32 },
];
var TROUBLE = [{ name: "instrument", bits: 8 }, { name: "errors", bits: 8 }];
var BATTERY = { name: "battery_v", bits: 7, offset: 100, steps: 50, highestCode: 124 };
var STATUS_VERSION = 1;
var NO_DATA_RATE = 15;
var NO_FAN = 65535;
// Names by the number that is sent, from 1 on.
var KINDS = ["fine-dust", "water-level", "rain"];
var RESET_CAUSES = ["power-on", "hard", "watchdog", "deep-sleep", "soft", "brown-out", "command"];
var INSTRUMENTS = ["SDS011", "BME280", "DHT22", "A02YYUW", "rain", "battery", "configuration"];

// Commands and answers: by the number that is sent, commands and settings from 1 on, results from 0 on.
var ANSWER = [
  { name: "version", bits: 4 },
  { name: "result", bits: 4 },
  { name: "token", bits: 8 },
  { name: "command", bits: 8 },
];
var IN_FORCE = [{ name: "field", bits: 8 }, { name: "value", bits: 16 }];
var ANSWER_VERSION = 1;
var NO_VALUE = 65535;
var RESULTS = ["ok", "unknown command", "malformed", "unknown field", "out of range", "not for this kind of node", "failed"];
var COMMANDS = [
  { name: "set", arguments: [{ name: "field", bits: 8 }, { name: "value", bits: 16 }] },
  { name: "get", arguments: [{ name: "field", bits: 8 }] },
  { name: "reboot", arguments: [] },
  { name: "who", arguments: [] },
  { name: "status", arguments: [] },
];
// What may be changed by radio, and from where to where.
var SETTINGS = [
  { name: "interval_s", lowest: 10, highest: 43200 },
  { name: "threshold_mm", lowest: 1, highest: 5000 },
  { name: "rise_mm_per_min", lowest: 1, highest: 1000 },
  { name: "silence_s", lowest: 60, highest: 43200 },
  { name: "confirm_after_s", lowest: 60, highest: 43200 },
];

// ---- Bits and errors ------------------------------------------------------------------------------------------------

function payloadError(code, sentence) {
  return { refusal: "payload-" + code + ": " + sentence };
}

// Carries out what may throw such an error, and returns that as TS013 wants it.
function withErrors(work, input) {
  try {
    return work(input);
  } catch (error) {
    if (!error.refusal) throw error;
    return { errors: [error.refusal] };
  }
}

// Reads numbers from bytes, the most significant bit first.
function Bits(bytes) {
  this.bytes = bytes;
  this.position = 0;
}

Bits.prototype.left = function () {
  return 8 * this.bytes.length - this.position;
};

Bits.prototype.expect = function (count) {
  if (count > this.left()) {
    throw payloadError("truncated", count + " bits are expected where " + this.left() + " are left.");
  }
};

// Doubles instead of shifting: a shift would make a number of 32 bits negative.
Bits.prototype.take = function (count) {
  var number = 0;
  for (var end = this.position + count; this.position < end; this.position++) {
    number = 2 * number + ((this.bytes[this.position >> 3] >> (7 - (this.position & 7))) & 1);
  }
  return number;
};

// Reads a table of parts: an object of numbers.
Bits.prototype.parts = function (parts) {
  var said = {};
  for (var i = 0; i < parts.length; i++) said[parts[i].name] = this.take(parts[i].bits);
  return said;
};

function sizeBits(parts) {
  var bits = 0;
  for (var i = 0; i < parts.length; i++) bits += parts[i].bits;
  return bits;
}

// ---- Port 1: readings -----------------------------------------------------------------------------------------------

function decodeReadings(input) {
  var bytes = input.bytes;
  if (bytes.length === 0) throw payloadError("empty", "The payload has no bytes.");
  checkLongest(bytes);
  var bits = new Bits(bytes);
  var version = bits.take(4);
  var flags = FLAGS_BITS[version];
  if (!flags) throw payloadError("version", "The payload has version " + version + ".");
  var clockSet = bits.take(1) === 1;
  var wide = bits.take(1) === 1;
  var readings = [];
  while (bits.left() >= 8) readings.push(readReading(bits, wide ? WIDE_TIME_BITS : NARROW_TIME_BITS, flags));
  if (bits.take(bits.left()) !== 0) throw payloadError("padding", "The bits left over are not zero.");
  if (readings.length === 0) throw payloadError("empty", "The payload has a header and no reading.");
  var result = { data: { version: version, clock_set: clockSet, readings: readings } };
  if (!setTimes(readings, clockSet, wide, heardS(input.recvTime))) {
    result.warnings = ["Without recvTime the readings have no time."];
  }
  return result;
}

function checkLongest(bytes) {
  if (bytes.length > LONGEST_BYTES) {
    throw payloadError("oversized", "There are " + bytes.length + " bytes; " + LONGEST_BYTES + " are the most.");
  }
}

// A reading, its time as the node sent it.
function readReading(bits, timeBits, flags) {
  bits.expect(timeBits + flags);
  var reading = { time_code: bits.take(timeBits) };
  var fields = presentFields(bits, flags);
  bits.expect(sizeBits(fields));
  var faults = {};
  var anyFault = false;
  for (var i = 0; i < fields.length; i++) {
    var field = fields[i];
    var code = bits.take(field.bits);
    if (code <= field.highestCode) {
      reading[field.name] = (code + field.offset) / field.steps;
    } else {
      faults[field.name] = fault(field, code);
      anyFault = true;
    }
  }
  if (anyFault) reading.faults = faults;
  return reading;
}

// The fields of the groups that a reading has.
function presentFields(bits, flags) {
  var fields = [];
  for (var i = 0; i < flags; i++) {
    if (bits.take(1) === 0) continue;
    if (i >= GROUPS.length) throw payloadError("code", "A reserved bit is set where a reading's groups are said.");
    fields = fields.concat(GROUPS[i]);
  }
  if (fields.length === 0) throw payloadError("empty", "A reading has no value.");
  return fields;
}

function fault(field, code) {
  var below = Math.pow(2, field.bits) - 1 - code;
  if (below >= FAULTS.length) {
    throw payloadError("code", field.name + " has the code " + code + "; " + field.highestCode + " is the highest.");
  }
  return FAULTS[below];
}

// When the network heard the frame, in whole seconds since 1970; null where it does not say.
function heardS(recvTime) {
  var ms = recvTime === undefined || recvTime === null ? NaN : new Date(recvTime).getTime();
  return isNaN(ms) ? null : Math.floor(ms / 1000);
}

// Gives each reading its instant, and takes the code away; false where that needs a moment that is not known.
function setTimes(readings, clockSet, wide, heard) {
  var codes = readings.map(function (reading) { return reading.time_code; });
  if (heard === null && !(clockSet && wide)) return false;
  readings.forEach(function (reading) {
    reading.time_s = instantS(reading.time_code, codes, clockSet, wide, heard);
    reading.time = new Date(1000 * reading.time_s).toISOString();
    delete reading.time_code;
  });
  return true;
}

// The instant of a reading, in seconds since 1970.
//   clock set, 32 bits   as the node says
//   clock set, 16 bits   the one instant with these low bits in the window about the moment the frame was heard
//   never set            the newest reading counts as taken when the frame was heard, the others as long before it
function instantS(code, codes, clockSet, wide, heard) {
  if (clockSet && wide) return code;
  if (clockSet) return heard - BEFORE_S + modulo(code - (heard - BEFORE_S), NARROW_SPAN_S);
  if (wide) return heard - (Math.max.apply(null, codes) - code);
  return heard - modulo(codes[codes.length - 1] - code, NARROW_SPAN_S);
}

// Never negative, other than JavaScript's remainder.
function modulo(number, by) {
  return ((number % by) + by) % by;
}

// ---- Port 2: how a node is ------------------------------------------------------------------------------------------

function decodeStatus(input) {
  var bytes = input.bytes;
  if (bytes.length === 0) throw payloadError("empty", "The status has no bytes.");
  checkLongest(bytes);
  var bits = new Bits(bytes);
  var status = readIdentity(bits);
  bits.expect(sizeBits(CONDITION));
  var said = bits.parts(CONDITION);
  if (said.battery <= BATTERY.highestCode) status.battery_v = (said.battery + BATTERY.offset) / BATTERY.steps;
  status.saving = said.saving === 1;
  if (said.fan_h !== NO_FAN) status.fan_h = said.fan_h;
  status.waiting = said.waiting;
  status.dropped = said.dropped;
  status.errors = {};
  while (bits.left() > 0) {
    bits.expect(sizeBits(TROUBLE));
    var trouble = bits.parts(TROUBLE);
    status.errors[named(INSTRUMENTS, trouble.instrument) || String(trouble.instrument)] = trouble.errors;
  }
  return { data: status };
}

// Who a node is; what has no name yet is left out.
function readIdentity(bits) {
  if (bits.bytes[bits.position >> 3] >> 4 !== STATUS_VERSION) {
    throw payloadError("version", "Version " + STATUS_VERSION + " of a status is known.");
  }
  bits.expect(sizeBits(IDENTITY));
  var said = bits.parts(IDENTITY);
  var identity = { firmware: said.major + "." + said.minor + "." + said.patch };
  var kind = named(KINDS, said.kind);
  var cause = named(RESET_CAUSES, said.reset_cause);
  if (kind) identity.kind = kind;
  if (cause) identity.reset_cause = cause;
  if (said.data_rate !== NO_DATA_RATE) identity.data_rate = said.data_rate;
  identity.revision = said.revision;
  identity.boots = said.boots;
  identity.uptime_h = said.uptime_h;
  return identity;
}

// The name of a number that counts from 1; undefined where there is none.
function named(names, number) {
  return names[number - 1];
}

// ---- Port 3: answers, and commands downwards ------------------------------------------------------------------------

function decodeAnswer(input) {
  var bytes = input.bytes;
  if (bytes.length === 0) throw payloadError("empty", "The answer has no bytes.");
  if (bytes[0] >> 4 !== ANSWER_VERSION) {
    throw payloadError("version", "Version " + ANSWER_VERSION + " of an answer is known.");
  }
  var bits = new Bits(bytes);
  bits.expect(sizeBits(ANSWER));
  var said = bits.parts(ANSWER);
  if (said.result >= RESULTS.length) throw payloadError("code", "The answer has the result " + said.result + ".");
  var command = COMMANDS[said.command - 1];
  var answer = {
    token: said.token,
    command: command ? command.name : String(said.command),
    result: RESULTS[said.result],
  };
  readInForce(bits, answer);
  return { data: answer };
}

// What holds now, so that an answer proves it.
function readInForce(bits, answer) {
  if ((answer.command === "set" || answer.command === "get") && answer.result !== "malformed") {
    expectExactly(bits, IN_FORCE);
    var said = bits.parts(IN_FORCE);
    answer.field = said.field;
    if (SETTINGS[said.field - 1]) answer.field_name = SETTINGS[said.field - 1].name;
    if (said.value !== NO_VALUE) answer.value = said.value;
  } else if (answer.command === "who" && answer.result === "ok") {
    expectExactly(bits, IDENTITY);
    answer.identity = readIdentity(bits);
  } else {
    expectExactly(bits, []);
  }
}

function expectExactly(bits, parts) {
  bits.expect(sizeBits(parts));
  if (bits.left() > sizeBits(parts)) throw payloadError("oversized", "The answer is longer than expected.");
}

function encodeCommand(input) {
  var said = input.data || {};
  var number = placeOf(COMMANDS, said.command);
  if (!number) throw commandError("command", said.command, "one of " + namesOf(COMMANDS));
  var command = COMMANDS[number - 1];
  checkMembers(said, command);
  var token = said.token === undefined ? 0 : said.token;
  if (!isWhole(token, 0, 255)) throw commandError("token", token, "a whole number from 0 to 255");
  var bytes = [token, number];
  for (var i = 0; i < command.arguments.length; i++) {
    bytes = bytes.concat(ENCODERS[command.arguments[i].name](said));
  }
  return { bytes: bytes, fPort: COMMANDS_PORT };
}

// How the arguments of commands become bytes.
var ENCODERS = {
  field: function (said) {
    var number = placeOf(SETTINGS, said.field);
    if (!number) throw commandError("field", said.field, "one of " + namesOf(SETTINGS));
    return [number];
  },
  value: function (said) {
    var setting = SETTINGS[placeOf(SETTINGS, said.field) - 1];
    if (!isWhole(said.value, setting.lowest, setting.highest)) {
      throw commandError("value", said.value, "a whole number from " + setting.lowest + " to " + setting.highest);
    }
    return [said.value >> 8, said.value & 255];
  },
};

// A member that a command does not have is a mistake, not a wish.
function checkMembers(said, command) {
  var known = ["command", "token"].concat(command.arguments.map(function (part) { return part.name; }));
  Object.keys(said).forEach(function (name) {
    if (known.indexOf(name) < 0) throw commandError(name, said[name], "left out of " + command.name);
  });
}

function isWhole(number, lowest, highest) {
  return typeof number === "number" && Math.floor(number) === number && number >= lowest && number <= highest;
}

function commandError(member, value, wanted) {
  return { refusal: "command: " + member + " is " + JSON.stringify(value) + "; it has to be " + wanted + "." };
}

// The number of a name, from 1 on; 0 where it has none.
function placeOf(table, name) {
  for (var i = 0; i < table.length; i++) if (table[i].name === name) return i + 1;
  return 0;
}

function namesOf(table) {
  return table.map(function (each) { return each.name; }).join(", ");
}

// ---- What the network server calls ----------------------------------------------------------------------------------

function decodeUplink(input) {
  switch (input.fPort) {
    case READINGS_PORT: return withErrors(decodeReadings, input);
    case STATUS_PORT: return withErrors(decodeStatus, input);
    case COMMANDS_PORT: return withErrors(decodeAnswer, input);
    default: return { errors: ["unexpected-port: port " + input.fPort + " has no decoder."] };
  }
}

function encodeDownlink(input) {
  return withErrors(encodeCommand, input);
}
