"""The order of the calls on the page, and the values that they take from earlier responses.

Every call must be included; a test checks this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACCESS = {"access": "access", "refresh": "refresh"}
TIDES = "What is a spring tide?"


@dataclass(frozen=True)
class Step:
    """A call on the page.

    It consists of the example in the call's description, with values from earlier responses and
    from this step.
    """

    call: str  # the operationId
    # Path in the response -> name of the value in later calls.
    taken: Mapping[str, str] = field(default_factory=dict)
    # Fields of the body that differ from the example.
    sent: Mapping[str, Any] = field(default_factory=dict)
    # Path in the body -> name of the value that it gets.
    filled: Mapping[str, str] = field(default_factory=dict)
    # Name of a variable in the URL -> name of the value that it gets.
    renamed: Mapping[str, str] = field(default_factory=dict)
    made: tuple[str, ...] = ()  # names of IDs that the client creates
    description: str = ""  # replaces the call's own description


STORY: tuple[Step, ...] = (
    Step("register"),
    Step("createToken", ACCESS),
    Step("refreshToken", ACCESS, filled={"refresh": "refresh"}),
    Step("readAccount"),
    Step("listModels"),
    Step("createSession", {"sessionId": "sessionId"}),
    Step("listSessions"),
    Step("readSession"),
    Step("createTicket"),
    Step("createGeneration", {"generationId": "generationId"}),
    Step("listGenerations"),
    Step("readGeneration"),
    Step("cancelGeneration"),
    Step("closeSession"),
    Step("storeDraft", made=("draftId",)),
    Step("listDrafts"),
    Step("readDraft"),
    Step("deleteDraft"),
    Step("createDeck", {"id": "deckId"}),
    Step("listDecks"),
    Step("readDeck"),
    Step("changeDeck"),
    Step("addCard", {"id": "cardId"}),
    Step("listCards"),
    Step("readCard"),
    Step("changeCard"),
    Step("tagCards", filled={"cards.0": "cardId"}),
    Step("listTags"),
    Step("exportDeck"),
    Step("readQueue"),
    Step(
        "recordReviews",
        filled={"reviews.0.id": "reviewId", "reviews.0.cardId": "cardId"},
        made=("reviewId",),
    ),
    Step("readReview"),
    Step("listReviews"),
    Step("undoReview"),
    Step("readStudySettings"),
    Step("changeStudySettings"),
    Step("readProgress"),
    Step("previewFile"),
    Step(
        "importFile",
        {"decks.0.id": "otherDeckId"},
        filled={"importId": "importId"},
        made=("importId",),
    ),
    Step("readImport"),
    Step("cancelImport"),
    Step("moveCards", filled={"cards.0": "cardId", "to": "otherDeckId"}),
    Step("listDuplicates", {"results.0.frontKey": "frontKey"}),
    Step("keepDuplicates", filled={"frontKey": "frontKey"}),
    Step("deleteCards", filled={"cards.0": "cardId"}),
    Step("restoreCards", filled={"cards.0": "cardId"}),
    Step("deleteCard"),
    Step("restoreCard"),
    Step("deleteCard", description="Into the bin again, for what comes next."),
    Step("listTrashedCards"),
    Step("deleteCardForGood"),
    Step("mergeDecks", filled={"into": "deckId"}, renamed={"deckId": "otherDeckId"}),
    Step("deleteDeck"),
    Step("readTrash"),
    Step("listTrashedDecks"),
    Step("restoreDeck"),
    Step("deleteDeck", description="Into the bin again, for what comes next."),
    Step("deleteDeckForGood"),
    Step("emptyTrash"),
    Step("exportAccount"),
    Step("changePassword"),
    Step(
        "createToken",
        ACCESS,
        {"password": "battery staple horse"},
        description="The tokens of before ended with the old password.",
    ),
    Step("signOutEverywhere", sent={"password": "battery staple horse"}),
    Step(
        "createToken",
        ACCESS,
        {"password": "battery staple horse"},
        description="The tokens of before ended when all were signed out.",
    ),
    Step("deleteAccount", sent={"password": "battery staple horse"}),
    Step(
        "createToken",
        ACCESS,
        {"username": "operator"},
        description="What is left is for members of the staff.",
    ),
    Step("readStats"),
)
