"""Virtual instruments: what stands at the other end of a node's bus, byte for byte.

Each is told what to show by `show(values)` and then answers the real driver. `show` returns the values that the
instrument's bytes cannot say, so that nothing is dropped silently.
"""
