"""The host side of the firmware: a simulated region whose virtual instruments speak to the real node code, whose frames
a small network server of its own receives and publishes as ChirpStack would.

    instruments → plietsch_node (the real code) → air → gateways → network server → MQTT broker

The rest of plietsch is touched only as a real network would (MQTT) and as a user would (HTTP, the command line).
"""
