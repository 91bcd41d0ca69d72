"""In which order the page makes the calls, and what each takes from the answers before it.

Every call is here: a test counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACCESS = {"access": "access", "refresh": "refresh"}
TIDES = "What is a spring tide?"


@dataclass(frozen=True)
class Step:
    """One call on the page: the sample of its description, with what earlier answers and this step
    put into it.
    """

    call: str  # the operationId
    # where it stands in the answer, its name from then on
    taken: Mapping[str, str] = field(default_factory=dict)
    # other members of the body than the sample's
    sent: Mapping[str, Any] = field(default_factory=dict)
    # where in the body which of those names stands
    filled: Mapping[str, str] = field(default_factory=dict)
    # the path's own name, the name that is meant
    renamed: Mapping[str, str] = field(default_factory=dict)
    made: tuple[str, ...] = ()  # names of ids that the client makes itself
    description: str = ""  # instead of the description


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
