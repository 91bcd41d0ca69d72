"""A long reading tells how far it is, and may be stopped by whoever listens or by its deadline."""

import time
from collections.abc import Callable

from flashcards.imports.refusals import ImportRefused

EVERY = 100
Listener = Callable[[int, int], None]


class Progress:
    """Counts cards. Every hundredth is told to `listen` as (done, of all), which may raise to stop the import."""

    def __init__(self, seconds: float = float("inf"), listen: Listener = lambda done, total: None) -> None:
        self.total = 0
        self._done = 0
        self._listen = listen
        self._until = time.monotonic() + seconds

    def begin(self, total: int) -> None:
        """`total` more are to come: of reading, then of saving."""
        self.total += total

    def step(self) -> None:
        """One more card is done. Raises ImportRefused (`takes_too_long`), and whatever the listener raises."""
        self._done += 1
        if self._done % EVERY == 1:
            self.check()
            self._listen(self._done - 1, self.total)

    def check(self) -> None:
        """Raises ImportRefused once the deadline has passed."""
        if self.is_over():
            raise ImportRefused("This file takes too long to read: export fewer cards at a time.", code="takes_too_long")

    def is_over(self) -> bool:
        return time.monotonic() > self._until
