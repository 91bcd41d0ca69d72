"""The kinds of cards: one row per kind holds everything that differs between them, and the note
types of our .apkg files. Pure.

A new kind is a row here and a line in `models.CardKind`.
"""

from dataclasses import dataclass

SENTENCE_FIELD = "Sentence"


@dataclass(frozen=True)
class KindRow:
    """`name` is what a card is stored with, `option` what askers say for it, `wish` what the form
    offers.

    `rule` and `example` go to the model. In Anki it is a note type with a number for all times, two
    fields (front, back) and a word above each side.
    """

    name: str
    option: str
    wish: str
    rule: str
    example: str
    note_type: str
    note_type_id: int
    fields: tuple[str, str]
    headings: tuple[str, str]


BASIC, CLOZE, DEFINITION = "basic", "cloze", "definition"
KIND_ROWS = (
    KindRow(
        BASIC,
        option="question-answer",
        wish="Question and answer",
        rule="The front is a short question. The back is its answer in a few words.",
        example=(
            '[{"front":"What does the Moon go round?","back":"Earth"},{"front":"How long is one'
            ' turn?","back":"27 days"}]'
        ),
        note_type="MindFlip Basic",
        note_type_id=1_704_067_200_101,
        fields=("Front", "Back"),
        headings=("Question", "Answer"),
    ),
    KindRow(
        CLOZE,
        option="cloze",
        wish="Cloze: fill the gap",
        rule=(
            "The front is a true sentence with one key word hidden as {{c1::word}}. The back is the"
            " hidden word."
        ),
        example=(
            '[{"front":"The Moon goes round the {{c1::Earth}}.","back":"Earth"},'
            '{"front":"One turn takes about {{c1::27}} days.","back":"27"}]'
        ),
        note_type="MindFlip Cloze",
        note_type_id=1_704_067_200_103,
        fields=("Text", "Back Extra"),
        headings=("Fill the gap", "Answer"),
    ),
    KindRow(
        DEFINITION,
        option="definition",
        wish="Term and definition",
        rule="The front is a term. The back is its definition.",
        example=(
            '[{"front":"orbit","back":"the path of one body round'
            ' another"},{"front":"crater","back":"a hollow made by a stone"}]'
        ),
        note_type="MindFlip Definition",
        note_type_id=1_704_067_200_102,
        fields=("Term", "Definition"),
        headings=("Term", "Definition"),
    ),
)
KIND_OF_NAME = {row.name: row for row in KIND_ROWS}
KIND_OF_OPTION = {row.option: row for row in KIND_ROWS} | KIND_OF_NAME


# kind of card, field of its front, field of its back
OWN_NOTE_TYPES = {row.note_type: (row.name, *row.fields) for row in KIND_ROWS}
