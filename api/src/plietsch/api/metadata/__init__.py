"""What rows mean: units, methods, instruments and their limits, licences, gaps, flags, and how to cite them."""
