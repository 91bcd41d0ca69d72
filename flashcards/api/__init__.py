"""The REST API of decks, cards, study, imports and exports."""
