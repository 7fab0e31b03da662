"""A file in which somebody states who is connected to what: CSV, NDJSON or Parquet."""
