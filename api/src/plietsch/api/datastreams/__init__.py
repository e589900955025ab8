"""Datastreams: one property, measured at one station by one model of instrument, by one method."""
