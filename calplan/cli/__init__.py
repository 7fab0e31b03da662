"""The command line: each command reads its words, calls one function to build and one to render, and exits."""
