"""pytest plugins that every run of the tests loads through `tests/conftest.py`; each keeps one promise."""
