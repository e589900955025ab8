"""What `run.mjs` gives to the code inside MicroPython."""

def ask(text: str) -> str:
    """Return the host's answer."""

def tell(text: str) -> None:
    """Say something to the host, and wait for nothing."""

def ticks_us() -> int:
    """Return microseconds since the start."""
