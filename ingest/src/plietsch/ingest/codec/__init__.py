"""What nodes say and are told, as one specification, and the codec for network servers that is made of it."""
