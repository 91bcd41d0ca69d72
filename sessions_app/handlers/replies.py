"""Replies to the requests of one socket, in the order of the requests."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sessions_app import protocol
from sessions_app.protocol import ServerMessage


class OrderedReplies:
    """What a client without IDs is told about its requests, each request once and in their order.

    Such a client takes whatever comes next for the reply to its oldest unanswered request. A reply
    that is there before those of earlier requests (a rejected message, a result from the cache, an
    outcome caused by an operator) is kept until they are told.
    """

    def __init__(self) -> None:
        self._replies: dict[UUID, list[ServerMessage] | None] = {}

    def __len__(self) -> int:
        return len(self._replies)

    @property
    def pending_ids(self) -> set[UUID]:
        """Return the generations whose outcome is not known yet."""
        return {key for key, messages in self._replies.items() if messages is None}

    @property
    def request_count(self) -> int:
        """Return how many requests are unanswered, without the rejected ones."""
        return sum(
            messages is None or not isinstance(messages[-1], protocol.Error)
            for messages in self._replies.values()
        )

    def expect(self, generation_id: UUID) -> None:
        """Note that the newest request is answered by the outcome of this generation."""
        self._replies.setdefault(generation_id, None)

    def add(self, messages: Iterable[ServerMessage]) -> list[ServerMessage]:
        """Note the complete reply to the newest request, and return what can be told now."""
        return self.fulfil(uuid4(), messages) if self._replies else list(messages)

    def fulfil(self, generation_id: UUID, messages: Iterable[ServerMessage]) -> list[ServerMessage]:
        """Note the outcome of a generation, and return what can be told now."""
        self._replies[generation_id] = list(messages)
        ready: list[ServerMessage] = []
        for key, reply in list(self._replies.items()):
            if reply is None:
                break
            ready += reply
            del self._replies[key]
        return ready
