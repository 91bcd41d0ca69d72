"""Models for decks, cards and study progress."""

from flashcards.models.cards import CARDS_PER_DECK, SIDE_CHARACTERS, Card
from flashcards.models.decks import NAME_CHARACTERS, TAG_CHARACTERS, Deck
from flashcards.models.drafts import DraftBatch
from flashcards.models.duplicates import IgnoredDuplicate
from flashcards.models.fates import CardFates
from flashcards.models.study import (
    REVIEW_SECONDS,
    CardState,
    Rating,
    Review,
    Schedule,
    StudySettings,
)

__all__ = [
    "CARDS_PER_DECK",
    "NAME_CHARACTERS",
    "REVIEW_SECONDS",
    "SIDE_CHARACTERS",
    "TAG_CHARACTERS",
    "Card",
    "CardFates",
    "CardState",
    "Deck",
    "DraftBatch",
    "IgnoredDuplicate",
    "Rating",
    "Review",
    "Schedule",
    "StudySettings",
]
