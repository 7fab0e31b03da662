"""Snapshots: what was read of an account at one moment, frozen in a file, to plan against where nothing can be read."""
