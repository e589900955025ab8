"""Latest: the newest value of each series, as a flat list."""
