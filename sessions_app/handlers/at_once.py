"""What the guide's clients mostly send, done for many sockets in one hop: a `generate` whose result is remembered, or that the asker's
own idle engine begins, and the `response` that ends it.

A hop for each message costs more than what is done in it, and the statements of many cost PostgreSQL a fraction of what they cost one by
one (docs/performance.md).
"""

from datetime import datetime

from django.utils import timezone

from sessions_app import protocol
from sessions_app.gathering import Gathered
from sessions_app.handlers import guide
from sessions_app.handlers.peers import Peer
from sessions_app.protocol import ServerMessage
from sessions_app.services.answers import Reply, answers_accept_at_once
from sessions_app.services.generations import Wish, generations_submit_at_once

_submitted = Gathered(generations_submit_at_once)
_accepted = Gathered(answers_accept_at_once)


async def handle_at_once(peer: Peer, message: protocol.ClientMessage) -> list[ServerMessage] | None:
    """Handle one of the messages named above, as `handle` does. Return None, with nothing written, for any other message."""
    now = timezone.now()
    if not peer.is_guide or peer.has_backlog or peer.is_touch_due(now):
        return None
    if isinstance(message, protocol.Generate):
        return await _asked(peer, message, now)
    return await _answered(peer, message, now) if isinstance(message, protocol.Response) else None


async def _asked(peer: Peer, message: protocol.Generate, now: datetime) -> list[ServerMessage] | None:
    """Return None for a request with an ID (its row comes before the cache), one to save, and one that has to wait for another."""
    if message.request_id is not None or message.options.save or peer.replies:
        return None
    asked = await _submitted.ask(Wish(peer.asker, guide.ask_of(peer, message), now, peer.claimant))
    return guide.told_at_once(peer, asked, None) if asked else None


async def _answered(peer: Peer, message: protocol.Response, now: datetime) -> list[ServerMessage] | None:
    held, peer.held = peer.held, None
    if held is None:
        return None
    generation = await _accepted.ask(Reply(peer.claimant, guide.answer_of(message), now, held))
    return guide.told_once(peer, generation) if generation else None
