"""Descriptions of this app's REST operations for the OpenAPI document."""

from flashcards.api import examples, schemas, serializers
from flashcards.api.serializers import (
    CardSerializer,
    CardsQuerySerializer,
    DeckChangeSerializer,
    DeckCreateSerializer,
    DecksQuerySerializer,
    ExportQuerySerializer,
    ImportSerializer,
    TableSerializer,
)
from flashcards.api.study_serializers import (
    ProgressQuerySerializer,
    QueueQuerySerializer,
    ReviewsQuerySerializer,
    ReviewsSerializer,
    StudySettingsSerializer,
)
from flashcards.formats.detect import EXTENSIONS
from flashcards.formats.registry import FORMATS
from sessions_app.rest.openapi import ApiSchema, Operation, OperationLink, Page, SuccessResponse

DECK = {"deckId": "$response.body#/id"}
CARD = {"cardId": "$response.body#/id"}
ALL = {404: ("not_found",)}
CARDS = {"cards": [examples.CARD_ID]}
CHANGED = schemas.ChangedShape
ONE = {"count": 1}
PERMANENT = "Out of the bin; nothing brings it back."
queue = ApiSchema(
    "Study",
    get=Operation(
        "readQueue",
        "What to study now",
        {
            200: SuccessResponse(
                "At most 200 cards, with what each rating would give.",
                schemas.QueueShape,
                examples.QUEUE,
            )
        },
        description=(
            "Cards in their learning steps, then due ones, then new ones within the day's limits;"
            " of one deck, or of all."
        ),
        query=QueueQuerySerializer,
        refusals={404: ("not_found",)},
    ),
)
reviews = ApiSchema(
    "Study",
    get=Operation(
        "listReviews",
        "List your reviews",
        {
            200: SuccessResponse(
                "Newest first, without those that were undone.",
                Page("ReviewPage", schemas.ReviewShape),
                examples.REVIEWS,
            )
        },
        description="Of all cards, or of one; of all times, or of a span.",
        query=ReviewsQuerySerializer,
    ),
    post=Operation(
        "recordReviews",
        "Record reviews",
        {200: SuccessResponse("An outcome for each.", schemas.OutcomesShape, examples.OUTCOMES)},
        description=(
            "A batch of 1 to 500. The same id twice is one review; a wrong item is refused alone,"
            " with a code."
        ),
        body=ReviewsSerializer,
        example={"reviews": [examples.REVIEW]},
    ),
)
review = ApiSchema(
    "Study",
    get=Operation(
        "readReview",
        "Read a review",
        {200: SuccessResponse("Undone or not.", schemas.ReviewShape, examples.RECORDED)},
        description="Under the id that the client gave it.",
    ),
    delete=Operation(
        "undoReview",
        "Take a review back",
        {204: SuccessResponse("Its card is as it was before.")},
        description="Later reviews of the card are applied anew. Twice is harmless.",
    ),
)
settings = ApiSchema(
    "Study",
    get=Operation(
        "readStudySettings",
        "How you study",
        {200: SuccessResponse("As it is now.", schemas.StudySettingsShape, examples.SETTINGS)},
        description="The day's limits, how much to remember, and when days begin.",
    ),
    patch=Operation(
        "changeStudySettings",
        "Change how you study",
        {200: SuccessResponse("As it is now.", schemas.StudySettingsShape, examples.SETTINGS)},
        description="Members that are not sent stay as they are.",
        body=StudySettingsSerializer(partial=True),
        is_body_optional=True,
        example={"newPerDay": 10, "timeZone": "Europe/Vienna"},
    ),
)
progress = ApiSchema(
    "Study",
    get=Operation(
        "readProgress",
        "How studying goes",
        {
            200: SuccessResponse(
                "In study days of the caller's.", schemas.ProgressShape, examples.PROGRESS
            )
        },
        description=(
            "Numbers, the last days by rating, what is due in the next 30, and the fates of"
            " generated cards."
        ),
        query=ProgressQuerySerializer,
        query_example={"days": 30},
    ),
)
REFUSED = {
    400: (
        "damaged_file",
        "unknown_format",
        "wrong_choice",
        "no_cards",
        "too_many_cards",
        "takes_too_long",
        "cancelled",
    ),
    413: ("too_large",),
}
FILE = {"file": "front,back\nebb,falling tide\n"}
MEDIA = tuple(file_format.content_type for file_format in FORMATS.values())


