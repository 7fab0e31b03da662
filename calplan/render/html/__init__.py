"""A plan as one file for a browser: it loads nothing, and says the same with scripts and without, if less of it."""
