"""Files with cards, read: a module for each format, none of which saves anything (flashcards/services/imports.py does)."""
