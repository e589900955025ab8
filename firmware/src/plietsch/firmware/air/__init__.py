"""The air between nodes and gateways, and the radio by which a node reaches it."""
