"""Decks as files, a module for each format behind one table."""

from flashcards.exports.formats import FORMATS, Export, Format, deck_export

__all__ = ["FORMATS", "Export", "Format", "deck_export"]
