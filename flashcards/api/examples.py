"""Examples for the OpenAPI document.

Tests validate each example against its schema.
"""

DECK_ID = "c0a8c7e2-77a4-4b7e-9a38-0a9d4c6c5d11"
CARD_ID = "5d2f0a8e-6e0b-4a0c-9e55-8a2c5ad5b6f3"
OTHER_ID = "8b1c6f0e-2f6e-4a55-8e44-1d0e4a9b7c22"
REVIEW_ID = "f2f9b4d8-9c1d-4c86-b1a5-3a8e0f0b9d77"
GENERATION_ID = "0f5d4c9e-3f0e-4d53-8f8a-2b1c0d9e8f7a"
AT = "2026-01-31T18:30:00Z"
SIDES = {"front": "What is a spring tide?", "back": "The largest tide, at full and new moon"}
CARD = {
    "id": CARD_ID,
    "position": 1,
    **SIDES,
    "kind": "basic",
    "tags": ["sea"],
    "sentence": "",
    "found": None,
}
PROVENANCE = {
    "generationId": GENERATION_ID,
    "generationIds": [GENERATION_ID],
    "modelId": "example-model",  # not a real model, because no model generated this card
    "engine": "webllm",
    "promptVersion": "4",
    "topic": "Tides",
}
DECK = {
    "id": DECK_ID,
    "name": "Tides",
    "tags": ["sea"],
    "cardCount": 1,
    "dueCount": 0,
    "createdAt": AT,
    "updatedAt": AT,
    "provenance": PROVENANCE,
}
DECK_DETAIL = DECK | {"provenance": PROVENANCE | {"source": ""}, "cards": [CARD]}
NEW_DECK = {"name": "Tides", "tags": ["sea"], "cards": [SIDES]}
DRAFT = {
    "id": OTHER_ID,
    "topic": "Tides",
    "cardCount": 1,
    "version": 1,
    "createdAt": AT,
    "updatedAt": AT,
    "expiresAt": "2026-03-02T18:30:00Z",
}
NEW_DRAFT = {
    "version": 0,
    "topic": "Tides",
    "cards": [SIDES],
    "generationIds": [GENERATION_ID],
    "record": {"request": {"topic": "Tides", "count": 1}},
}
DRAFT_DETAIL = DRAFT | {name: NEW_DRAFT[name] for name in ("cards", "generationIds", "record")}
PAGE = {"next": "http://localhost:3000/api/…?cursor=…", "previous": None}
DECKS = PAGE | {"results": [DECK]}
DRAFTS = PAGE | {"results": [DRAFT]}
CARDS = PAGE | {"results": [CARD]}
TRASHED = {"id": DECK_ID, "deletedAt": AT, "goneAt": "2026-03-02T18:30:00Z"}
TRASHED_DECKS = PAGE | {"results": [TRASHED | {"name": "Tides", "cardCount": 1}]}
TRASHED_CARDS = PAGE | {
    "results": [TRASHED | {"id": CARD_ID, **SIDES, "deckId": DECK_ID, "deckName": "Tides"}]
}
DUPLICATE_CARD = CARD | {"deckId": DECK_ID, "deckName": "Tides"}
DUPLICATE_GROUP = {
    "frontKey": OTHER_ID,
    "count": 2,
    "isExact": True,
    "cards": [DUPLICATE_CARD, DUPLICATE_CARD | {"id": OTHER_ID, "position": 2}],
}
DUPLICATES = PAGE | {"count": 1, "results": [DUPLICATE_GROUP]}
MERGED = {"moved": [CARD_ID], "leftOut": 0}
SCHEDULE = {
    "state": "review",
    "step": None,
    "stability": 3.17,
    "difficulty": 5.28,
    "dueAt": "2026-02-03T18:30:00Z",
    "lastReviewedAt": AT,
    "intervalSeconds": 259200.0,
    "reviewCount": 2,
    "lapseCount": 0,
}
SETTINGS = {
    "newPerDay": 20,
    "reviewsPerDay": 200,
    "desiredRetention": 0.9,
    "dayBeginsHour": 4,
    "timeZone": "Europe/Vienna",
}
COUNTS = {"new": 1, "learning": 0, "due": 0}
QUEUE = {
    "now": AT,
    "deck": {"id": DECK_ID, "name": "Tides"},
    "cards": [
        DUPLICATE_CARD
        | {
            "schedule": None,
            "retrievability": None,
            "previews": {"again": 60.0, "hard": 330.0, "good": 600.0, "easy": 691200.0},
        }
    ],
    "counts": COUNTS,
    "waiting": {"new": 0, "learning": 0, "due": 0},
    "cardCount": 1,
    "nextDueAt": None,
    "settings": SETTINGS,
    "scheduling": {
        "weights": [0.212, 1.2931, 2.3065, 8.2956],
        "desiredRetention": 0.9,
        "learningSteps": [60.0, 600.0],
        "relearningSteps": [600.0],
        "longestDays": 36500,
    },
}
REVIEW = {"id": REVIEW_ID, "cardId": CARD_ID, "rating": "good", "reviewedAt": AT, "seconds": 4.0}
RECORDED = REVIEW | {"state": "new", "recordedAt": AT, "undoneAt": None}
REVIEWS = PAGE | {"results": [RECORDED]}
OUTCOMES = {
    "results": [{"id": REVIEW_ID, "status": "recorded", "cardId": CARD_ID, "schedule": SCHEDULE}]
}
STUDIED = {
    "again": 0,
    "hard": 0,
    "good": 1,
    "easy": 0,
    "total": 1,
    "asked": 0,
    "recalled": 0,
    "retention": None,
}
PROGRESS = {
    "dueNow": 0,
    "newLeft": 0,
    "reviewedToday": 1,
    "learnedToday": 1,
    "streakDays": 1,
    "retention": None,
    "days": [{"day": "2026-01-31"} | STUDIED],
    "forecast": [{"day": "2026-01-31", "count": 0}],
    "generatedCards": [
        {
            "modelId": "example-model",
            "promptVersion": "4",
            "kind": "basic",
            "kept": 6,
            "edited": 2,
            "regenerated": 1,
            "discarded": 1,
        }
    ],
}
PREVIEW = {
    "format": "table",
    "encoding": "utf-8",
    "delimiter": ",",
    "hasHeader": True,
    "columns": ["front", "back"],
    "names": ["Front", "Back"],
    "rows": [[SIDES["front"], SIDES["back"]]],
    "rowCount": 1,
}
REPORT = {
    "format": "table",
    "added": 1,
    "updated": 0,
    "unchanged": 0,
    "decks": [
        {"id": DECK_ID, "name": "Tides", "isNew": True, "added": 1, "updated": 0, "unchanged": 0}
    ],
    "leftOut": [],
}
