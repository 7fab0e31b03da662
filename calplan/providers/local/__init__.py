"""The local platform: an account in one SQLite file, read and written in place."""
