"""The reviewed object: what changes, for whom, in which order, and what refuses it."""
