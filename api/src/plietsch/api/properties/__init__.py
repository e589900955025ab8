"""Observed properties: what is measured, in which unit."""

from plietsch.api.properties.registry import check, known

__all__ = ["check", "known"]
