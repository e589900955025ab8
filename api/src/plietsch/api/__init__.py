"""The open-data API over HTTP: stations, observations, properties, the state of health."""
