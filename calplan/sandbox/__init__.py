"""A simulated account, and the means to serve it: the fake that everything else is tried against."""
