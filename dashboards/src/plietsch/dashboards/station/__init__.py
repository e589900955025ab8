"""A station's page: what it measures now, how it went, and what that means."""
