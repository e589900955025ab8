"""Changes: observations in the order in which they were committed, followed by an opaque cursor."""
