"""Replaying recordings in Sensor.Community's archive format through virtual instruments, at their recorded seconds."""
