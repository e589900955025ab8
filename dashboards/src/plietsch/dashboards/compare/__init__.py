"""Several stations, or raw and corrected values of one, beside each other: as a picture, as a table, as data."""
