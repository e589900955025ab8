"""Device types: what a device measures, by which instruments, and what its values are held against."""

from plietsch.api.device_types.registry import Known, known

__all__ = ["Known", "known"]
