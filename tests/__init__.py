"""The tests of calplan; folders mirror the package, `architecture` holds the house itself."""
