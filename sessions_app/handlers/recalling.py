"""A result that is remembered, given to the guide's client by the event loop itself: no row is looked at, and Redis is asked once for all
sockets that want something at this moment."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from sessions_app import protocol
from sessions_app.gathering import Gathered
from sessions_app.handlers import guide
from sessions_app.handlers.peers import Peer
from sessions_app.protocol import ServerMessage
from sessions_app.services.generations import Asked, key_of
from sessions_app.services.results import results_read

_remembered = Gathered(results_read)


async def recalled(peer: Peer, message: protocol.ClientMessage) -> list[ServerMessage]:
    """The messages that give the result. None of them when there is no such result, or the message needs more than one: then `handle`
    has to do it, and need not look again."""
    peer.missed = ""
    if not isinstance(message, protocol.Generate) or not _may_be_remembered(peer, message, timezone.now()):
        return []
    key = key_of(peer.asker, guide.ask_of(peer, message))
    found = await _remembered.ask(key)
    if found is None:
        peer.missed = key
        return []
    return guide.cached(Asked(UUID(found["generationId"]), cached_cards=found["cards"]), message.request_id)


def _may_be_remembered(peer: Peer, message: protocol.Generate, now: datetime) -> bool:
    """Of a request with an id there may be a row, which goes before the cache."""
    return peer.is_guide and message.request_id is None and not message.options.refresh and not peer.is_touch_due(now)
