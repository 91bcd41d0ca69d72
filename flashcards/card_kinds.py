"""The kinds of cards, and the note types of exported Anki packages.

`KIND_ROWS` contains one row per kind with everything that differs between kinds. Prompts, forms,
columns, the REST API, Anki packages and the scripts of the pages use this table.

This module is pure: it uses Django only to translate labels.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from flashcards.grammar import ONE_GAP, SHORT_TERM, TWO_TEXTS, AnswerForm

SENTENCE_FIELD = "Sentence"  # untranslated: the name of a field in Anki


@dataclass(frozen=True)
class KindRow:
    """A kind of card.

    `name` is stored with a card, and `label` describes the card in tables. `option` is the name in
    a request, and `wish` is the label of this option in the form.

    If `has_gaps` is set, the front of a card of this kind has at least one gap. `rule` and
    `example` are sent to the model, and `answer_form` limits what it writes. In Anki, the kind is a
    note type with a permanent ID, two fields (front and back), and headings above the sides. A
    cloze shows only the first heading. The note type is the same for users of all languages, so its
    names and headings are not translated.
    """

    name: str
    label: str | Promise
    option: str
    wish: str | Promise
    has_gaps: bool
    rule: str
    example: str
    answer_form: AnswerForm
    note_type: str
    note_type_id: int
    fields: tuple[str, str]
    headings: tuple[str, str]


CLOZE = "cloze"  # the kind of imported cards with gaps
KIND_ROWS = (
    KindRow(
        "basic",
        label=gettext_lazy("Question and answer"),
        option="question-answer",
        wish=gettext_lazy("Question and answer"),
        has_gaps=False,
        rule=(
            "The front is a short question. The back is its answer"  # untranslated: a prompt
            " in a few words."
        ),
        example=(
            '[{"front":"What does the Moon go round?","back":"Earth"},{"front":"How long is one'
            ' turn?","back":"27 days"}]'  # untranslated: a prompt
        ),
        answer_form=TWO_TEXTS,
        note_type="MindFlip Basic",  # untranslated: the name in Anki
        note_type_id=1_704_067_200_101,
        fields=("Front", "Back"),  # untranslated: the note type in Anki
        headings=("Question", "Answer"),  # untranslated: the note type in Anki
    ),
    KindRow(
        CLOZE,
        label=gettext_lazy("Cloze"),
        option="cloze",
        wish=gettext_lazy("Cloze: fill the gap"),
        has_gaps=True,
        rule=(
            "The front is a true sentence with one key word hidden as {{c1::word}}. The back is the"
            " hidden word."  # untranslated: a prompt
        ),
        example=(
            '[{"front":"The Moon goes round the {{c1::Earth}}.","back":"Earth"},{"front":"One turn'
            ' takes about {{c1::27}} days.","back":"27"}]'  # untranslated: a prompt
        ),
        answer_form=ONE_GAP,
        note_type="MindFlip Cloze",  # untranslated: the name in Anki
        note_type_id=1_704_067_200_103,
        fields=("Text", "Back Extra"),  # untranslated: the note type in Anki
        headings=("Fill the gap", "Answer"),  # untranslated: the note type in Anki
    ),
    KindRow(
        "definition",
        label=gettext_lazy("Definition"),
        option="definition",
        wish=gettext_lazy("Term and definition"),
        has_gaps=False,
        rule="The front is a term. The back is its definition.",  # untranslated: a prompt
        example=(
            '[{"front":"orbit","back":"the path of one body round another"},{"front":"crater",'
            '"back":"a hollow made by a stone"}]'  # untranslated: a prompt
        ),
        answer_form=SHORT_TERM,
        note_type="MindFlip Definition",  # untranslated: the name in Anki
        note_type_id=1_704_067_200_102,
        fields=("Term", "Definition"),  # untranslated: the note type in Anki
        headings=("Term", "Definition"),  # untranslated: the note type in Anki
    ),
)
DEFAULT_KIND = KIND_ROWS[0]
KIND_CHOICES = [(row.name, row.label) for row in KIND_ROWS]
KIND_OF_NAME = {row.name: row for row in KIND_ROWS}
KIND_OF_OPTION = {row.option: row for row in KIND_ROWS} | KIND_OF_NAME


# The values are the kind of card, the field of its front, and the field of its back.
OWN_NOTE_TYPES = {row.note_type: (row.name, *row.fields) for row in KIND_ROWS}
