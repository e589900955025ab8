"""Observed properties: what is measured, in which unit."""

from plietsch.api.properties.registry import Property, check, known

__all__ = ["Property", "check", "known"]
