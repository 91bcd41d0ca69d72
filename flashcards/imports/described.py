"""The calls that take files, as the OpenAPI document has them."""

from flashcards import examples
from flashcards.imports import shapes
from flashcards.imports.serializers import ImportSerializer, TableSerializer
from sessions_app.rest.calls import Answer, Call, Calls

REFUSED = {
    400: ("damaged_file", "unknown_format", "wrong_choice", "no_cards", "too_many_cards", "takes_too_long", "cancelled"),
    413: ("too_large",),
}
FILE = {"file": "front,back\nebb,falling tide\n"}

imports = Calls(
    "Imports",
    post=Call(
        "importFile",
        "Import a file",
        {201: Answer("What came of it.", shapes.ImportReportShape, examples.REPORT)},
        words="A file (.apkg, .colpkg, .csv, .tsv, .txt, .json) in multipart/form-data: its cards become decks, all of them or none. "
        "Cards that are here already are updated.",
        body=ImportSerializer,
        example=FILE | {"name": "Tides"},
        refusals=REFUSED | {404: ("not_found",)},
    ),
)
preview = Calls(
    "Imports",
    post=Call(
        "previewFile",
        "Look at a file",
        {200: Answer("What it is, and how it would be read.", shapes.PreviewShape, examples.PREVIEW)},
        words="Nothing is saved. Of a table the answer has its first rows, and what each column is taken for.",
        body=TableSerializer,
        example=FILE,
        refusals=REFUSED,
    ),
)
one_import = Calls(
    "Imports",
    get=Call(
        "readImport",
        "See how far an import is",
        {200: Answer("In cards.", shapes.ImportProgressShape, {"phase": "saving", "done": 300, "total": 1200})},
        words="Under the `importId` that the client gave with the file; known until a minute after its end.",
    ),
    delete=Call(
        "cancelImport",
        "Stop an import",
        {204: Answer("It is told to stop.")},
        words="Nothing of it is saved, unless it had ended.",
    ),
)