OF_DECK = {
    "read": OperationLink("readDeck", DECK),
    "change": OperationLink("changeDeck", DECK),
    "cards": OperationLink("listCards", DECK),
    "add": OperationLink("addCard", DECK),
    "export": OperationLink("exportDeck", DECK),
    "delete": OperationLink("deleteDeck", DECK),
    "restore": OperationLink("restoreDeck", DECK),
}
OF_CARD = {
    "read": OperationLink("readCard", CARD),
    "change": OperationLink("changeCard", CARD),
    "delete": OperationLink("deleteCard", CARD),
    "restore": OperationLink("restoreCard", CARD),
}
BACK_DECK = {"restore": OperationLink("restoreDeck", {"deckId": "$request.path.deckId"})}
BACK_CARD = {"restore": OperationLink("restoreCard", {"cardId": "$request.path.cardId"})}
MADE = ("Location", "Idempotency-Replayed")
NO_BODY = "It lies in the bin."
PARTIAL = "Members that are not sent stay as they are."
FULL = {409: ("deck_full",)}
decks = ApiSchema(
    "Decks",
    get=Operation(
        "listDecks",
        "List your decks",
        {
            200: SuccessResponse(
                "Newest first.", Page("DeckPage", schemas.DeckShape), examples.DECKS
            )
        },
        description=(
            "`q` finds decks with these words in name, topic, tags or on a card; `tag` those with"
            " this tag."
        ),
        query=DecksQuerySerializer,
        query_example={"q": "tides", "tag": "sea"},
    ),
    post=Operation(
        "createDeck",
        "Save or make a deck",
        {
            201: SuccessResponse(
                "A new deck.", schemas.DeckDetailShape, examples.DECK_DETAIL, ("Location",), OF_DECK
            ),
            200: SuccessResponse(
                "It had been saved before.", schemas.DeckDetailShape, examples.DECK_DETAIL, MADE
            ),
        },
        description=(
            "`{generationId, name?}` saves a generation's cards, the same one only once;"
            " `{generationIds, name?, cards?}` a batch; `{name, cards}` makes a deck by hand."
        ),
        body=DeckCreateSerializer,
        example=examples.NEW_DECK,
        sent=("Idempotency-Key",),
        refusals={404: ("not_found",), 409: ("not_finished", "in_progress"), 422: ("key_reused",)},
    ),
)
deck = ApiSchema(
    "Decks",
    get=Operation(
        "readDeck",
        "Read a deck",
        {
            200: SuccessResponse(
                "With its cards.", schemas.DeckDetailShape, examples.DECK_DETAIL, links=OF_DECK
            )
        },
        description="One deck with its cards in their order.",
    ),
    patch=Operation(
        "changeDeck",
        "Rename or tag a deck",
        {200: SuccessResponse("As it is now.", schemas.DeckDetailShape, examples.DECK_DETAIL)},
        description=PARTIAL,
        body=DeckChangeSerializer(partial=True),
        is_body_optional=True,
        example={"name": "High and low water"},
    ),
    delete=Operation(
        "deleteDeck",
        "Put a deck into the bin",
        {204: SuccessResponse(NO_BODY, links=BACK_DECK)},
        description="With its cards. It can be brought back for as long as it lies there.",
    ),
)
cards = ApiSchema(
    "Cards",
    get=Operation(
        "listCards",
        "List a deck's cards",
        {
            200: SuccessResponse(
                "In the deck's own order.", Page("CardPage", schemas.CardShape), examples.CARDS
            )
        },
        description=(
            "`q` finds cards with these words on a side or in a tag; `tag` and `kind` narrow"
            " further."
        ),
        query=CardsQuerySerializer,
        query_example={"kind": "basic"},
    ),
    post=Operation(
        "addCard",
        "Add a card",
        {
            201: SuccessResponse(
                "The deck's last card.", schemas.CardShape, examples.CARD, links=OF_CARD
            )
        },
        description="Adds a card at the end. Members beside the named ones are kept with the card.",
        body=CardSerializer,
        example=examples.SIDES,
        refusals=FULL,
    ),
)
card = ApiSchema(
    "Cards",
    get=Operation(
        "readCard",
        "Read a card",
        {200: SuccessResponse("As it is now.", schemas.CardShape, examples.CARD, links=OF_CARD)},
        description=(
            "One card, whichever deck it is in. Members that it came with stand beside the named"
            " ones."
        ),
    ),
    patch=Operation(
        "changeCard",
        "Change a card",
        {200: SuccessResponse("As it is now.", schemas.CardShape, examples.CARD)},
        description=PARTIAL,
        body=CardSerializer(partial=True),
        is_body_optional=True,
        example={"back": examples.SIDES["back"]},
    ),
    delete=Operation(
        "deleteCard",
        "Put a card into the bin",
        {204: SuccessResponse(NO_BODY, links=BACK_CARD)},
        description="It can be brought back for as long as it lies there.",
    ),
)


