"""Sessions, generations with their attempts, engines, and rows for operators.

The rows are the source of truth. Messages between processes are only wake-up calls.

A state change is an UPDATE whose WHERE clause contains the old state, or a change to a locked row
(see `services`). It is never a read without a lock that is followed by a save.
"""

from sessions_app.models.generations import ENDED, OPEN, Attempt, Generation, GenerationStatus
from sessions_app.models.operations import AccountDeletion, HourlyStats
from sessions_app.models.sessions import ALIVE, Engine, SessionStatus, WebLLMSession

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
