"""How far it is, in numbers, once in a while."""

import time
from collections.abc import Callable

Say = Callable[[str], None]
EVERY_SECONDS = 2.0


class Progress:
    """Says "`what` 12 MB", or "`what` 12 of 40 MB" where the end is known."""

    def __init__(self, say: Say, what: str, total: int = 0) -> None:
        self._say, self._what = say, what
        self._end = f" of {megabytes(total)}" if total else ""
        self._said_at = time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._said_at >= EVERY_SECONDS:
            self._said_at = time.monotonic()
            self._say(f"{self._what} {megabytes(done)}{self._end}")


def megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
