"""A long import tells how far it is, and may be stopped by whoever listens or by its deadline."""

import time
from collections.abc import Callable

from flashcards.imports.refusals import ImportRefused

EVERY = 100
READING, SAVING = "reading", "saving"
Listener = Callable[[str, int, int], None]


def nobody(phase: str, done: int, total: int) -> None:
    """Listens to nothing."""


class Progress:
    """Count cards in each of two phases. Every hundredth calls `listen` with (phase, done, of all), which may raise to stop."""

    def __init__(self, seconds: float = float("inf"), listen: Listener = nobody) -> None:
        self._phase, self._done, self._total = READING, 0, 0
        self._listen = listen
        self._until = time.monotonic() + seconds

    def begin(self, phase: str, total: int) -> None:
        self._phase, self._done, self._total = phase, 0, total

    def step(self) -> None:
        """Count one more card. Raises ImportRefused (`takes_too_long`), and whatever the listener raises."""
        self.check()
        if self._done % EVERY == 0:
            self._listen(self._phase, self._done, self._total)
        self._done += 1

    def check(self) -> None:
        """Raises ImportRefused once the deadline has passed."""
        if self.is_over():
            raise ImportRefused("This file takes too long to read: export fewer cards at a time.", code="takes_too_long")

    def is_over(self) -> bool:
        return time.monotonic() > self._until
