"""Holds a replay against what the API gives back: each recorded value exactly once, at its second, and equal."""
