"""The state of one open socket, and the replies that it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from sessions_app import protocol
from sessions_app.models import Generation
from sessions_app.protocol import GUIDE, ServerMessage, encode
from sessions_app.services.engines import EngineColumns
from sessions_app.services.generations import GenerationRequest
from sessions_app.services.leases import EngineRef

RESUME_BURST_SECONDS = 4
RESUME_MIN_BYTES = 65_536


class OrderedReplies:
    """The replies to a client without IDs, one per request, in the order of the requests.

    Such a client treats the next reply as the answer to its oldest unanswered request. A reply that
    is ready before those to earlier requests (a rejected message, a cached result, or an outcome
    caused by an operator) waits until these have been sent.
    """

    def __init__(self) -> None:
        self._replies: dict[UUID, list[ServerMessage] | None] = {}

    def __len__(self) -> int:
        return len(self._replies)

    @property
    def pending_ids(self) -> set[UUID]:
        """The IDs of the generations whose outcome is not known yet."""
        return {key for key, messages in self._replies.items() if messages is None}

    @property
    def request_count(self) -> int:
        """The number of unanswered requests, without the rejected ones."""
        return sum(
            messages is None or not isinstance(messages[-1], protocol.Error)
            for messages in self._replies.values()
        )

    def expect(self, generation_id: UUID) -> None:
        """Record that the outcome of this generation answers the newest request."""
        self._replies.setdefault(generation_id, None)

    def add(self, messages: Iterable[ServerMessage]) -> list[ServerMessage]:
        """Record the complete reply to the newest request, and return the messages to send now."""
        return self.fulfil(uuid4(), messages) if self._replies else list(messages)

    def fulfil(self, generation_id: UUID, messages: Iterable[ServerMessage]) -> list[ServerMessage]:
        """Record the outcome of a generation, and return the messages to send now."""
        self._replies[generation_id] = list(messages)
        ready: list[ServerMessage] = []
        for key, reply in list(self._replies.items()):
            if reply is None:
                break
            ready += reply
            del self._replies[key]
        return ready


@dataclass
class SocketState:
    """The state of an open socket between two messages.

    It includes the session and the user of the socket, and the channel through which other
    processes reach it.
    """

    session_id: UUID
    user_id: int
    model_id: str
    channel: str
    # Empty while a `mindflip.v1` socket has no engine, for example before it sends `ready`.
    engine: EngineColumns = field(default_factory=lambda: EngineColumns())
    dialect: str = GUIDE
    # The client was sent every change up to `seq`. `has_more` is True if another page follows the
    # one that was sent last.
    seq: int = 0
    has_more: bool = False
    # Changes up to `sent_before` were sent before a `resume` requested them again. Resending them
    # moves `resume_paid_until` forward, which limits how much can be resent.
    sent_before: int = 0
    resume_paid_until: datetime = field(default_factory=timezone.now)
    # False if no request of this socket is waiting. Events and heartbeats find the work that other
    # sockets left behind.
    has_queued_work: bool = False
    # In the guide's dialect: the replies to the socket's requests, and the IDs of those generations
    # that another socket requested first.
    replies: OrderedReplies = field(default_factory=OrderedReplies)
    inherited_ids: set[UUID] = field(default_factory=set)
    # The generation in the state that was sent to the engine, until the engine responds.
    current_generation: Generation | None = None
    # The places in the queue, above 0, that the client was last sent.
    places: dict[UUID, int] = field(default_factory=dict)
    touched_at: datetime = field(default_factory=timezone.now)
    # The key of the password that the user had when the socket was opened.
    password_key: str = ""
    # True once the server is closing the socket, which then registers no other engine.
    is_draining: bool = False

    def is_touch_due(self, now: datetime) -> bool:
        """Return whether it is time to write the client's activity to the database."""
        return now - self.touched_at >= timedelta(seconds=settings.SESSION_ACTIVITY_INTERVAL)

    def pay_for_resume(self, messages: Iterable[ServerMessage], now: datetime) -> None:
        """Count resent messages against the socket's limit for `resume`.

        A page smaller than RESUME_MIN_BYTES counts as that many bytes, because of the work that it
        causes.
        """
        size = sum(len(encode(message)) for message in messages)
        seconds = max(size, RESUME_MIN_BYTES) / settings.RESUME_BYTES_PER_SECOND
        self.resume_paid_until = max(self.resume_paid_until, now) + timedelta(seconds=seconds)

    def seconds_until_resume(self, now: datetime) -> int:
        """Return for how many more seconds `resume` is refused.

        The result is 0 while the socket is at most RESUME_BURST_SECONDS ahead of its rate.
        """
        return max(0, ceil((self.resume_paid_until - now).total_seconds() - RESUME_BURST_SECONDS))

    @property
    def is_guide(self) -> bool:
        return self.dialect == GUIDE

    @property
    def engine_name(self) -> str:
        return self.engine.get("name", "")

    def generation_request(self, message: protocol.Generate, now: datetime) -> GenerationRequest:
        """Return the generation request in a `generate` message.

        A socket of the guide's dialect is the engine for its own requests.
        """
        return GenerationRequest(
            session_id=self.session_id,
            user_id=self.user_id,
            model_id=self.model_id,
            prompt=message.prompt,
            options=message.options.filled(message.prompt),
            requested_at=now,
            is_refresh=message.options.refresh,
            engine=self.engine_ref if self.is_guide else None,
            request_id=message.request_id,
            pending_ids=frozenset(self.replies.pending_ids),
        )

    @property
    def engine_ref(self) -> EngineRef:
        return EngineRef(
            self.channel, self.session_id, self.user_id, self.engine_name, self.is_guide
        )
