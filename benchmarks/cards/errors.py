"""The error that ends the benchmark with a message."""


class BenchmarkError(Exception):
    """A file, folder or option that cannot be used, with a message that says what to do."""