TAGGED = ONE | {"undo": [CARDS | {"add": ["river"], "remove": ["sea"]}]}
bin = ApiSchema(
    "Trash",
    get=Operation(
        "readTrash",
        "How much is in the bin",
        {200: SuccessResponse("Counted now.", schemas.TrashShape, {"decks": 1, "cards": 0})},
        description="Decks, and cards that were deleted alone.",
    ),
    delete=Operation(
        "emptyTrash",
        "Empty the bin for good",
        {204: SuccessResponse("It is empty.")},
        description=PERMANENT,
    ),
)
trashed_decks = ApiSchema(
    "Trash",
    get=Operation(
        "listTrashedDecks",
        "List decks in the bin",
        {
            200: SuccessResponse(
                "The last deleted first.",
                Page("TrashedDeckPage", schemas.TrashedDeckShape),
                examples.TRASHED_DECKS,
            )
        },
    ),
)
trashed_cards = ApiSchema(
    "Trash",
    get=Operation(
        "listTrashedCards",
        "List cards in the bin",
        {
            200: SuccessResponse(
                "Those deleted alone, the last first.",
                Page("TrashedCardPage", schemas.TrashedCardShape),
                examples.TRASHED_CARDS,
            )
        },
    ),
)
trashed_deck = ApiSchema(
    "Trash",
    delete=Operation(
        "deleteDeckForGood",
        "Delete a deck for good",
        {204: SuccessResponse("It is gone.")},
        description=PERMANENT,
    ),
)
trashed_card = ApiSchema(
    "Trash",
    delete=Operation(
        "deleteCardForGood",
        "Delete a card for good",
        {204: SuccessResponse("It is gone.")},
        description=PERMANENT,
    ),
)
deck_restore = ApiSchema(
    "Trash",
    post=Operation(
        "restoreDeck",
        "Bring a deck back",
        {200: SuccessResponse("As it is now.", schemas.DeckDetailShape, examples.DECK_DETAIL)},
        description=(
            "Out of the bin; with `cards` also those that a merge took elsewhere. Again is"
            " harmless."
        ),
        body=serializers.DeckRestoreSerializer,
        example={"cards": []},
        is_body_optional=True,
        refusals=FULL,
    ),
)
deck_merge = ApiSchema(
    "Decks",
    post=Operation(
        "mergeDecks",
        "Merge a deck into another",
        {200: SuccessResponse("What moved.", schemas.MergedShape, examples.MERGED)},
        description=(
            "Moves the cards into the deck `into`, doubles left out; what is left goes into the"
            " bin."
        ),
        body=serializers.DeckMergeSerializer,
        example={"into": examples.OTHER_ID},
        refusals=FULL,
    ),
)
card_restore = ApiSchema(
    "Trash",
    post=Operation(
        "restoreCard",
        "Bring a card back",
        {200: SuccessResponse("As it is now.", schemas.CardShape, examples.CARD)},
        description="Out of the bin. Again is harmless. No body is needed.",
        refusals=FULL,
    ),
)
cards_delete = ApiSchema(
    "Cards",
    post=Operation(
        "deleteCards",
        "Put cards into the bin",
        {200: SuccessResponse("All of them, or none.", CHANGED, ONE)},
        description="They can be brought back for as long as they lie there.",
        body=serializers.CardsSerializer,
        example=CARDS,
        refusals=ALL,
    ),
)
cards_restore = ApiSchema(
    "Trash",
    post=Operation(
        "restoreCards",
        "Bring cards back",
        {200: SuccessResponse("All of them, or none.", CHANGED, ONE)},
        description="Out of the bin to their places. Again is harmless.",
        body=serializers.CardsSerializer,
        example=CARDS,
        refusals=ALL | FULL,
    ),
)
cards_tag = ApiSchema(
    "Cards",
    post=Operation(
        "tagCards",
        "Tag cards",
        {200: SuccessResponse("All of them, or none.", schemas.TaggedShape, TAGGED)},
        description="Adds and removes tags on all of the cards.",
        body=serializers.CardsTagSerializer,
        example=CARDS | {"add": ["sea"], "remove": ["river"]},
        refusals=ALL,
    ),
)
cards_move = ApiSchema(
    "Cards",
    post=Operation(
        "moveCards",
        "Move cards to another deck",
        {200: SuccessResponse("All of them, or none.", CHANGED, ONE)},
        description="Puts the cards behind the last one of the deck `to`, in their order.",
        body=serializers.CardsMoveSerializer,
        example=CARDS | {"to": examples.DECK_ID},
        refusals=ALL | FULL,
    ),
)
duplicates = ApiSchema(
    "Duplicates",
    get=Operation(
        "listDuplicates",
        "Cards that ask the same",
        {
            200: SuccessResponse(
                "In groups, equal answers first.",
                Page("TwinsPage", schemas.DuplicateGroupShape, True),
                examples.DUPLICATES,
            )
        },
        description="In all decks, or with `deck` in this one. Groups that were kept are left out.",
        query=serializers.DuplicatesQuerySerializer,
        refusals={404: ("not_found",)},
    ),
)
duplicates_keep = ApiSchema(
    "Duplicates",
    post=Operation(
        "keepDuplicates",
        "Keep duplicates",
        {204: SuccessResponse("They are shown no more, until another card joins them.")},
        description="For cards that are meant to be there, all of them.",
        body=serializers.DuplicateGroupSerializer,
        example={"frontKey": examples.OTHER_ID},
        refusals=ALL,
    ),
)
tags = ApiSchema(
    "Decks",
    get=Operation(
        "listTags",
        "Your tags",
        {200: SuccessResponse("Of decks and cards.", schemas.TagsShape, {"tags": ["sea"]})},
    ),
)


