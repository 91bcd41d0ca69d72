"""Send files piece by piece, and return the database connection while a request waits.

Django lends a connection to a request's thread until the request ends, and a process has
MINDFLIP_DATABASE_POOL of them. A request that waits for a generation, or whose client downloads
slowly, returns it in the meantime.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import wraps
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

P = ParamSpec("P")
T = TypeVar("T")


def download(
    pieces: Iterable[bytes], *, file_name: str, content_type: str
) -> StreamingHttpResponse:
    """To be saved and never shown: what a user wrote is no page of ours.

    Nothing on the way keeps it.
    """
    headers = {
        "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(_sent(iter(pieces)), content_type=content_type, headers=headers)


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces are work, and some ask the database: they are made in the request's thread and not on
    the loop. No connection is held while a client takes one.
    """
    make = sync_to_async(releasing_connection(lambda: next(pieces, None)))
    while (piece := await make()) is not None:
        yield piece


def releasing_connection(function: Callable[P, T]) -> Callable[P, T]:
    """The function, after which the calling thread holds no connection (unless it is in a
    transaction).
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        finally:
            release_connection()

    return call


def release_connection() -> None:
    """Return the calling thread's database connection to the pool, unless it is in a transaction.

    The next query takes another one.
    """
    if not connection.in_atomic_block:
        connection.close()
