"""Live: what is written, told to everybody who listens, by one reader of the ledger for all."""

from plietsch.api.live.live import Live

__all__ = ["Live"]
