"""What imports and collection left stays: to look through it again and again took a fifth of a run."""

import gc


def pytest_collection_finish() -> None:
    """From here on only what tests make is looked through, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
