"""One open socket, as handlers know it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from sessions_app.handlers.replies import OrderedReplies
from sessions_app.models import Generation
from sessions_app.protocol import GUIDE
from sessions_app.services.engines import EngineColumns
from sessions_app.services.generations import Asker
from sessions_app.services.leases import Claimant


@dataclass
class Peer:
    """Whose socket it is, and the channel by which other processes reach it; what the socket knows between two messages."""

    session_id: UUID
    user_id: int
    model_id: str
    channel: str
    # empty for a `mindflip.v1` socket that has not said `ready`
    engine: EngineColumns = field(default_factory=lambda: EngineColumns())
    dialect: str = GUIDE
    # the last number that was told to it
    seq: int = 0
    # without it nothing that this socket asked for waits; what others left behind is found by events and heartbeats
    has_backlog: bool = False
    # for the guide's dialect: the replies to its requests, and the generations among them that another socket requested first
    replies: OrderedReplies = field(default_factory=OrderedReplies)
    followed: set[UUID] = field(default_factory=set)
    # what its engine was given at once, as it was then, until it answers
    held: Generation | None = None
    # those of waiting generations as last told
    places: dict[UUID, int] = field(default_factory=dict)
    touched_at: datetime = field(default_factory=timezone.now)
    # that of the password he had when he came in
    password_key: str = ""
    # becomes no engine any more
    is_retired: bool = False

    def is_touch_due(self, now: datetime) -> bool:
        """Is it time to write that the client is at work?"""
        return now - self.touched_at >= timedelta(seconds=settings.SESSION_TOUCH_SECONDS)

    @property
    def is_guide(self) -> bool:
        return self.dialect == GUIDE

    @property
    def engine_name(self) -> str:
        return self.engine.get("name", "")

    @property
    def asker(self) -> Asker:
        return Asker(self.session_id, self.user_id, self.model_id)

    @property
    def claimant(self) -> Claimant:
        return Claimant(self.channel, self.session_id, self.user_id, self.engine_name, self.is_guide)
