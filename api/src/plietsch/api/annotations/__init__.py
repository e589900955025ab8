"""Annotations: what a reader of a time must know, from deployments, from the calendar, and as operators entered it."""
