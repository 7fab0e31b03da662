"""What calplan remembers between runs."""
