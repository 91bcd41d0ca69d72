"""The calls of keeping decks in order, as the OpenAPI document has them."""

from flashcards import examples, shapes
from flashcards.keeping import serializers
from sessions_app.rest.calls import Answer, Call, Calls
from sessions_app.rest.components import Page

FULL = {409: ("deck_full",)}
ALL = {404: ("not_found",)}
CARDS = {"cards": [examples.CARD_ID]}
CHANGED = shapes.ChangedShape
ONE = {"count": 1}
FOR_GOOD = "Out of the bin; nothing brings it back."
TAGGED = ONE | {"undo": [CARDS | {"add": ["river"], "remove": ["sea"]}]}

bin = Calls(
    "Bin",
    get=Call(
        "readBin",
        "How much is in the bin",
        {200: Answer("Counted now.", shapes.BinShape, {"decks": 1, "cards": 0})},
        words="Decks, and cards that were deleted alone.",
    ),
    delete=Call("emptyBin", "Empty the bin for good", {204: Answer("It is empty.")}, words=FOR_GOOD),
)
binned_decks = Calls(
    "Bin",
    get=Call(
        "listBinnedDecks",
        "List decks in the bin",
        {200: Answer("The last deleted first.", Page("BinnedDeckPage", shapes.BinnedDeckShape), examples.BINNED_DECKS)},
    ),
)
binned_cards = Calls(
    "Bin",
    get=Call(
        "listBinnedCards",
        "List cards in the bin",
        {200: Answer("Those deleted alone, the last first.", Page("BinnedCardPage", shapes.BinnedCardShape), examples.BINNED_CARDS)},
    ),
)
binned_deck = Calls("Bin", delete=Call("deleteDeckForGood", "Delete a deck for good", {204: Answer("It is gone.")}, words=FOR_GOOD))
binned_card = Calls("Bin", delete=Call("deleteCardForGood", "Delete a card for good", {204: Answer("It is gone.")}, words=FOR_GOOD))
deck_restore = Calls(
    "Bin",
    post=Call(
        "restoreDeck",
        "Bring a deck back",
        {200: Answer("As it is now.", shapes.DeckDetailShape, examples.DECK_DETAIL)},
        words="Out of the bin; with `cards` also those that a merge took elsewhere. Again is harmless.",
        body=serializers.DeckRestoreSerializer,
        example={"cards": []},
        is_body_optional=True,
        refusals=FULL,
    ),
)
deck_merge = Calls(
    "Decks",
    post=Call(
        "mergeDecks",
        "Merge a deck into another",
        {200: Answer("What moved.", shapes.MergedShape, examples.MERGED)},
        words="Moves the cards into the deck `into`, doubles left out; what is left goes into the bin.",
        body=serializers.DeckMergeSerializer,
        example={"into": examples.OTHER_ID},
        refusals=FULL,
    ),
)
card_restore = Calls(
    "Bin",
    post=Call(
        "restoreCard",
        "Bring a card back",
        {200: Answer("As it is now.", shapes.CardShape, examples.CARD)},
        words="Out of the bin. Again is harmless. No body is needed.",
        refusals=FULL,
    ),
)
cards_delete = Calls(
    "Cards",
    post=Call(
        "deleteCards",
        "Put cards into the bin",
        {200: Answer("All of them, or none.", CHANGED, ONE)},
        words="They can be brought back for as long as they lie there.",
        body=serializers.CardsSerializer,
        example=CARDS,
        refusals=ALL,
    ),
)
cards_restore = Calls(
    "Bin",
    post=Call(
        "restoreCards",
        "Bring cards back",
        {200: Answer("All of them, or none.", CHANGED, ONE)},
        words="Out of the bin to their places. Again is harmless.",
        body=serializers.CardsSerializer,
        example=CARDS,
        refusals=ALL | FULL,
    ),
)
cards_tag = Calls(
    "Cards",
    post=Call(
        "tagCards",
        "Tag cards",
        {200: Answer("All of them, or none.", shapes.TaggedShape, TAGGED)},
        words="Adds and removes tags on all of the cards.",
        body=serializers.CardsTagSerializer,
        example=CARDS | {"add": ["sea"], "remove": ["river"]},
        refusals=ALL,
    ),
)
cards_move = Calls(
    "Cards",
    post=Call(
        "moveCards",
        "Move cards to another deck",
        {200: Answer("All of them, or none.", CHANGED, ONE)},
        words="Puts the cards behind the last one of the deck `to`, in their order.",
        body=serializers.CardsMoveSerializer,
        example=CARDS | {"to": examples.DECK_ID},
        refusals=ALL | FULL,
    ),
)
duplicates = Calls(
    "Duplicates",
    get=Call(
        "listDuplicates",
        "Cards that ask the same",
        {200: Answer("In groups, equal answers first.", Page("TwinsPage", shapes.TwinsShape, True), examples.DUPLICATES)},
        words="In all decks, or with `deck` in this one. Groups that were kept are left out.",
        query=serializers.DuplicatesQuerySerializer,
        refusals={404: ("not_found",)},
    ),
)
duplicates_keep = Calls(
    "Duplicates",
    post=Call(
        "keepDuplicates",
        "Keep duplicates",
        {204: Answer("They are shown no more, until another card joins them.")},
        words="For cards that are meant to be there, all of them.",
        body=serializers.TwinsSerializer,
        example={"frontKey": examples.OTHER_ID},
        refusals=ALL,
    ),
)
tags = Calls("Decks", get=Call("listTags", "Your tags", {200: Answer("Of decks and cards.", shapes.TagsShape, {"tags": ["sea"]})}))
