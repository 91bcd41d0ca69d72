"""Password hashing that does not keep other requests waiting."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from sessions_app.sync_executor import release_connection

# A hash keeps a core busy for about half a second. More hashes than cores would only compete with
# each other and with other requests (measured in docs/performance.md).
CONCURRENT_HASHES = os.cpu_count() or 1
# The address of the current request's client.
client: ContextVar[str] = ContextVar("client", default="")


class FairSemaphore:
    """A semaphore that clients enter in turns.

    A client that sends many requests delays its own requests, but not those of other clients.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._queues: dict[str, deque[Event]] = {}  # the next client is the first key
        self._lock = Lock()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place in the context, after waiting until one is free."""
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
                self._queues[client] = queue  # after the other clients
            turn.set()


hashing = FairSemaphore(CONCURRENT_HASHES)


class PasswordHasher(PBKDF2PasswordHasher):
    """Django's default algorithm, with a limit on concurrent hashes and fair turns for clients.

    The thread holds no database connection while it waits and hashes.
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash a password.

        Django also calls this to verify passwords, and for unknown usernames, so it covers every
        use of a password.
        """
        release_connection()
        with hashing.place(client.get()):
            return super().encode(password, salt, iterations)
