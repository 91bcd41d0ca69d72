"""One open socket, as handlers know it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from sessions_app.protocol import GUIDE
from sessions_app.services.engines import EngineColumns
from sessions_app.services.generations import Asker
from sessions_app.services.leases import Claimant


@dataclass
class Peer:
    """Whose socket it is, and the channel by which other processes reach it. `seq` is the last number that was told to it;
    `engine` is empty for a `mindflip.v1` socket that has not said `ready`; without `has_backlog` nothing that this socket asked
    for waits, and what others left behind is found by events and heartbeats. A socket of the guide's dialect waits for the outcomes
    of `asked`; those `followed` were another's, and come before what it asks for after them. `places` are those of waiting
    generations as last told; `password_key` is that of the password he had when he came in; one that
    `is_retired` becomes no engine any more."""

    session_id: UUID
    user_id: int
    model_id: str
    channel: str
    engine: EngineColumns = field(default_factory=lambda: EngineColumns())
    dialect: str = GUIDE
    seq: int = 0
    has_backlog: bool = False
    asked: set[UUID] = field(default_factory=set)
    followed: set[UUID] = field(default_factory=set)
    places: dict[UUID, int] = field(default_factory=dict)
    touched_at: datetime = field(default_factory=timezone.now)
    password_key: str = ""
    is_retired: bool = False

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
