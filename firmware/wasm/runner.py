"""Runs nodes inside MicroPython's WebAssembly port for the host that has their ports (`plietsch.firmware.micropython`).

The host calls `step` again and again. A step runs a node until it waits for something that takes time: the request goes
back to the host, and the next step brings its answer. What takes no time (a store, a bus, a random number) is asked for
within the step. The node and its drivers notice nothing of all this: what they get are ports like any others.
"""

import io
import json
import os
import sys
from binascii import hexlify, unhexlify
from collections import OrderedDict, namedtuple

import hostbridge

from plietsch_node.app import instruments, node
from plietsch_node.lorawan.aes import Aes128
from plietsch_node.radio.port import Heard

Ports = namedtuple(
    "Ports",
    (
        "clock", "radio", "rtc", "flash", "cipher", "random_below", "instruments", "folder", "reset_cause", "watchdog",
        "trace",
    ),
)  # fmt: skip

_running = {}  # by name: the node's Host, the node, and the coroutine in which it is


def step(text):
    """Do what the host says in JSON, [name, what, argument]; return in JSON how it went.

    The answer is ["wait", request], ["done", value] or ["failed", traceback].
    """
    name, what, argument = json.loads(text)
    try:
        return json.dumps(_step(name, what, unpacked(argument)))
    except Exception as error:  # noqa: BLE001 whatever a node stumbles over, it must not take the others along
        trace = io.StringIO()
        sys.print_exception(error, trace)  # pyright: ignore[reportArgumentType] the stubs do not take it for a stream
        return json.dumps(["failed", trace.getvalue()])  # pyright: ignore[reportAttributeAccessIssue] nor know this


def _step(name, what, argument):
    if what == "make":
        _running[name] = list(_made(name, argument)) + [None]
        return ["done", None]
    entry = _running[name]
    host, made, coroutine = entry
    if what == "look":
        return ["done", [made.waiting, made.dropped, made.reboot_wanted]]
    host.now_ms = argument["now_ms"]
    if what == "take":
        return ["done", packed(made.take(argument["names"]))]
    if what in ("cycle", "report"):
        coroutine = entry[2] = getattr(made, what)()
        argument["value"] = None
    try:
        if argument.get("error"):
            request = coroutine.throw(OSError(argument["error"]))
        else:
            request = coroutine.send(argument["value"])
    except StopIteration as ended:
        entry[2] = None
        return ["done", packed(ended.value)]
    return ["wait", packed(request)]


def _made(name, told):
    host = Host(name, told["now_ms"])
    _make_folder(told["folder"])
    # In their order, which a dict does not keep here.
    shown = OrderedDict((model, _Shown(model, host)) for model in told["instruments"])
    ports = Ports(
        clock=host,
        radio=host,
        rtc=_Store("rtc", host),
        flash=_Store("flash", host),
        cipher=Aes128,
        random_below=lambda below: host.ask("random_below", below),
        instruments=shown,
        folder=told["folder"],
        reset_cause=told["reset_cause"],
        watchdog=host if told["watchdog"] else None,
        trace=host.trace if told["trace"] else None,
    )
    return host, node.make(told["config"], told["keys"], ports)


class Host:
    """The host as the clock, the radio and the watchdog of a node."""

    def __init__(self, name, now_ms):
        self.now_ms = now_ms  # as long as a step takes, no time passes
        self._node = name

    def ms(self):
        """Return the clock's milliseconds."""
        return self.now_ms

    async def sleep_until(self, ms):
        """Wait until the clock shows `ms`."""
        await _Wait("sleep_until", ms)

    async def send(self, *frame):
        """Send a frame."""
        return await _Wait("send", *frame)

    async def receive(self, *window):
        """Open a receive window."""
        heard = await _Wait("receive", *window)
        return heard and Heard(*heard)

    def sleep(self):
        """Let the radio sleep."""
        self.tell("sleep")

    def feed(self):
        """Say that the node is well."""
        self.tell("feed")

    def trace(self, *event):
        """Tell what happens."""
        self.tell("trace", *event)

    def tell(self, *what):
        """Say something that needs no answer."""
        hostbridge.tell(json.dumps(packed([self._node] + list(what))))

    def ask(self, *what):
        """Return the host's answer. Raises OSError where it has one of these for an answer."""
        answer = json.loads(hostbridge.ask(json.dumps(packed([self._node] + list(what)))))
        if "error" in answer:
            raise OSError(answer["error"])
        return unpacked(answer["value"])


class _Wait:
    """Waits for the host's answer to a request."""

    def __init__(self, *request):
        self._request = request

    def __await__(self):
        answer = yield self._request
        return answer

    __iter__ = __await__


class _Store:
    def __init__(self, name, host):
        self._name = name
        self._host = host

    def get(self, name):
        return self._host.ask("get", self._name, name)

    def put(self, name, value):
        self._host.ask("put", self._name, name, value)


class _Bus:
    """The far end of a wire: whatever is called on it is called on the host's virtual instrument."""

    def __init__(self, name, host):
        self._name = name
        self._host = host

    def __getattr__(self, method):
        return lambda *arguments: self._call(method, arguments)

    def _call(self, method, arguments):
        value, buffers = self._host.ask("bus", self._name, method, list(arguments))
        for buffer, filled in zip(arguments, buffers):  # noqa: B905 MicroPython's zip has no such parameter
            if isinstance(buffer, bytearray):
                buffer[:] = filled
        return value


class _Shown:
    """An instrument of the node at a virtual bus, together with what bytes cannot say of a value out of its range."""

    def __init__(self, name, host):
        self._name = name
        self._host = host
        self._instrument = instruments.make(name, _Bus(name, host))

    def __getattr__(self, name):
        return getattr(self._instrument, name)

    def read(self):
        values = dict(self._instrument.read())
        values.update(self._host.ask("overlay", self._name))
        return values


def packed(value):
    """Return `value` so that JSON can carry it: bytes and infinities as what they are, tuples as lists."""
    if isinstance(value, (bytes, bytearray)):
        return {"hex": hexlify(value).decode(), "buffer": isinstance(value, bytearray)}
    if isinstance(value, float) and value - value != 0:
        return {"float": str(value)}
    if isinstance(value, (list, tuple)):
        return [packed(each) for each in value]
    if isinstance(value, dict):
        return {"dict": [[packed(key), packed(each)] for key, each in value.items()]}
    return value


def unpacked(value):
    """Return what `packed` was given."""
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "hex" in value:
        data = unhexlify(value["hex"])
        return bytearray(data) if value["buffer"] else data
    if "float" in value:
        return float(value["float"])
    return {unpacked(key): unpacked(each) for key, each in value["dict"]}


def _make_folder(path):
    made = ""
    for part in path.split("/")[1:]:
        made += "/" + part
        try:
            os.mkdir(made)
        except OSError:
            continue  # it is there already
