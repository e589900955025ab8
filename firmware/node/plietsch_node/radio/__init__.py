"""Radios: the port that the MAC sees, and what stands behind it on a board."""
