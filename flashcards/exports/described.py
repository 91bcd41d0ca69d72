"""The call that gives a deck as a file, as the OpenAPI document has it."""

from flashcards.exports.formats import FORMATS
from flashcards.exports.serializers import ExportQuerySerializer
from sessions_app.rest.calls import Answer, Call, Calls

MEDIA = tuple(one.content_type for one in FORMATS.values())

export = Calls(
    "Decks",
    get=Call(
        "exportDeck",
        "A deck as a file",
        {200: Answer("The file, to be saved.", {}, headers=("Content-Disposition",), media=MEDIA)},
        words="For Anki (`apkg`), for tables (`csv`, `tsv`), to read (`markdown`), to import here (`json`). None has study progress.",
        query=ExportQuerySerializer,
        query_example={"format": "csv"},
    ),
)
