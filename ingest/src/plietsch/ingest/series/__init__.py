"""Computed series: what follows from raw ones, from how a device was mounted when it measured, and from each other."""
