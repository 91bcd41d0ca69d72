"""Sessions, generations and their attempts, engines.

The rows are the truth; whatever travels between processes only wakes up.

A state change is an UPDATE with the state it comes from in its WHERE (see `services`), never a read
followed by a save.
"""

from sessions_app.models.generations import ENDED, OPEN, Attempt, Generation, GenerationStatus
from sessions_app.models.operations import AccountDeletion, Engine, HourlyStats
from sessions_app.models.sessions import ALIVE, SessionStatus, WebLLMSession

__all__ = [
    "ALIVE",
    "ENDED",
    "OPEN",
    "AccountDeletion",
    "Attempt",
    "Engine",
    "Generation",
    "GenerationStatus",
    "HourlyStats",
    "SessionStatus",
    "WebLLMSession",
]
