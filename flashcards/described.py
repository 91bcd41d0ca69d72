"""The calls about decks and cards as the OpenAPI document has them."""

from flashcards import examples, shapes
from flashcards.serializers import (
    CardSerializer,
    CardsQuerySerializer,
    DeckChangeSerializer,
    DeckCreateSerializer,
    DecksQuerySerializer,
)
from sessions_app.rest.calls import Answer, Call, Calls, Link
from sessions_app.rest.components import Page

DECK = {"deckId": "$response.body#/id"}
CARD = {"cardId": "$response.body#/id"}
OF_DECK = {
    "read": Link("readDeck", DECK),
    "change": Link("changeDeck", DECK),
    "cards": Link("listCards", DECK),
    "add": Link("addCard", DECK),
    "export": Link("exportDeck", DECK),
    "delete": Link("deleteDeck", DECK),
    "restore": Link("restoreDeck", DECK),
}
OF_CARD = {
    "read": Link("readCard", CARD),
    "change": Link("changeCard", CARD),
    "delete": Link("deleteCard", CARD),
    "restore": Link("restoreCard", CARD),
}
BACK_DECK = {"restore": Link("restoreDeck", {"deckId": "$request.path.deckId"})}
BACK_CARD = {"restore": Link("restoreCard", {"cardId": "$request.path.cardId"})}
MADE = ("Location", "Idempotency-Replayed")
NO_BODY = "It lies in the bin."
PARTIAL = "Members that are not sent stay as they are."
FULL = ("deck_full",)

decks = Calls(
    "Decks",
    get=Call(
        "listDecks",
        "List your decks",
        {200: Answer("Newest first.", Page("DeckPage", shapes.DeckShape), examples.DECKS)},
        words="`q` finds decks with these words in name, topic, tags or on a card; `tag` those with this tag.",
        query=DecksQuerySerializer,
        query_example={"q": "tides", "tag": "sea"},
    ),
    post=Call(
        "createDeck",
        "Save or make a deck",
        {
            201: Answer("A new deck.", shapes.DeckDetailShape, examples.DECK_DETAIL, ("Location",), OF_DECK),
            200: Answer("It had been saved before.", shapes.DeckDetailShape, examples.DECK_DETAIL, MADE),
        },
        words="`{generationId, name?}` saves a generation's cards, the same one only once; `{generationIds, name?, cards?}` a batch; "
        "`{name, cards}` makes a deck by hand.",
        body=DeckCreateSerializer,
        example=examples.NEW_DECK,
        sent=("Idempotency-Key",),
        refusals={404: ("not_found",), 409: ("not_finished", "in_progress"), 422: ("key_reused",)},
    ),
)
deck = Calls(
    "Decks",
    get=Call(
        "readDeck",
        "Read a deck",
        {200: Answer("With its cards.", shapes.DeckDetailShape, examples.DECK_DETAIL, links=OF_DECK)},
        words="One deck with its cards in their order.",
    ),
    patch=Call(
        "changeDeck",
        "Rename or tag a deck",
        {200: Answer("As it is now.", shapes.DeckDetailShape, examples.DECK_DETAIL)},
        words=PARTIAL,
        body=DeckChangeSerializer(partial=True),
        is_body_optional=True,
        example={"name": "High and low water"},
    ),
    delete=Call(
        "deleteDeck",
        "Put a deck into the bin",
        {204: Answer(NO_BODY, links=BACK_DECK)},
        words="With its cards. It can be brought back for as long as it lies there.",
    ),
)
cards = Calls(
    "Cards",
    get=Call(
        "listCards",
        "List a deck's cards",
        {200: Answer("In the deck's own order.", Page("CardPage", shapes.CardShape), examples.CARDS)},
        words="`q` finds cards with these words on a side or in a tag; `tag` and `kind` narrow further.",
        query=CardsQuerySerializer,
        query_example={"kind": "basic"},
    ),
    post=Call(
        "addCard",
        "Add a card",
        {201: Answer("The deck's last card.", shapes.CardShape, examples.CARD, links=OF_CARD)},
        words="Adds a card at the end. Members beside the named ones are kept with the card.",
        body=CardSerializer,
        example=examples.SIDES,
        refusals={409: FULL},
    ),
)
card = Calls(
    "Cards",
    get=Call(
        "readCard",
        "Read a card",
        {200: Answer("As it is now.", shapes.CardShape, examples.CARD, links=OF_CARD)},
        words="One card, whichever deck it is in. Members that it came with stand beside the named ones.",
    ),
    patch=Call(
        "changeCard",
        "Change a card",
        {200: Answer("As it is now.", shapes.CardShape, examples.CARD)},
        words=PARTIAL,
        body=CardSerializer(partial=True),
        is_body_optional=True,
        example={"back": examples.SIDES["back"]},
    ),
    delete=Call(
        "deleteCard",
        "Put a card into the bin",
        {204: Answer(NO_BODY, links=BACK_CARD)},
        words="It can be brought back for as long as it lies there.",
    ),
)
