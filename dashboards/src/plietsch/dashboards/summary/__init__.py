"""The region in a sentence, and in four tiles: air, water, rain, network."""
