"""The network side of LoRaWAN 1.0.4 Class A: air, gateways and a small network server that speaks like ChirpStack 4.

It shares no code with the node: what the node gets wrong, this side refuses.
"""
