"""Drivers of the instruments: each takes its bus as an argument."""
