"""Card file formats, each read or written in its own module.

None of them saves anything (flashcards/services/imports.py does).
"""
