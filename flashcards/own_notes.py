"""The note types of our own .apkg files: what the export calls its fields is where the import finds them again."""

from flashcards.kind_table import KIND_ROWS

SENTENCE_FIELD = "Sentence"
# kind of card, field of its front, field of its back
OWN_NOTE_TYPES = {row.note_type: (row.name, *row.fields) for row in KIND_ROWS}