imports = ApiSchema(
    "Imports",
    post=Operation(
        "importFile",
        "Import a file",
        {201: SuccessResponse("What came of it.", schemas.ImportReportShape, examples.REPORT)},
        description=(
            f"A file ({', '.join(EXTENSIONS)}) in multipart/form-data: its cards become decks, all"
            " of them or none. Cards that are here already are updated."
        ),
        body=ImportSerializer,
        example=FILE | {"name": "Tides"},
        refusals=REFUSED | {404: ("not_found",)},
    ),
)
preview = ApiSchema(
    "Imports",
    post=Operation(
        "previewFile",
        "Look at a file",
        {
            200: SuccessResponse(
                "What it is, and how it would be read.", schemas.PreviewShape, examples.PREVIEW
            )
        },
        description=(
            "Nothing is saved. Of a table the answer has its first rows, and what each column is"
            " taken for."
        ),
        body=TableSerializer,
        example=FILE,
        refusals=REFUSED,
    ),
)
one_import = ApiSchema(
    "Imports",
    get=Operation(
        "readImport",
        "See how far an import is",
        {
            200: SuccessResponse(
                "In cards.",
                schemas.ImportProgressShape,
                {"phase": "saving", "done": 300, "total": 1200},
            )
        },
        description=(
            "Under the `importId` that the client gave with the file; known until a minute after"
            " its end."
        ),
    ),
    delete=Operation(
        "cancelImport",
        "Stop an import",
        {204: SuccessResponse("It is told to stop.")},
        description="Nothing of it is saved, unless it had ended.",
    ),
)


export = ApiSchema(
    "Decks",
    get=Operation(
        "exportDeck",
        "A deck as a file",
        {
            200: SuccessResponse(
                "The file, to be saved.", {}, headers=("Content-Disposition",), media=MEDIA
            )
        },
        description=(
            f"As {', '.join(f'`{row.name}` ({row.label})' for row in FORMATS.values())}, without"
            " study progress."
        ),
        query=ExportQuerySerializer,
        query_example={"format": "csv"},
    ),
)
