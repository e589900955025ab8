"""Device types as data: which instruments a device has, what its channels measure and how its frames are read.

One TOML file for each, in `files/`; docs/device-types.md describes the format.
"""
