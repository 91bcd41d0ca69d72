"""REST of keeping decks in order: the bin, many cards at once, merging, duplicates."""
