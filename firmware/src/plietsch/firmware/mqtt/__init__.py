"""The way to the broker and back: what the network server says goes there, commands for devices come from there."""
