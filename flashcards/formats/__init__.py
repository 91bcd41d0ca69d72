"""Card file formats, each read or written in its own module.

These modules do not save anything. `flashcards/services/imports.py` does.
"""
