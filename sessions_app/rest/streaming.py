"""Streaming downloads."""

from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from sessions_app.sync_executor import releasing_connection


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
