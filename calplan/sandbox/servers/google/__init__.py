"""Google's servers over a simulated account: the sign-in, the directory with its tokens, and the log of consents."""
