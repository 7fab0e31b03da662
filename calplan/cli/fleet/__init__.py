"""Plans of many accounts: which they are, where each is read, and what they come to together."""
