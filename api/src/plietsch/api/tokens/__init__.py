"""Tokens as the API meets them: in the header Authorization, and known again for some seconds."""
