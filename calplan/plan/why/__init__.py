"""Why a user gets an outcome: the proof chain, and what would have to be otherwise."""
