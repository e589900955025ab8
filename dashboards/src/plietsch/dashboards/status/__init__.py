"""`/status`: whether everything is well, in words."""
