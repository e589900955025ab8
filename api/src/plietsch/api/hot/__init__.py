"""The hot state: all public stations with their newest values, kept in memory from the ledger, one in each process."""
