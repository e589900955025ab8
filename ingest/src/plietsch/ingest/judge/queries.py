"""The judge's statements."""

from plietsch.platform import sql

QUERIES = sql.load("plietsch.ingest.judge", "judge.sql")
