"""Strings out: every format reads the same plan document, and nothing here reads a clock, a file or a terminal."""
