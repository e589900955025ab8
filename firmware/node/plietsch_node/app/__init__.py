"""The fine-dust application: instruments, readings, payload."""
