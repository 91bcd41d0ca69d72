"""One open socket, as handlers know it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from sessions_app.handlers.replies import OrderedReplies
from sessions_app.models import Generation
from sessions_app.protocol import GUIDE, ServerMessage, encode
from sessions_app.services.engines import EngineColumns
from sessions_app.services.leases import EngineRef

RESUME_BURST_SECONDS = 4
RESUME_MIN_BYTES = 65_536


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

    @property
    def engine_ref(self) -> EngineRef:
        return EngineRef(
            self.channel, self.session_id, self.user_id, self.engine_name, self.is_guide
        )
