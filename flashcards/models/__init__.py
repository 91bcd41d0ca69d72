"""Decks and their cards."""

from flashcards.models.cards import CARDS_PER_DECK, SIDE_CHARACTERS, Card, CardKind
from flashcards.models.decks import NAME_CHARACTERS, TAG_CHARACTERS, Deck
from flashcards.models.twins import KeptTwins

__all__ = ["CARDS_PER_DECK", "NAME_CHARACTERS", "SIDE_CHARACTERS", "TAG_CHARACTERS", "Card", "CardKind", "Deck", "KeptTwins"]
