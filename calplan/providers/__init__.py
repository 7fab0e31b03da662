"""Adapters: one folder for each place that holds settings, users or proof of their connections."""
