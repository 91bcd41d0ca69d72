"""How much of a file is read. All sizes in bytes but those of text, which are in characters."""

from dataclasses import dataclass

from flashcards.imports.refusals import too_large

RATIO = 200  # honest collections are packed to a tenth; a bomb to a thousandth
RATIO_COUNTS_FROM = 16 * 2**20
ENTRIES = 100_000  # files in a package
FIELD_CHARACTERS = 64_000  # HTML of one field: 2,000 characters of text with a lot around them
FIELDS = 100
CHUNK = 2**18


@dataclass(frozen=True)
class Limits:
    """What a server allows: the file as it comes, what may come out of it when unpacked, and its cards."""

    file_bytes: int
    cards: int

    @property
    def unpacked_bytes(self) -> int:
        return 4 * self.file_bytes

    def check_file(self, size: int) -> None:
        """Raises ImportRefused (`too_large`)."""
        if size > self.file_bytes:
            megabytes = self.file_bytes // 2**20
            raise too_large(f"This file is larger than {megabytes} MB: export it without pictures and sounds, or fewer cards at a time.")

    def check_unpacked(self, size: int, packed: int) -> None:
        """Raises ImportRefused for more than may come out of `packed` bytes."""
        is_bomb = size > RATIO_COUNTS_FROM and size > RATIO * max(packed, 1)
        if is_bomb or size > self.unpacked_bytes:
            raise too_large("What is packed in this file is too large: export fewer cards at a time.")
