"""Tests of how the house is built: layers, purity, sizes, packaging, and the guards of the test run."""
