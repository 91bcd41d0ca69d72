"""A password hasher for tests."""

from sessions_app.hashers import PasswordHasher


class FastHasher(PasswordHasher):
    """The server's hasher, with a single iteration."""

    iterations = 1
