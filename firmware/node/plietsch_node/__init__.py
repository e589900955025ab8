"""What runs on a plietsch sensor: under MicroPython on the board, and under CPython in the simulated region."""
