"""Limits, progress and errors that all import formats share.

Sizes are in bytes, and lengths of text are in characters.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext

from sessions_app.exceptions import MindFlipError

RATIO = 200  # typical collections shrink to a tenth, zip bombs to a thousandth
RATIO_COUNTS_FROM = 16 * 2**20
ENTRIES = 100_000  # files in a package
MAX_FIELD_CHARACTERS = 64_000  # HTML of one field: 2,000 characters of text and their markup
FIELDS = 100
CHUNK = 2**18
EVERY = 100
READING, SAVING = "reading", "saving"
Listener = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Limits:
    """A server's limits for an imported file, its unpacked content, and its number of cards."""

    file_bytes: int
    cards: int

    @property
    def unpacked_bytes(self) -> int:
        return 4 * self.file_bytes

    def check_file(self, size: int) -> None:
        """Raise FileRejected (`too_large`) if a file of `size` bytes is too large."""
        if size > self.file_bytes:
            message = gettext(
                "This file is larger than %(megabytes)s MB: export it without pictures and sounds,"
                " or fewer cards at a time."
            )
            raise too_large(message % {"megabytes": self.file_bytes // 2**20})

    def check_unpacked(self, size: int, packed: int) -> None:
        """Raise FileRejected (`too_large`) if `size` bytes are too many for `packed` bytes."""
        is_bomb = size > RATIO_COUNTS_FROM and size > RATIO * max(packed, 1)
        if is_bomb or size > self.unpacked_bytes:
            raise too_large(
                gettext("What is packed in this file is too large: export fewer cards at a time.")
            )


def ignore_progress(phase: str, done: int, total: int) -> None:
    """Ignore the progress of an import."""


class Progress:
    """Counts cards in the two phases of an import, and enforces its time limit.

    At the first card and at every hundredth card after it, `listen` is called with the phase, the
    number of cards done, and the total. It may raise an exception to stop the import.
    """

    def __init__(self, seconds: float = float("inf"), listen: Listener = ignore_progress) -> None:
        self._phase, self._done, self._total = READING, 0, 0
        self._listen = listen
        self._until = time.monotonic() + seconds

    def begin(self, phase: str, total: int) -> None:
        self._phase, self._done, self._total = phase, 0, total

    def step(self) -> None:
        """Count one more card.

        Raise FileRejected (`takes_too_long`) after the time limit. Exceptions of the listener are
        passed on.
        """
        self.check()
        if self._done % EVERY == 0:
            self._listen(self._phase, self._done, self._total)
        self._done += 1

    def check(self) -> None:
        """Raise FileRejected (`takes_too_long`) after the time limit."""
        if self.is_over():
            raise FileRejected(
                gettext("This file takes too long to read: export fewer cards at a time."),
                code="takes_too_long",
            )

    def is_over(self) -> bool:
        return time.monotonic() > self._until


class FileRejected(MindFlipError):
    """The file cannot be imported, and none of its cards are saved.

    Codes: `too_large`, `unknown_format`, `damaged_file`, `wrong_choice`, `too_many_cards`,
    `no_cards`, `takes_too_long`, `cancelled`.
    """

    code = "damaged_file"
    status = 400


def damaged(message: str) -> FileRejected:
    """Return the error for a damaged file."""
    return FileRejected(message, code="damaged_file")


def too_large(message: str) -> FileRejected:
    refused = FileRejected(message, code="too_large")
    refused.status = 413
    return refused
