"""Files as answers, sent piece by piece."""

from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from sessions_app.rest.slow_clients import giving_back


def download(pieces: Iterable[bytes], *, file_name: str, content_type: str) -> StreamingHttpResponse:
    """To be saved and never shown: what a user wrote is no page of ours. Nothing on the way keeps it."""
    headers = {
        "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(_sent(iter(pieces)), content_type=content_type, headers=headers)


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces are work, and some ask the database: they are made in the request's thread and not on the loop. No connection is held
    while a client takes one."""
    make = sync_to_async(giving_back(lambda: next(pieces, None)))
    while (piece := await make()) is not None:
        yield piece
