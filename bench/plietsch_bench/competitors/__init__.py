"""Those who compete, each in a process of its own: ours, the limits, and the peers that are written in Python."""
