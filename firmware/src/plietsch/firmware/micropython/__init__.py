"""Simulated nodes in real MicroPython: its WebAssembly port in a process of Node.js, one for all nodes."""
