"""B8: how soon a reader sees the map of a large region, and how it feels, in a real browser."""
