"""The REST API for decks, cards, studying, imports and exports."""
