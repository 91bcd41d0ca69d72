"""The note types of our own .apkg files: what the export calls its fields is where the import finds them again."""

from flashcards.models import CardKind

SENTENCE_FIELD = "Sentence"
OWN_NOTE_TYPES = {  # kind of card, field of its front, field of its back
    "MindFlip Basic": (CardKind.BASIC, "Front", "Back"),
    "MindFlip Definition": (CardKind.DEFINITION, "Term", "Definition"),
    "MindFlip Cloze": (CardKind.CLOZE, "Text", "Back Extra"),
}
NAME_OF_KIND = {kind: name for name, (kind, _, _) in OWN_NOTE_TYPES.items()}
