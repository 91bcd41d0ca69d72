"""What a request that takes long does not keep from others: the database connection.

Django lends one to a request's thread until the request ends, and a process has MINDFLIP_DATABASE_POOL of them. Whoever waits for a
generation, or takes a download slowly, gives it back meanwhile.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


def giving_back(function: Callable[P, T]) -> Callable[P, T]:
    """The function, after which the calling thread holds no connection (unless it is in a transaction)."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        finally:
            release_connection()

    return call


def release_connection() -> None:
    """Return the calling thread's database connection to the pool, unless it is in a transaction. The next query takes another one."""
    if not connection.in_atomic_block:
        connection.close()
