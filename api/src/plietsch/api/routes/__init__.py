"""The addresses: parameters in, values out, everything else elsewhere."""
