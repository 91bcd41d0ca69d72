"""Signs of life of the worker and of beat, as keys in Redis that fade: who is not heard of for SEEN_SECONDS is missing.

The worker writes its own with Celery's heartbeat. Beat cannot write, it only sends: its sign is a task that it schedules, and that
some worker runs.
"""

from time import monotonic
from typing import Any

from celery.signals import heartbeat_sent
from django.conf import settings
from django.core.cache import cache

PARTS = ("worker", "beat")
_WRITTEN_EVERY = 6  # times before the key fades
_written_at = float("-inf")


def key_of(part: str) -> str:
    return f"seen:{part}"


def note(part: str) -> None:
    """This part lives. Raises RedisError."""
    cache.set(key_of(part), 1, settings.WORKER_SEEN_SECONDS)


@heartbeat_sent.connect
def note_worker(**_: Any) -> None:
    """Celery's heart beats every two seconds; a few of these are written down."""
    global _written_at
    if monotonic() - _written_at >= settings.WORKER_SEEN_SECONDS / _WRITTEN_EVERY:
        note("worker")
        _written_at = monotonic()
