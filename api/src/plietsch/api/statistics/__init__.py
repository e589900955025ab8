"""Statistics of years, months and any other span: capture, means, percentiles, days above limits and levels."""
