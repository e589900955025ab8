"""`/status.json`: whether all is well, part by part, for whoever relies on this site."""
