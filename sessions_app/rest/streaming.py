"""Streaming downloads, and releasing the database connection while a request waits.

By default, Django keeps a connection for each request until the request ends, and a process has
MINDFLIP_DATABASE_POOL of them. Requests that wait for a generation or for a slow client return
their connection during the wait.
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
    """Return a response that browsers save as a file.

    Browsers must not display it, because the content comes from users and could be harmful. Caches
    must not store it.
    """
    headers = {
        "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",  # untranslated: a header
    }
    return StreamingHttpResponse(_sent(iter(pieces)), content_type=content_type, headers=headers)


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces, without a database connection while the client receives them.

    Pieces are made in the request's thread and not on the event loop, because making them takes
    time and may require queries.
    """
    make = sync_to_async(releasing_connection(lambda: next(pieces, None)))
    while (piece := await make()) is not None:
        yield piece


def releasing_connection(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that calls `release_connection` after the given one."""

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
