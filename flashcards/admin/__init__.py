"""For looking into decks, cards and what is known of studying.

Where a deck came from is only shown; a change of it would be a lie.
"""

from flashcards.admin import decks, study  # noqa: F401 - registers them
