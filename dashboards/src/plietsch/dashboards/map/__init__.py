"""The map page: the region's stations on a map and in a table, now and over the last days."""
