"""The admin of decks, cards and study data.

The origin of a deck is read-only, because an edited origin would be false.
"""

from flashcards.admin import decks, study  # noqa: F401 - registers them
