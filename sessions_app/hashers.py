"""Password hashing that does not keep other requests waiting."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from sessions_app.rest.streaming import release_connection

# A hash keeps a core busy for about half a second. More at the same time would only take turns, and
# take them from other requests too: docs/performance.md has the measurement.
CONCURRENT_HASHES = os.cpu_count() or 1
# the address that the current request came from
client: ContextVar[str] = ContextVar("client", default="")


class FairSemaphore:
    """A semaphore that clients enter by turns: one that sends many requests waits behind its own,
    not in front of others.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._queues: dict[str, deque[Event]] = {}  # the client whose turn is next comes first
        self._lock = Lock()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place; wait for one first if there is none."""
        turn = Event()
        with self._lock:
            if self._free:
                self._free -= 1
                turn.set()
            else:
                self._queues.setdefault(client, deque()).append(turn)
        turn.wait()
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            if not self._queues:
                self._free += 1
                return
            client, queue = next(iter(self._queues.items()))
            turn = queue.popleft()
            del self._queues[client]
            if queue:
                self._queues[client] = queue  # the others first
            turn.set()


hashing = FairSemaphore(CONCURRENT_HASHES)


class PasswordHasher(PBKDF2PasswordHasher):
    """Django's default algorithm, computed without a database connection, a few hashes at a time
    and by turns of clients.
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash a password.

        Verifying one calls this too, and so does Django for unknown names, so it covers all uses of
        passwords.
        """
        release_connection()
        with hashing.place(client.get()):
            return super().encode(password, salt, iterations)
