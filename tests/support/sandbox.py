"""JavaScript of others, run as a network server runs it: in QuickJS, without a host, with limits.

    with limits of time (CPU seconds of one call), memory (bytes of all that the script holds) and stack (bytes)

A script sees nothing but the language: no files, no network, no timers, no modules, and nothing of Python, as the limit
of time excludes it. Both limits also hold within regular expressions. What a script leaves behind in its globals stays
for the next call.

    SandboxError
    ├── ScriptFailed
    └── LimitReached
"""

import json
from typing import Any

import quickjs

# What a codec needs is a hundredth of a second, and a megabyte.
TIME_LIMIT_S = 1.0
MEMORY_LIMIT_BYTES = 16 << 20
STACK_LIMIT_BYTES = 256 << 10

# Values come and go as JSON; a time that was heard is a Date, as ChirpStack has it (chirpstack/src/codec/js/mod.rs).
_CALL = """
function callWithJson(work, json) {
  var input = JSON.parse(json);
  if (input.recvTime) input.recvTime = new Date(input.recvTime);
  return JSON.stringify(work(input));
}
"""
_OF_A_LIMIT = ("InternalError: interrupted", "InternalError: out of memory", "Maximum call stack size exceeded")


class SandboxError(Exception):
    """The script came to no result."""


class ScriptFailed(SandboxError):
    """The script threw an error, or is none."""


class LimitReached(SandboxError):
    """The script wanted more time, memory or stack than it may have."""


class Sandbox:
    """A script and its functions. Raises SandboxError where the script itself fails."""

    def __init__(
        self, script: str, *, time_limit_s: float = TIME_LIMIT_S, memory_limit_bytes: int = MEMORY_LIMIT_BYTES
    ) -> None:
        self._context = quickjs.Context()
        self._context.set_time_limit(time_limit_s)
        self._context.set_memory_limit(memory_limit_bytes)
        self._context.set_max_stack_size(STACK_LIMIT_BYTES)
        self._evaluated(script + _CALL)

    def call(self, function: str, argument: dict[str, Any]) -> Any:
        """What a function of the script returns. Raises SandboxError."""
        said = self._evaluated(f"callWithJson({function}, {json.dumps(json.dumps(argument))})")
        return None if said is None else json.loads(said)

    def _evaluated(self, script: str) -> Any:
        try:
            return self._context.eval(script)
        except quickjs.JSException as error:
            kind = LimitReached if any(limit in str(error) for limit in _OF_A_LIMIT) else ScriptFailed
            raise kind(str(error).strip()) from error
