"""LoRaWAN 1.0.4, Class A, from the device's side."""
