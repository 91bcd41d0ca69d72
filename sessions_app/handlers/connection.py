"""One open socket, as handlers know it, and the replies that it waits for."""

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


@dataclass
class SocketState:
    """Whose socket it is, and the channel by which other processes reach it; what the socket knows
    between two messages.
    """

    session_id: UUID
    user_id: int
    model_id: str
    channel: str
    # empty for a `mindflip.v1` socket that has not said `ready`
    engine: EngineColumns = field(default_factory=lambda: EngineColumns())
    dialect: str = GUIDE
    # the number up to which it was sent everything; `has_more`: the page sent last was not the last
    # one
    seq: int = 0
    has_more: bool = False
    # numbers up to this one were sent before a `resume` asked for them again; what it resends is
    # paid for with time
    sent_before: int = 0
    resume_paid_until: datetime = field(default_factory=timezone.now)
    # without it nothing that this socket asked for waits; what others left behind is found by
    # events and heartbeats
    has_queued_work: bool = False
    # for the guide's dialect: the replies to its requests, and the generations among them that
    # another socket requested first
    replies: OrderedReplies = field(default_factory=OrderedReplies)
    inherited_ids: set[UUID] = field(default_factory=set)
    # what its engine was given at once, as it was then, until it answers
    current_generation: Generation | None = None
    # those of waiting generations as last told
    places: dict[UUID, int] = field(default_factory=dict)
    touched_at: datetime = field(default_factory=timezone.now)
    # that of the password he had when he came in
    password_key: str = ""
    # becomes no engine any more
    is_draining: bool = False

    def is_touch_due(self, now: datetime) -> bool:
        """Is it time to write that the client is at work?"""
        return now - self.touched_at >= timedelta(seconds=settings.SESSION_ACTIVITY_INTERVAL)

    def pay_for_resume(self, messages: Iterable[ServerMessage], now: datetime) -> None:
        """Count what is sent again, a small page as RESUME_MIN_BYTES for the work that it is."""
        size = sum(len(encode(message)) for message in messages)
        seconds = max(size, RESUME_MIN_BYTES) / settings.RESUME_BYTES_PER_SECOND
        self.resume_paid_until = max(self.resume_paid_until, now) + timedelta(seconds=seconds)

    def seconds_until_resume(self, now: datetime) -> int:
        """Return how long `resume` is refused; 0 as long as RESUME_BURST_SECONDS' worth or less was
        sent again.
        """
        return max(0, ceil((self.resume_paid_until - now).total_seconds() - RESUME_BURST_SECONDS))

    @property
    def is_guide(self) -> bool:
        return self.dialect == GUIDE

    @property
    def engine_name(self) -> str:
        return self.engine.get("name", "")

    def generation_request(self, message: protocol.Generate, now: datetime) -> GenerationRequest:
        """Return the request in a message.

        A socket of the guide's dialect is the engine of its own requests.
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
