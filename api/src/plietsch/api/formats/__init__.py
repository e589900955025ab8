"""Answers as rows, in every format: JSON, GeoJSON, NDJSON, CSV, CSV for spreadsheets, Parquet, Arrow."""
