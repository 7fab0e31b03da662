"""Simulated servers of Microsoft over the simulated account: signing in, Graph, and GitHub's proof of a workload."""
