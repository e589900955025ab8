"""What a node costs: bytes on air, heap, files, time and current. None of it needs a server."""
