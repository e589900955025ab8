"""A store that is none (see `storage`): it forgets with the interpreter."""

import json


class MemoryStore:
    """A store in the heap: for tests, and for a simulated node whose state nobody keeps."""

    def __init__(self):
        self._values = {}

    def get(self, name):
        """Return what was put under `name`, or None."""
        value = self._values.get(name)
        return value and json.loads(value)

    def put(self, name, value):
        """Keep `value` under `name`."""
        # As text: what is changed later is not what was kept.
        self._values[name] = json.dumps(value)
