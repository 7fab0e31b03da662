"""What every test shares is set aside from the garbage collector, which else walks all of it again for each test."""

import gc


def pytest_collection_finish() -> None:
    """Ten thousand tests and the modules they import stay until the end, so no collection has to look at them."""
    gc.collect()
    gc.freeze()
